import type { RateProfile } from './rate-profile.js';

/** The reset is since the epoch, in units smaller than milliseconds, which their size tells. */
export const pubg: RateProfile = {
  name: 'pubg',
  source: 'https://documentation.pubg.com/en/rate-limits.html',
  vectors: [
    {
      status: 200,
      headers: { 'X-RateLimit-Limit': '10', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1767225660000000' },
      quotas: [{ name: 'ratelimit', remaining: 0, limit: 10, resetMs: 60_000 }],
    },
    {
      status: 200,
      headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1767225660000000000' },
      quotas: [{ name: 'ratelimit', remaining: 0, resetMs: 60_000 }],
    },
  ],
};
