import type { Preset } from '../preset.js';

export const github: Preset = {
  name: 'github',
  title: 'GitHub',
  facts: [
    {
      source: 'https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api',
      says: 'its REST API answers at api.github.com',
      completes: { http: { baseUrl: 'https://api.github.com', headers: { Accept: 'application/vnd.github+json' } } },
    },
    {
      source: 'https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api',
      says: '5000 requests an hour for a user, told in headers, and no more than 100 at once',
      settings: { rateLimit: { limit: 5000, per: '1h', profile: 'github' }, bulkhead: { concurrency: 100 } },
    },
    {
      source: 'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
      says: 'signs its webhooks in X-Hub-Signature-256',
      completes: { webhook: { sender: 'github' } },
    },
  ],
};
