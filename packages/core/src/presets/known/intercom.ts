import type { Preset } from '../preset.js';

export const intercom: Preset = {
  name: 'intercom',
  title: 'Intercom',
  facts: [
    {
      source: 'https://developers.intercom.com/docs/references/rest-api',
      says: 'its API answers at api.intercom.io',
      completes: { http: { baseUrl: 'https://api.intercom.io' } },
    },
    {
      source: 'https://developers.intercom.com/docs/references/rest-api/errors/rate-limiting',
      says: '10 000 calls a minute for an app, shared out over windows of ten seconds',
      settings: { rateLimit: { limit: 1666, per: '10s' } },
    },
    {
      source: 'https://developers.intercom.com/docs/webhooks/webhook-notifications',
      says: 'signs its notifications in X-Hub-Signature',
      completes: { webhook: { sender: 'intercom' } },
    },
  ],
};
