import type * as v from 'valibot';
import type { Duration } from '../../settings/duration.js';
import { consistent, duration, flag, integer, options, optional, optionsOr, ratio } from '../../settings/fields.js';

/** When another attempt is sent beside a slow one. */
export interface HedgeOptions {
  /**
   * After how long without an answer another attempt is sent beside those in flight: a time, or how long first attempts
   * have lately taken. Default `{ quantile: 0.95 }`.
   */
  delay?:
    | Duration
    | {
        /** So long as this share of first attempts has lately taken at most. Default 0.95. */
        quantile?: number;
        /** Not sooner than this. Default 0. */
        min?: Duration;
        /** Not later than this. No limit unless given. */
        max?: Duration;
        /** How many calls must have been seen for that, at most 500. Default 20. */
        minimumCalls?: number;
        /** The delay until then. Without it nothing is hedged until then. */
        initial?: Duration;
      };
  /**
   * How many attempts are sent at most, the first included, before one of them has an answer. 2 to 10, default 2. The
   * next is sent at once when one has failed and may be repeated, and none when the provider asks to wait or a gate
   * refuses. For a retry they are one attempt.
   */
  attempts?: number;
  /**
   * Whether a call may be in flight twice. By default it may when it has an idempotency key, or nothing says that its
   * HTTP method forbids it: once the client has said that it sends a POST, nothing is sent beside it.
   */
  idempotent?: boolean;
}

const quantileSchema = consistent(
  options({
    quantile: optional(ratio(), 0.95),
    min: optional(duration(), 0),
    max: optional(duration()),
    minimumCalls: optional(integer(1, 500), 20),
    initial: optional(duration()),
  }),
  ['min', 'max'],
  ({ min, max = Infinity }) =>
    min > max ? { at: 'min', message: `expected at most delay.max (${max} ms)` } : undefined,
);

export type QuantileSettings = v.InferOutput<typeof quantileSchema>;

export const hedgeSchema = options({
  delay: optional(optionsOr(quantileSchema, duration()), {}),
  attempts: optional(integer(2, 10), 2),
  idempotent: optional(flag()),
});

export type HedgeSettings = v.InferOutput<typeof hedgeSchema>;
