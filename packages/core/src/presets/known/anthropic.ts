import type { Preset } from '../preset.js';

export const anthropic: Preset = {
  name: 'anthropic',
  title: 'Anthropic',
  facts: [
    {
      source: 'https://docs.anthropic.com/en/api/versioning',
      says: 'its API answers at api.anthropic.com, and wants its version named',
      completes: { http: { baseUrl: 'https://api.anthropic.com/v1', headers: { 'anthropic-version': '2023-06-01' } } },
    },
    {
      source: 'https://docs.anthropic.com/en/api/rate-limits',
      says: 'quotas of requests and tokens by model and tier, told in headers; 529 where it is overloaded',
      completes: { rateLimit: { profile: 'anthropic' } },
    },
    {
      source: 'https://github.com/anthropics/anthropic-sdk-typescript#retries',
      says: 'its own client tries three times, from half a second to eight, and waits for ten minutes at most',
      settings: {
        retry: { attempts: 3, backoff: { initial: '500ms', max: '8s' } },
        timeout: { attempt: '10m', total: '31m' },
      },
    },
  ],
};
