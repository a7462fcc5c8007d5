import type { RateProfile } from './rate-profile.js';
import { quotaOf } from './quota-of.js';

/** Its names end in what they count, and its times in `-Ms`. */
export const bigcommerce: RateProfile = {
  name: 'bigcommerce',
  source: 'https://developer.bigcommerce.com/docs/start/best-practices/api-rate-limits',
  telltale: 'x-rate-limit-requests-left',
  quotas(answer) {
    const resetMs = answer.number('x-rate-limit-time-reset-ms') ?? answer.number('x-rate-limit-time-window-ms');
    return quotaOf(answer, 'x-rate-limit-requests-left', resetMs, 'x-rate-limit-requests-quota');
  },
  vectors: [
    {
      status: 200,
      headers: {
        'X-Rate-Limit-Time-Window-Ms': '30000',
        'X-Rate-Limit-Time-Reset-Ms': '15000',
        'X-Rate-Limit-Requests-Quota': '150',
        'X-Rate-Limit-Requests-Left': '0',
      },
      quotas: [{ remaining: 0, limit: 150, resetMs: 15_000 }],
    },
  ],
};
