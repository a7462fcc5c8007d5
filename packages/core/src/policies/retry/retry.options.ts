import * as v from 'valibot';
import type { Duration } from '../../duration.js';
import { consistent, duration, flag, integer, number, oneOf, options, optional } from '../../settings/fields.js';

export interface RetryOptions {
  /** How often the method is called at most, the first time included. Default 3. */
  attempts?: number;
  /** How long to wait between attempts. Default: exponential from 100 ms, doubling up to 10 s, with full jitter. */
  backoff?: {
    /** `constant`: always `initial`. `linear`: `initial` × the attempt. `exponential`: `initial` × `factor` to the attempt. */
    kind?: 'constant' | 'linear' | 'exponential';
    initial?: Duration;
    max?: Duration;
    factor?: number;
    /** `full`: anything from 0 to the wait. `equal`: from half of it. Source: "Exponential Backoff and Jitter", AWS Architecture Blog. */
    jitter?: 'none' | 'full' | 'equal';
  };
  /**
   * The provider's retries are at most `ratio` of its successes (default 0.2), beyond `minPerSecond` (default 10) that are
   * always allowed. Shared by all methods of the provider. `false`: no budget.
   */
  budget?: { ratio?: number; minPerSecond?: number } | false;
  /**
   * Whether a call whose outcome is unknown (a timeout, a lost connection, a 500) may be repeated. By default it may when it
   * has an idempotency key or nothing says that its HTTP method forbids it. A POST without a key is not repeated.
   */
  idempotent?: boolean;
  /** The longest `Retry-After` that is waited for; above it the error surfaces at once. Default `'1m'`. */
  maxRetryAfter?: Duration;
  /** Whether a refusal by the engine (circuit open, bulkhead full, rate limited) is waited for when it says for how long. Default false. */
  refusals?: boolean;
}

export const retrySchema = options({
  attempts: optional(integer(1, 1000), 3),
  backoff: optional(
    consistent(
      options({
        kind: optional(oneOf('constant', 'linear', 'exponential'), 'exponential'),
        initial: optional(duration(), 100),
        max: optional(duration(), 10_000),
        factor: optional(number(1, 100), 2),
        jitter: optional(oneOf('none', 'full', 'equal'), 'full'),
      }),
      ({ initial, max }) =>
        initial > max ? { at: 'initial', message: `expected at most backoff.max (${max} ms)` } : undefined,
    ),
    {},
  ),
  budget: optional(
    v.union(
      [
        v.literal(false),
        options({ ratio: optional(number(0, 1000), 0.2), minPerSecond: optional(number(0, 1_000_000), 10) }),
      ],
      'expected false or { ratio, minPerSecond }, for example { ratio: 0.2, minPerSecond: 10 }',
    ),
    {},
  ),
  idempotent: optional(flag()),
  maxRetryAfter: optional(duration(), 60_000),
  refusals: optional(flag(), false),
});

export type RetrySettings = v.InferOutput<typeof retrySchema>;
