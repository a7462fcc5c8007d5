import type * as v from 'valibot';
import type { Duration } from '../../settings/duration.js';
import { duration, integer, number, options, optional } from '../../settings/fields.js';

/** When calls are refused because the provider turns too many away. */
export interface AdaptiveThrottleOptions {
  /**
   * How many times as many calls as the provider accepts are let through before any is refused, from 1 to 100. Less
   * refuses sooner, and spares the provider more; more notices sooner that it is well again. Default 2.
   */
  k?: number;
  /** Over how long what it accepts is counted. Default `'2m'`. */
  window?: Duration;
  /** How many calls the window must hold before any is refused. Default 10. */
  minimumCalls?: number;
  /**
   * The share of calls that is refused at most, from 0 to 0.99: the others find out whether it is well again. Default
   * 0.9.
   */
  maxRejection?: number;
}

export const adaptiveThrottleSchema = options({
  k: optional(number(1, 100), 2),
  window: optional(duration({ min: 1 }), 120_000),
  minimumCalls: optional(integer(1, 1_000_000), 10),
  maxRejection: optional(number(0, 0.99), 0.9),
});

export type AdaptiveThrottleSettings = v.InferOutput<typeof adaptiveThrottleSchema>;
