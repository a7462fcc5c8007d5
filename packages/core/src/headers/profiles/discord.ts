import type { RateProfile } from './rate-profile.js';

/** Routes share buckets, told apart by `X-RateLimit-Bucket`; the body of a 429 has the wait to the millisecond. */
export const discord: RateProfile = {
  name: 'discord',
  source: 'https://discord.com/developers/docs/topics/rate-limits',
  retryAfterMs(answer) {
    const seconds = answer.inBody('retry_after');
    return typeof seconds === 'number' ? seconds * 1000 : undefined;
  },
  vectors: [
    {
      status: 200,
      headers: {
        'x-ratelimit-limit': '5',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '1767225601',
        'x-ratelimit-reset-after': '0.47',
        'x-ratelimit-bucket': 'abcd1234',
      },
      quotas: [{ name: 'ratelimit', remaining: 0, limit: 5, resetMs: 470, scope: 'abcd1234' }],
    },
    { status: 429, headers: {}, body: { retry_after: 0.3, global: false }, throttled: true, retryAfterMs: 300 },
  ],
};
