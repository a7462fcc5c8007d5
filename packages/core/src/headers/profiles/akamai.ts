import type { RateProfile } from './rate-profile.js';

/** Says in `X-RateLimit-Next` when the next call is allowed. */
export const akamai: RateProfile = {
  name: 'akamai',
  source: 'https://techdocs.akamai.com/developer/docs/rate-limiting',
  vectors: [
    {
      status: 429,
      headers: { 'X-RateLimit-Limit': '60', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Next': '2026-01-01T00:00:20Z' },
      quotas: [{ name: 'ratelimit', remaining: 0, limit: 60, resetMs: 20_000 }],
      throttled: true,
    },
  ],
};
