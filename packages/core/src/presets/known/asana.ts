import type { Preset } from '../preset.js';

export const asana: Preset = {
  name: 'asana',
  title: 'Asana',
  facts: [
    {
      source: 'https://developers.asana.com/docs/quick-start',
      says: 'its API answers at app.asana.com/api/1.0',
      completes: { http: { baseUrl: 'https://app.asana.com/api/1.0' } },
    },
    {
      source: 'https://developers.asana.com/docs/rate-limits',
      says: '150 requests a minute for a token on a free domain, 1500 on a paid one; Retry-After beyond it',
      settings: { rateLimit: { limit: 150, per: '1m' } },
    },
    {
      source: 'https://developers.asana.com/docs/webhooks-guide',
      says: 'signs its events with a secret that it hands over in a handshake',
      completes: { webhook: { sender: 'asana' } },
    },
  ],
};
