import type { RateProfile } from './rate-profile.js';

/** The reset is a date to the minute, and a spent quota is not whole before it, whatever `Retry-After` says. */
export const jira: RateProfile = {
  name: 'jira',
  source: 'https://developer.atlassian.com/cloud/jira/platform/rate-limiting/',
  telltale: 'ratelimit-reason',
  resetOutlastsRetryAfter: true,
  vectors: [
    {
      status: 429,
      headers: {
        'Retry-After': '5',
        'X-RateLimit-Limit': '350',
        'X-RateLimit-Remaining': '0',
        'X-RateLimit-Reset': '2026-01-01T00:01Z',
        'RateLimit-Reason': 'jira-burst-based',
      },
      quotas: [{ name: 'ratelimit', remaining: 0, limit: 350, resetMs: 60_000 }],
      throttled: true,
      retryAfterMs: 5000,
    },
  ],
};
