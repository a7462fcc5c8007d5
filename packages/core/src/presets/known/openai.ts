import type { Preset } from '../preset.js';

export const openai: Preset = {
  name: 'openai',
  title: 'OpenAI',
  facts: [
    {
      source: 'https://platform.openai.com/docs/api-reference/introduction',
      says: 'its API answers at api.openai.com/v1',
      completes: { http: { baseUrl: 'https://api.openai.com/v1' } },
    },
    {
      source: 'https://platform.openai.com/docs/guides/rate-limits',
      says: 'quotas of requests and tokens by model and tier, told in headers',
      completes: { rateLimit: { profile: 'openai' } },
    },
    {
      source: 'https://github.com/openai/openai-node#retries',
      says: 'its own client tries three times, from half a second to eight, and waits for ten minutes at most',
      settings: {
        retry: { attempts: 3, backoff: { initial: '500ms', max: '8s' } },
        timeout: { attempt: '10m', total: '31m' },
      },
    },
    {
      source: 'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
      says: 'signs its events as Standard Webhooks',
      completes: { webhook: { sender: 'standard-webhooks' } },
    },
  ],
};
