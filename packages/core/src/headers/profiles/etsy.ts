import type { RateProfile } from './rate-profile.js';
import { quotaOf } from './quota-of.js';

/** Remainders of this second and of the last 24 hours, which slide. */
export const etsy: RateProfile = {
  name: 'etsy',
  source: 'https://developers.etsy.com/documentation/essentials/rate-limits/',
  telltale: /^x-remaining-(this-second|today)$/,
  quotas: (answer) => [
    ...quotaOf(answer, 'x-remaining-this-second', 1000, 'x-limit-per-second'),
    ...quotaOf(answer, 'x-remaining-today', 86_400_000, 'x-limit-per-day'),
  ],
  vectors: [
    {
      status: 200,
      headers: {
        'X-Limit-Per-Second': '10',
        'X-Remaining-This-Second': '0',
        'X-Limit-Per-Day': '10000',
        'X-Remaining-Today': '5',
      },
      quotas: [
        { name: 'x-remaining-this-second', remaining: 0, limit: 10, resetMs: 1000 },
        { name: 'x-remaining-today', remaining: 5, limit: 10_000, resetMs: 86_400_000 },
      ],
    },
  ],
};
