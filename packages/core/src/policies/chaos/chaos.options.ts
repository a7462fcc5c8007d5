import * as v from 'valibot';
import type { Call } from '../../engine/call.js';
import type { Duration } from '../../settings/duration.js';
import { plainCopy } from '../../values/plain-copy.js';
import {
  callback,
  consistent,
  duration,
  flag,
  integer,
  number,
  options,
  optional,
  optionsOr,
  text,
} from '../../settings/fields.js';
import { isProduction } from './is-production.js';

/** Tells which share of the calls something happens to: from 0 to 1. */
interface Injection {
  /** The share of the calls, from 0 to 1. */
  rate: number;
}

/**
 * Injections in place of the method or before it, each at its own rate and in this order: latency, behavior, fault,
 * outcome. All other policies take them for the provider's behaviour: retries retry them, circuits count them, timeouts
 * end them. After Polly's chaos strategies.
 */
export interface ChaosOptions {
  /** The call waits before it goes on. */
  latency?: Injection & {
    /** For how long: always the same, or anything between two lengths. */
    delay:
      | Duration
      | {
          /** The shortest wait. */
          min: Duration;
          /** The longest wait, at most a day. */
          max: Duration;
        };
  };
  /**
   * Something of yours is done, and waited for, before the call goes on. The call fails with the error that it throws.
   */
  behavior?: Injection & {
    /** A function of the call, which is waited for. */
    run: (call: Call) => unknown;
  };
  /** The call fails, and the method is not called: one of `status`, `code` and `error` says how. */
  fault?: Injection & {
    /** As if the answer had this status, from 400 to 599. */
    status?: number;
    /** As if that answer had asked to wait for so long. */
    retryAfter?: Duration;
    /** As if the connection had failed with this code of Node's, such as `'ECONNRESET'`. */
    code?: string;
    /** With what this function makes. */
    error?: (call: Call) => unknown;
  };
  /** The call answers at once, and the method is not called. */
  outcome?: Injection & {
    /** The answer: a value, of which each call gets a copy, or a function that makes it. Default `undefined`. */
    value?: unknown;
  };
  /**
   * Selects the calls that may be hit: those for which it returns `true`. Default: all. When it throws, none is.
   */
  only?: (call: Call) => boolean;
  /** Switches everything off and on, also at run time. Default true. */
  enabled?: boolean;
  /** In production (`NODE_ENV`) these settings are a fault unless this says that they are meant. Default false. */
  inProduction?: boolean;
}

const LONGEST_MS = 86_400_000;
const rate = () => number(0, 1);

const range = consistent(
  options({ min: duration({ max: LONGEST_MS }), max: duration({ max: LONGEST_MS }) }),
  ['min', 'max'],
  ({ min, max }) => (max < min ? { at: 'max', message: `expected at least min (${min} ms)` } : undefined),
);

const delay = optionsOr(
  range,
  v.pipe(
    duration({ max: LONGEST_MS }),
    v.transform((ms) => ({ min: ms, max: ms })),
  ),
);

const oneFault = consistent(
  options({
    rate: rate(),
    status: optional(integer(400, 599)),
    retryAfter: optional(duration()),
    code: optional(text()),
    error: optional(callback<(call: Call) => unknown>()),
  }),
  ['status', 'code', 'error'],
  (given) =>
    [given.status, given.code, given.error].filter((one) => one !== undefined).length === 1
      ? undefined
      : { at: 'status', message: 'expected one of status, code and error' },
);

const fault = consistent(oneFault, ['status', 'retryAfter'], ({ status, retryAfter }) =>
  retryAfter !== undefined && status === undefined
    ? { at: 'retryAfter', message: 'only with a status: nothing else asks to wait' }
    : undefined,
);

const outcome = v.pipe(
  options({ rate: rate(), value: v.optional(v.unknown()) }),
  // A function, so that a value of the user's own is not frozen with the settings.
  v.transform(({ rate, value }) => ({
    rate,
    make: typeof value === 'function' ? (value as (call: Call) => unknown) : () => plainCopy(value),
  })),
);

/** The settings that chaos may have, in a process that is in production or not. */
export function chaosSchemaFor(production: () => boolean) {
  return consistent(
    consistent(
      options({
        latency: optional(options({ rate: rate(), delay })),
        behavior: optional(options({ rate: rate(), run: callback<(call: Call) => unknown>() })),
        fault: optional(fault),
        outcome: optional(outcome),
        only: optional(callback<(call: Call) => boolean>()),
        enabled: optional(flag(), true),
        inProduction: optional(flag(), false),
      }),
      ['latency', 'behavior', 'fault', 'outcome', 'enabled'],
      ({ latency, behavior, fault, outcome, enabled }) =>
        enabled && (latency ?? behavior ?? fault ?? outcome) === undefined
          ? { at: 'fault', message: 'expected at least one of latency, behavior, fault and outcome' }
          : undefined,
    ),
    ['enabled', 'inProduction'],
    ({ enabled, inProduction }) =>
      enabled && !inProduction && production()
        ? {
            at: 'inProduction',
            message: 'chaos is not for production: leave it out, or say inProduction: true if it is meant',
          }
        : undefined,
  );
}

export const chaosSchema = chaosSchemaFor(isProduction);

export type ChaosSettings = v.InferOutput<typeof chaosSchema>;
