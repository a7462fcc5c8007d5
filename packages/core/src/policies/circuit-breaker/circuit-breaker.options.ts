import * as v from 'valibot';
import type { Duration } from '../../settings/duration.js';
import {
  consistent,
  duration,
  integer,
  number,
  oneOf,
  options,
  optional,
  optionsOr,
  ratio,
} from '../../settings/fields.js';
import { LONGEST_DELAY_MS } from '../../time/clock.js';

/** When the circuit opens, for how long, and how it closes again. */
export interface CircuitBreakerOptions {
  /**
   * `enforce` (the default) refuses while the circuit is open. `metricsOnly` decides, counts and tells the same, and
   * refuses nothing, not even while isolated: what it would have refused is let through, counted as `wouldRefuse`, and
   * decides nothing.
   */
  mode?: 'enforce' | 'metricsOnly';
  /**
   * The calls that the circuit looks at: those of the last `time`, the last `count` calls, or how many failed in a row
   * (`consecutive`). Any of several opens it. Default `{ time: '10s', consecutive: 10 }`: a provider that is down is
   * found at a call a second, too, which is too few for a rate. Answers that refuse the request, such as a 404, neither
   * add to a row of failures nor end it. Without `time` no clock is read for a call that succeeds, unless its caller
   * has handed on a signal: how long it was at work then tells a time limit that a hanging provider has used up.
   */
  window?: {
    /** Looks at the calls of the last so long, from 10 ms. */
    time?: Duration;
    /** Looks at the last so many calls. */
    count?: number;
    /** How many failures in a row open the circuit. */
    consecutive?: number;
  };
  /**
   * Share of failed calls in the time or count window at which the circuit opens, looked at when a call fails. Default
   * 0.5.
   */
  failureRate?: number;
  /**
   * Opens the circuit when too many calls of the time or count window are slow, whether they fail, are aborted or are
   * still under way. One whose result came while the event loop was blocked is not slow. Off by default.
   */
  slowCall?: {
    /** A call is slow from the moment at which so long has passed. */
    over: Duration;
    /** Share of slow calls at which the circuit opens. Default 0.8. */
    rate?: number;
  };
  /**
   * How many calls a window must hold before a rate counts; a count window that cannot hold so many must be full.
   * Default 20.
   */
  minimumCalls?: number;
  /**
   * How long the circuit stays open, at most 2³¹ − 1 ms. Default `'5s'`. As an object it grows each time the circuit
   * opens again.
   */
  openFor?:
    | Duration
    | {
        /** How long the first time. Default `'5s'`. */
        initial?: Duration;
        /** How many times as long each further time. Default 2. */
        factor?: number;
        /** How long at most. Default `'1m'`. */
        max?: Duration;
        /** `equal`: from half of the period to all of it. `full`: from 0. `none`: all of it. Default `'equal'`. */
        jitter?: 'none' | 'equal' | 'full';
        /**
         * How long the circuit must have been closed, and past its ramp, before it begins with `initial` anew. Default:
         * the time window's length, or `'10s'`.
         */
        stableAfter?: Duration;
      };
  /**
   * A failure that says when to come back (such as a 503 with `Retry-After`) keeps a circuit that opens then open for
   * as long, at most for this. Default `'1m'`; 0 heeds none.
   */
  maxRetryAfter?: Duration;
  /** The trial after that. Slow calls count as failed. */
  halfOpen?: {
    /** How many calls are let through, in flight and in total. Default 3. */
    calls?: number;
    /** The share of them that must succeed for the circuit to close. Default 1. */
    successRate?: number;
    /**
     * How long the work of one of them may go on with nothing decided, waits in gates below not included, before the
     * circuit opens again. Default `'10s'`.
     */
    atMost?: Duration;
  };
  /** Lets only a growing share of the calls through after a trial has succeeded. Off by default. */
  ramp?: {
    /** How long it takes until all calls are let through again. */
    over: Duration;
    /** The share at the beginning. Default 0.1. */
    from?: number;
  };
  /**
   * Tells the hosts that use the same store (and its bus) when calls of this one have opened the circuit, and opens it
   * here when enough of them have found it open. How long is up to them; each makes its own trial then. Off by default.
   */
  shared?: {
    /** How many hosts, from 2. */
    quorum: number;
  };
}

interface OpenForSettings {
  readonly initial: number;
  readonly factor: number;
  readonly max: number;
  readonly jitter: 'none' | 'equal' | 'full';
  readonly stableAfter?: number | undefined;
}

const openPeriod = duration({ min: 1, max: LONGEST_DELAY_MS });

const constantPeriod = v.pipe(
  openPeriod,
  v.transform((ms): OpenForSettings => ({ initial: ms, factor: 1, max: ms, jitter: 'none' })),
);

const growingPeriod = consistent(
  options({
    initial: optional(openPeriod, 5000),
    factor: optional(number(1, 100), 2),
    max: optional(openPeriod, 60_000),
    jitter: optional(oneOf('none', 'equal', 'full'), 'equal'),
    stableAfter: optional(duration()),
  }),
  ['initial', 'max'],
  ({ initial, max }) =>
    initial > max ? { at: 'initial', message: `expected at most openFor.max (${max} ms)` } : undefined,
);

export const circuitBreakerSchema = consistent(
  options({
    mode: optional(oneOf('enforce', 'metricsOnly'), 'enforce'),
    window: optional(
      consistent(
        options({
          time: optional(duration({ min: 10 })),
          count: optional(integer(1, 100_000)),
          consecutive: optional(integer(1, 1_000_000)),
        }),
        ['time', 'count', 'consecutive'],
        ({ time, count, consecutive }) =>
          time === undefined && count === undefined && consecutive === undefined
            ? { at: 'time', message: "expected a time such as '10s', count: 100 or consecutive: 5" }
            : undefined,
      ),
      { time: 10_000, consecutive: 10 },
    ),
    failureRate: optional(ratio(), 0.5),
    slowCall: optional(options({ over: duration({ min: 1 }), rate: optional(ratio(), 0.8) })),
    minimumCalls: optional(integer(1, 1_000_000), 20),
    openFor: optional(optionsOr(growingPeriod, constantPeriod), 5000),
    maxRetryAfter: optional(duration({ max: LONGEST_DELAY_MS }), 60_000),
    halfOpen: optional(
      options({
        calls: optional(integer(1, 10_000), 3),
        successRate: optional(ratio(), 1),
        atMost: optional(duration({ min: 1 }), 10_000),
      }),
      {},
    ),
    ramp: optional(options({ over: duration({ min: 1 }), from: optional(ratio(), 0.1) })),
    shared: optional(options({ quorum: integer(2, 1000) })),
  }),
  ['window', 'slowCall'],
  ({ window, slowCall }) =>
    slowCall !== undefined && window.time === undefined && window.count === undefined
      ? {
          at: 'slowCall',
          message: "needs window.time, for example '10s', or window.count: a consecutive window counts failures only",
        }
      : undefined,
);

export type CircuitBreakerSettings = v.InferOutput<typeof circuitBreakerSchema>;
