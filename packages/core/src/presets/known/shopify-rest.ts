import type { Preset } from '../preset.js';

export const shopifyRest: Preset = {
  name: 'shopify-rest',
  title: 'Shopify, REST Admin API',
  facts: [
    {
      source: 'https://shopify.dev/docs/api/admin-rest/usage/rate-limits',
      says: 'a bucket of 40 that leaks 2 requests a second on the standard plan',
      settings: { rateLimit: { bucket: 40, refill: 2, per: '1s', profile: 'shopify-rest' } },
    },
    {
      source: 'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
      says: 'signs its webhooks in X-Shopify-Hmac-Sha256',
      completes: { webhook: { sender: 'shopify' } },
    },
  ],
};
