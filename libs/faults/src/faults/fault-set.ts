import * as v from 'valibot';
import { shape, wholeNumber } from '../service/schemas.js';

const TEN_MINUTES_MS = 600_000;
const rate = () => {
  const message = 'must be a number from 0 to 1';
  return v.pipe(v.number(message), v.minValue(0, message), v.maxValue(1, message));
};
const errorStatus = () => wholeNumber(400, 599);

/** The body of `PUT /faults`: every fault is optional, and they combine. */
export const faultSet = shape({
  /**
   * Answers come after `ms`, give or take up to `jitterMs`. The work waits too, and is done even if the client has
   * left.
   */
  latency: v.optional(
    shape({ ms: wholeNumber(0, TEN_MINUTES_MS), jitterMs: v.optional(wholeNumber(0, TEN_MINUTES_MS)) }),
  ),
  /** Requests are accepted and never answered; the work is not done, not even once the fault is over. */
  hang: v.optional(v.literal(true, 'must be true, or left out')),
  /** A share of the requests is refused before the work. */
  error: v.optional(
    shape({ rate: rate(), status: errorStatus(), retryAfterSeconds: v.optional(wholeNumber(0, 86_400)) }),
  ),
  /** Up for `upMs`, then down for `downMs`, and so on; it starts up. */
  flap: v.optional(
    shape({ upMs: wholeNumber(1, TEN_MINUTES_MS), downMs: wholeNumber(1, TEN_MINUTES_MS), status: errorStatus() }),
  ),
  /** Beyond `limit` requests in `perMs`, from all clients together: 429 with Retry-After. */
  throttle: v.optional(shape({ limit: wholeNumber(0, 1_000_000), perMs: wholeNumber(1, TEN_MINUTES_MS) })),
  /** The connection of a share of the requests is reset, before the work or instead of the answer. */
  drop: v.optional(
    shape({
      rate: rate(),
      when: v.picklist(['before-work', 'after-work'], "must be 'before-work' or 'after-work'"),
    }),
  ),
});

export type FaultSet = v.InferOutput<typeof faultSet>;
export type FaultKind = keyof FaultSet;
