import type { Preset } from '../preset.js';

export const shopifyGraphql: Preset = {
  name: 'shopify-graphql',
  title: 'Shopify, GraphQL Admin API',
  facts: [
    {
      source: 'https://shopify.dev/docs/api/usage/rate-limits',
      says: '100 points a second on the standard plan; every answer says what is left',
      settings: { rateLimit: { bucket: 1000, refill: 100, per: '1s', profile: 'shopify-graphql' } },
    },
    {
      source: 'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
      says: 'signs its webhooks in X-Shopify-Hmac-Sha256',
      completes: { webhook: { sender: 'shopify' } },
    },
  ],
};
