import type { Preset } from '../preset.js';

export const stripe: Preset = {
  name: 'stripe',
  title: 'Stripe',
  facts: [
    {
      source: 'https://docs.stripe.com/api',
      says: 'its REST API answers at api.stripe.com',
      completes: { http: { baseUrl: 'https://api.stripe.com/v1' } },
    },
    {
      source: 'https://docs.stripe.com/idempotency',
      says: 'keys of up to 255 characters stand in a header and are kept for at least 24 hours',
      settings: { idempotency: { header: 'Idempotency-Key', maxLength: 255, window: '24h' } },
    },
    {
      source: 'https://docs.stripe.com/rate-limits',
      says: '100 operations a second in live mode; single resources have less, and a sandbox has 25',
      settings: { rateLimit: { limit: 100, per: '1s', profile: 'stripe' } },
    },
    {
      source: 'https://docs.stripe.com/webhooks#verify-manually',
      says: 'signs its events in Stripe-Signature',
      completes: { webhook: { sender: 'stripe' } },
    },
  ],
};
