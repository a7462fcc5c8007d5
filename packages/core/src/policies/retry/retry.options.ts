import * as v from 'valibot';
import type { Duration } from '../../settings/duration.js';
import type { Settled } from '../../outcome/outcome.js';
import { RETRY_BUDGET } from '../../counting/retry-budget.js';
import {
  callback,
  consistent,
  duration,
  flag,
  integer,
  number,
  oneOf,
  options,
  optional,
  optionsOr,
} from '../../settings/fields.js';

/** When an attempt is repeated, how often, and after how long. */
export interface RetryOptions {
  /** How often the method is called at most, the first time included. Default 3. */
  attempts?: number;
  /**
   * No attempt begins later than so long after the operation began, and no wait that would end later is begun. No limit
   * unless given.
   */
  maxElapsed?: Duration;
  /** How long to wait between attempts. Default: exponential from 100 ms, doubling up to 10 s, with full jitter. */
  backoff?: {
    /**
     * `constant`: always `initial`. `linear`: `initial` × the attempt. `exponential`: `initial` × `factor` to the
     * attempt. `decorrelated`: anything from `initial` to three times the wait before, which is its jitter, too: it has
     * no `factor` and no `jitter`. Default `'exponential'`.
     */
    kind?: 'constant' | 'linear' | 'exponential' | 'decorrelated';
    /** The wait before the second attempt. Default `'100ms'`. */
    initial?: Duration;
    /** The longest wait. Default `'10s'`. */
    max?: Duration;
    /** `exponential`: what the wait is multiplied by from one attempt to the next. Default 2. */
    factor?: number;
    /**
     * `full`: anything from 0 to the wait. `equal`: from half of it. Source: "Exponential Backoff and Jitter", AWS
     * Architecture Blog. Default `'full'`.
     */
    jitter?: 'none' | 'full' | 'equal';
  };
  /** Limits the provider's retries and hedges together, those of all its methods. `false`: no budget. */
  budget?:
    | {
        /** Retries and hedges as a share of successes. Default 0.2. */
        ratio?: number;
        /** How many a second are always allowed beyond that. Default 10. */
        minPerSecond?: number;
      }
    | false;
  /**
   * Whether a call whose outcome is unknown (a timeout, a lost connection, a 500) may be repeated. By default it may
   * when it has an idempotency key or nothing says that its HTTP method forbids it. A POST without a key is not
   * repeated, whatever fails after it.
   */
  idempotent?: boolean;
  /**
   * The user's own word on another attempt after a result, value or error: `true` asks for one, whatever the result
   * means, `false` for none, `undefined` leaves it to the engine. `attempt` is 1 for the first. Not asked about the
   * engine's own refusals. The limits of attempts, time and budget hold nevertheless. A predicate that throws, or gives
   * a promise, is reported with the event `callback.failed` and has said nothing.
   */
  when?: (result: Settled, attempt: number) => boolean | undefined;
  /** The longest `Retry-After` that is waited for; above it the error surfaces at once. Default `'1m'`. */
  maxRetryAfter?: Duration;
  /** Other limits for attempts that the provider has throttled (429): it wants fewer calls, and later. */
  throttled?: {
    /** How often the method is called at most, the first time included. Default: as after other failures. */
    attempts?: number;
    /** How long to wait after them. Default: as after other failures. */
    backoff?: RetryOptions['backoff'];
  };
  /**
   * Whether to retry what a retry of a call within this one no longer repeats: attempts multiply then, 3 × 3 for
   * two layers. Default false: its error surfaces at once.
   */
  nested?: boolean;
  /**
   * Whether a refusal by the engine (circuit open, bulkhead full, rate limited) is waited for when it says for how
   * long. Default false.
   */
  refusals?: boolean;
}

const ordered = consistent(
  options({
    kind: optional(oneOf('constant', 'linear', 'exponential', 'decorrelated'), 'exponential'),
    initial: optional(duration(), 100),
    max: optional(duration(), 10_000),
    factor: optional(number(1, 100)),
    jitter: optional(oneOf('none', 'full', 'equal')),
  }),
  ['initial', 'max'],
  ({ initial, max }) =>
    initial > max ? { at: 'initial', message: `expected at most backoff.max (${max} ms)` } : undefined,
);

const backoff = v.pipe(
  consistent(ordered, ['kind', 'factor', 'jitter'], ({ kind, ...given }) =>
    (['factor', 'jitter'] as const)
      .filter((at) => kind === 'decorrelated' && given[at] !== undefined)
      .map((at) => ({ at, message: "not for kind: 'decorrelated', which has a growth and a jitter of its own" })),
  ),
  v.transform(({ factor = 2, jitter = 'full', ...given }) => ({ ...given, factor, jitter })),
);

const budget = optionsOr(
  options({
    ratio: optional(number(0, 1000), RETRY_BUDGET.ratio),
    minPerSecond: optional(number(0, 1_000_000), RETRY_BUDGET.minPerSecond),
  }),
  v.literal(false, 'expected false or { ratio, minPerSecond }, for example { ratio: 0.2, minPerSecond: 10 }'),
);

export const retrySchema = options({
  attempts: optional(integer(1, 1000), 3),
  maxElapsed: optional(duration({ min: 1 })),
  backoff: optional(backoff, {}),
  budget: optional(budget, {}),
  idempotent: optional(flag()),
  maxRetryAfter: optional(duration(), 60_000),
  refusals: optional(flag(), false),
  throttled: optional(options({ attempts: optional(integer(1, 1000)), backoff: optional(backoff) })),
  nested: optional(flag(), false),
  when: optional(callback<NonNullable<RetryOptions['when']>>()),
});

export type RetrySettings = v.InferOutput<typeof retrySchema>;
