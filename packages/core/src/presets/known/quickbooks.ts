import type { Preset } from '../preset.js';

export const quickbooks: Preset = {
  name: 'quickbooks',
  title: 'QuickBooks Online',
  facts: [
    {
      source: 'https://developer.intuit.com/app/developer/qbo/docs/learn/limits-and-throttles',
      says: '500 requests a minute and 10 a second for a company; after a 429 it wants 60 seconds of rest',
      settings: {
        rateLimit: {
          quotas: [
            { limit: 500, per: '1m' },
            { limit: 10, per: '1s' },
          ],
          pause: '60s',
        },
      },
    },
    {
      source: 'https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks',
      says: 'signs its events in intuit-signature',
      completes: { webhook: { sender: 'quickbooks' } },
    },
  ],
};
