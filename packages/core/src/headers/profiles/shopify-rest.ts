import type { RateProfile } from './rate-profile.js';

/** A bucket by used and size: `32/40`. It leaks 2, 4 or 20 a second by the plan; the slowest is assumed. */
export const shopifyRest: RateProfile = {
  name: 'shopify-rest',
  source: 'https://shopify.dev/docs/api/admin-rest/usage/rate-limits',
  telltale: 'x-shopify-shop-api-call-limit',
  quotas(answer) {
    const match = /^(\d+)\/(\d+)$/.exec(answer.text('x-shopify-shop-api-call-limit') ?? '');
    if (match === null) return [];
    const limit = Number(match[2]);
    return [{ name: 'shopify', remaining: Math.max(0, limit - Number(match[1])), limit, resetMs: LEAK_MS }];
  },
  vectors: [
    {
      status: 200,
      headers: { 'X-Shopify-Shop-Api-Call-Limit': '39/40' },
      quotas: [{ name: 'shopify', remaining: 1, limit: 40, resetMs: 500 }],
    },
    {
      status: 429,
      headers: { 'X-Shopify-Shop-Api-Call-Limit': '40/40', 'Retry-After': '2.0' },
      throttled: true,
      retryAfterMs: 2000,
    },
  ],
};

/** How long the slowest plan takes for one call. */
const LEAK_MS = 500;
