import type { RateProfile } from './rate-profile.js';

/** Three a second on average, told by a 429 with `Retry-After` alone. */
export const notion: RateProfile = {
  name: 'notion',
  source: 'https://developers.notion.com/reference/request-limits',
  throttles: (answer) => answer.inBody('code') === 'rate_limited',
  vectors: [
    {
      status: 429,
      headers: { 'Retry-After': '2' },
      body: { code: 'rate_limited' },
      throttled: true,
      retryAfterMs: 2000,
    },
  ],
};
