import type * as v from 'valibot';
import type { Duration } from '../../duration.js';
import { consistent, duration, flag, integer, options, optional } from '../../settings/fields.js';

export interface RateLimitOptions {
  /** How many calls the provider allows in `per`. */
  limit: number;
  /** Default `'1s'`. */
  per?: Duration;
  /**
   * How many of them may come at once. Default: a fifth of the limit, at least 1. The rest is paced, so that no window of the length `per`,
   * wherever it begins, holds more than `limit`.
   */
  burst?: number;
  /** How long a call may wait for its turn. Default 0: it is refused at once, and told how long it would have been. */
  wait?: Duration;
  /** How many may wait. Default 1000. */
  queue?: number;
  /** Whether the provider's own response headers lower what is let through. Default true. */
  observeHeaders?: boolean;
}

export const rateLimitSchema = consistent(
  options({
    limit: integer(1, 10_000_000),
    per: optional(duration({ min: 1 }), 1000),
    burst: optional(integer(1, 10_000_000)),
    wait: optional(duration(), 0),
    queue: optional(integer(0, 10_000_000), 1000),
    observeHeaders: optional(flag(), true),
  }),
  ({ limit, burst }) =>
    burst !== undefined && burst > 1 && burst >= limit
      ? {
          at: 'burst',
          message: `expected less than the limit (${limit}): what comes in a burst is taken from what is paced`,
        }
      : undefined,
);

export type RateLimitSettings = v.InferOutput<typeof rateLimitSchema>;
