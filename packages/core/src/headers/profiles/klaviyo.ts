import type { RateProfile } from './rate-profile.js';

/** A limit with the windows of both its quotas behind it: `75, 75;w=1, 700;w=60`. */
export const klaviyo: RateProfile = {
  name: 'klaviyo',
  source: 'https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling',
  vectors: [
    {
      status: 200,
      headers: { 'RateLimit-Limit': '75, 75;w=1, 700;w=60', 'RateLimit-Remaining': '1', 'RateLimit-Reset': '1' },
      quotas: [{ name: 'ratelimit', remaining: 1, limit: 75, resetMs: 1000 }],
    },
  ],
};
