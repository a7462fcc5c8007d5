import type { Preset } from '../preset.js';

export const xero: Preset = {
  name: 'xero',
  title: 'Xero',
  facts: [
    {
      source: 'https://developer.xero.com/documentation/api/accounting/overview',
      says: 'its accounting API answers at api.xero.com',
      completes: { http: { baseUrl: 'https://api.xero.com/api.xro/2.0' } },
    },
    {
      source: 'https://developer.xero.com/faq/limits',
      says: 'for each connection 60 calls a minute, 5000 a day and 5 at once, told in headers',
      settings: {
        rateLimit: {
          quotas: [
            { limit: 60, per: '1m' },
            { limit: 5000, per: '24h' },
          ],
          profile: 'xero',
        },
        bulkhead: { concurrency: 5 },
      },
    },
    {
      source: 'https://developer.xero.com/documentation/guides/webhooks/configuring-your-server/',
      says: 'signs its events in X-Xero-Signature',
      completes: { webhook: { sender: 'xero' } },
    },
  ],
};
