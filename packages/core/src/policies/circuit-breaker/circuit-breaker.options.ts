import type * as v from 'valibot';
import type { Duration } from '../../duration.js';
import { consistent, duration, integer, options, optional, ratio } from '../../settings/fields.js';

export interface CircuitBreakerOptions {
  /**
   * What the circuit looks at: the calls of the last `time` (default `'10s'`), or how many failed in a row. With both, either
   * opens it.
   */
  window?: { time?: Duration; consecutive?: number };
  /** Share of failed calls in the time window at which the circuit opens. Default 0.5. */
  failureRate?: number;
  /** Calls longer than `over`, failed or not, and the share of them in the time window at which the circuit opens. Off by default. */
  slowCall?: { over: Duration; rate?: number };
  /** How many calls the time window must hold before a rate counts. Default 20. */
  minimumCalls?: number;
  /** How long the circuit stays open. Default `'5s'`. */
  openFor?: Duration;
  /**
   * The trial after that: at most `calls` (default 3) are let through, and the circuit closes when the share of them that
   * succeed reaches `successRate` (default 1). Slow calls count as failed. When they were under way for `atMost` (default `'10s'`) and
   * nothing is decided, the circuit opens again.
   */
  halfOpen?: { calls?: number; successRate?: number; atMost?: Duration };
}

export const circuitBreakerSchema = consistent(
  options({
    window: optional(
      consistent(
        options({ time: optional(duration({ min: 10 })), consecutive: optional(integer(1, 1_000_000)) }),
        ({ time, consecutive }) =>
          time === undefined && consecutive === undefined
            ? { at: 'time', message: "expected a time such as '10s', or consecutive: 5" }
            : undefined,
      ),
      { time: 10_000 },
    ),
    failureRate: optional(ratio(), 0.5),
    slowCall: optional(options({ over: duration({ min: 1 }), rate: optional(ratio(), 0.8) })),
    minimumCalls: optional(integer(1, 1_000_000), 20),
    openFor: optional(duration({ min: 1 }), 5000),
    halfOpen: optional(
      options({
        calls: optional(integer(1, 10_000), 3),
        successRate: optional(ratio(), 1),
        atMost: optional(duration({ min: 1 }), 10_000),
      }),
      {},
    ),
  }),
  ({ window, slowCall }) =>
    slowCall !== undefined && window.time === undefined
      ? { at: 'slowCall', message: "needs window.time, for example '10s': a consecutive window counts failures only" }
      : undefined,
);

export type CircuitBreakerSettings = v.InferOutput<typeof circuitBreakerSchema>;
