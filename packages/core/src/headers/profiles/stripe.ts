import type { RateProfile } from './rate-profile.js';

/** Sends no quota at all: 429, and whether to try again in `Stripe-Should-Retry`. */
export const stripe: RateProfile = {
  name: 'stripe',
  source: 'https://docs.stripe.com/rate-limits',
  vectors: [
    { status: 429, headers: { 'Stripe-Should-Retry': 'true' }, quotas: [], throttled: true },
    { status: 200, headers: { 'Stripe-Version': '2025-09-30' }, quotas: [], throttled: false },
  ],
};
