import type { Preset } from '../preset.js';

export const gocardless: Preset = {
  name: 'gocardless',
  title: 'GoCardless',
  facts: [
    {
      source: 'https://developer.gocardless.com/api-reference/',
      says: 'its API answers at api.gocardless.com, and wants its version named',
      completes: { http: { baseUrl: 'https://api.gocardless.com', headers: { 'GoCardless-Version': '2015-07-06' } } },
    },
    {
      source: 'https://gocardless.com/blog/idempotency-keys',
      says: 'keys of what creates something stand in a header',
      settings: { idempotency: { header: 'Idempotency-Key' } },
    },
    {
      source: 'https://developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks',
      says: 'signs its events in Webhook-Signature',
      completes: { webhook: { sender: 'gocardless' } },
    },
  ],
};
