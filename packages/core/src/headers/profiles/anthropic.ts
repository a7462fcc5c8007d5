import type { RateProfile } from './rate-profile.js';

/** Requests and tokens refill all the time; a subscription has one reset for all, in seconds since the epoch. */
export const anthropic: RateProfile = {
  name: 'anthropic',
  source: 'https://docs.anthropic.com/en/api/rate-limits',
  telltale: 'anthropic-ratelimit-unified-reset',
  retryAfterMs: (answer) => answer.until('anthropic-ratelimit-unified-reset')?.ms,
  vectors: [
    {
      status: 200,
      headers: {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:41Z',
      },
      quotas: [{ remaining: 49, limit: 50, unit: 'requests', resetMs: 41_000, refills: true }],
    },
    {
      status: 429,
      headers: { 'anthropic-ratelimit-unified-status': 'rejected', 'anthropic-ratelimit-unified-reset': '1767238600' },
      throttled: true,
      retryAfterMs: 13_000_000,
    },
  ],
};
