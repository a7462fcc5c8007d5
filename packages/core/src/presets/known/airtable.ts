import type { Preset } from '../preset.js';

export const airtable: Preset = {
  name: 'airtable',
  title: 'Airtable',
  facts: [
    {
      source: 'https://airtable.com/developers/web/api/introduction',
      says: 'its Web API answers at api.airtable.com/v0',
      completes: { http: { baseUrl: 'https://api.airtable.com/v0' } },
    },
    {
      source: 'https://support.airtable.com/docs/en/managing-api-call-limits-in-airtable',
      says: '5 requests a second for a base; after a 429 none succeeds for 30 seconds',
      settings: { rateLimit: { limit: 5, per: '1s', pause: '30s', profile: 'airtable' } },
    },
    {
      source: 'https://airtable.com/developers/web/api/webhooks-overview',
      says: 'signs its notifications in X-Airtable-Content-MAC',
      completes: { webhook: { sender: 'airtable' } },
    },
  ],
};
