import type { RateProfile } from './rate-profile.js';

/** `X-Rate-Limit-Reset` is in milliseconds from now. */
export const prisjakt: RateProfile = {
  name: 'prisjakt',
  source: 'https://developer.prisjakt.nu/',
  reads: (quota, answer) => ({ ...quota, resetMs: answer.number('x-rate-limit-reset'), isBare: false }),
  vectors: [
    {
      status: 429,
      headers: { 'X-Rate-Limit-Limit': '10000', 'X-Rate-Limit-Remaining': '0', 'X-Rate-Limit-Reset': '600000' },
      quotas: [{ name: 'ratelimit', remaining: 0, limit: 10_000, resetMs: 600_000 }],
      throttled: true,
    },
  ],
};
