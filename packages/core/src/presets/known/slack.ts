import type { Preset } from '../preset.js';

export const slack: Preset = {
  name: 'slack',
  title: 'Slack',
  facts: [
    {
      source: 'https://api.slack.com/web',
      says: 'its Web API answers at slack.com/api',
      completes: { http: { baseUrl: 'https://slack.com/api' } },
    },
    {
      source: 'https://docs.slack.dev/apis/web-api/rate-limits',
      says: 'each method has a tier of its own; 429 with Retry-After beyond it',
      completes: { rateLimit: { profile: 'slack' } },
    },
    {
      source: 'https://api.slack.com/authentication/verifying-requests-from-slack',
      says: 'signs its requests in X-Slack-Signature',
      completes: { webhook: { sender: 'slack' } },
    },
  ],
};
