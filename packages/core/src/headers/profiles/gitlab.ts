import type { RateProfile } from './rate-profile.js';

/** `RateLimit-Reset` is in seconds since the epoch, under the names of the draft that has seconds from now. */
export const gitlab: RateProfile = {
  name: 'gitlab',
  source: 'https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/',
  vectors: [
    {
      status: 200,
      headers: { 'RateLimit-Limit': '2000', 'RateLimit-Remaining': '2', 'RateLimit-Reset': '1767225660' },
      quotas: [{ name: 'ratelimit', remaining: 2, limit: 2000, resetMs: 60_000 }],
    },
    { status: 429, headers: { 'Retry-After': '60' }, throttled: true, retryAfterMs: 60_000 },
  ],
};
