import type { RateProfile } from './rate-profile.js';
import type { RateAnswer } from '../rate-answer.js';
import { timeUntil } from '../retry-after.js';
import { hasError } from './has-error.js';

/**
 * Its resources (core, search, graphql …) have quotas of their own, told apart by `X-RateLimit-Resource`; GraphQL names
 * points in the body.
 */
export const github: RateProfile = {
  name: 'github',
  source: 'https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api',
  quotas(answer) {
    const limit = answer.inBody('data', 'rateLimit') as Points | undefined;
    const resetMs = timeUntil(String(limit?.resetAt), answer.headers, answer.wallNow);
    if (typeof limit?.remaining !== 'number' || resetMs === undefined) return [];
    return [{ name: 'graphql', remaining: limit.remaining, limit: limit.limit, resetMs, scope: 'graphql' }];
  },
  throttles: (answer) => isSecondary(answer) || hasError(answer.body, ({ type }) => type === 'RATE_LIMITED'),
  // The secondary limits, where they do not say for how long.
  retryAfterMs: (answer) => (isSecondary(answer) ? 60_000 : undefined),
  cost(answer) {
    const cost = answer.inBody('data', 'rateLimit', 'cost');
    return typeof cost === 'number' ? cost : undefined;
  },
  vectors: [
    {
      status: 200,
      headers: {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '4987',
        'x-ratelimit-reset': '1767227400',
        'x-ratelimit-resource': 'core',
      },
      quotas: [{ name: 'ratelimit', remaining: 4987, limit: 5000, scope: 'core', resetMs: 1_800_000 }],
    },
    {
      status: 403,
      headers: { 'x-ratelimit-remaining': '4990' },
      body: { message: 'You have exceeded a secondary rate limit.' },
      throttled: true,
      retryAfterMs: 60_000,
    },
    {
      status: 200,
      headers: {},
      body: { data: { rateLimit: { limit: 5000, remaining: 4999, cost: 1, resetAt: '2026-01-01T01:00:00Z' } } },
      quotas: [{ name: 'graphql', remaining: 4999, limit: 5000, resetMs: 3_600_000 }],
      cost: 1,
    },
    { status: 200, headers: {}, body: { errors: [{ type: 'RATE_LIMITED' }] }, throttled: true },
    { status: 403, headers: { 'x-ratelimit-remaining': '17' }, throttled: false },
  ],
};

interface Points {
  readonly limit?: number;
  readonly remaining?: number;
  readonly resetAt?: string;
}

function isSecondary({ status, body }: RateAnswer): boolean {
  const message = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : '';
  return (status === 403 || status === 429) && /secondary rate limit|abuse detection/i.test(message);
}
