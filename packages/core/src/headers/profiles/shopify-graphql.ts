import type { RateProfile } from './rate-profile.js';
import type { RateAnswer } from '../rate-answer.js';
import { hasError } from './has-error.js';

/** A bucket of points, in the body of every answer; what is throttled is a 200 with an error. */
export const shopifyGraphql: RateProfile = {
  name: 'shopify-graphql',
  source: 'https://shopify.dev/docs/api/usage/limits',
  quotas(answer) {
    const { maximumAvailable: limit, currentlyAvailable: remaining, restoreRate } = statusOf(answer);
    if (limit === undefined || remaining === undefined || restoreRate === undefined || restoreRate <= 0) return [];
    const resetMs = ((limit - remaining) / restoreRate) * 1000;
    return [{ name: 'shopify-points', remaining, limit, resetMs, refills: true }];
  },
  throttles: ({ body }) =>
    hasError(body, ({ extensions }) => (extensions as { code?: unknown } | undefined)?.code === 'THROTTLED'),
  retryAfterMs(answer) {
    const { currentlyAvailable = 0, restoreRate } = statusOf(answer);
    const requested = answer.inBody('extensions', 'cost', 'requestedQueryCost');
    if (typeof requested !== 'number' || restoreRate === undefined || restoreRate <= 0) return undefined;
    return Math.max(0, ((requested - currentlyAvailable) / restoreRate) * 1000);
  },
  cost(answer) {
    const cost = answer.inBody('extensions', 'cost', 'actualQueryCost');
    return typeof cost === 'number' ? cost : undefined;
  },
  vectors: [
    {
      status: 200,
      headers: {},
      body: {
        extensions: {
          cost: {
            requestedQueryCost: 101,
            actualQueryCost: 46,
            throttleStatus: { maximumAvailable: 1000, currentlyAvailable: 950, restoreRate: 50 },
          },
        },
      },
      quotas: [{ name: 'shopify-points', remaining: 950, limit: 1000, resetMs: 1000, refills: true }],
      cost: 46,
    },
    {
      status: 200,
      headers: {},
      body: {
        errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
        extensions: {
          cost: {
            requestedQueryCost: 400,
            actualQueryCost: null,
            throttleStatus: { maximumAvailable: 1000, currentlyAvailable: 200, restoreRate: 50 },
          },
        },
      },
      throttled: true,
      retryAfterMs: 4000,
    },
  ],
};

interface ThrottleStatus {
  readonly maximumAvailable?: number;
  readonly currentlyAvailable?: number;
  readonly restoreRate?: number;
}

function statusOf(answer: RateAnswer): ThrottleStatus {
  const number = (name: string) => {
    const value = answer.inBody('extensions', 'cost', 'throttleStatus', name);
    return typeof value === 'number' ? value : undefined;
  };
  return Object.fromEntries(
    ['maximumAvailable', 'currentlyAvailable', 'restoreRate'].map((name) => [name, number(name)]),
  ) as ThrottleStatus;
}
