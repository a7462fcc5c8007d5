import type { RateProfile } from './rate-profile.js';
import { quotaOf } from './quota-of.js';

/** A second and an hour, with the seconds until the next call in a header of its own. */
export const contentful: RateProfile = {
  name: 'contentful',
  source: 'https://www.contentful.com/developers/docs/references/content-management-api/',
  telltale: /^x-contentful-ratelimit-/,
  quotas(answer) {
    const reset = answer.until('x-contentful-ratelimit-reset')?.ms;
    return [
      ...quotaOf(
        answer,
        'x-contentful-ratelimit-second-remaining',
        reset || 1000,
        'x-contentful-ratelimit-second-limit',
      ),
      ...quotaOf(
        answer,
        'x-contentful-ratelimit-hour-remaining',
        reset || 3_600_000,
        'x-contentful-ratelimit-hour-limit',
      ),
    ];
  },
  vectors: [
    {
      status: 429,
      headers: {
        'X-Contentful-RateLimit-Second-Limit': '10',
        'X-Contentful-RateLimit-Second-Remaining': '0',
        'X-Contentful-RateLimit-Hour-Limit': '36000',
        'X-Contentful-RateLimit-Hour-Remaining': '35000',
        'X-Contentful-RateLimit-Reset': '3600',
      },
      quotas: [
        { remaining: 0, limit: 10, resetMs: 3_600_000 },
        { remaining: 35_000, limit: 36_000, resetMs: 3_600_000 },
      ],
      throttled: true,
    },
  ],
};
