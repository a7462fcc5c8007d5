import * as v from 'valibot';
import type { Duration } from '../../settings/duration.js';
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
} from '../../settings/fields.js';
import type { Priority } from '../../engine/price.js';
import type { LineSettings } from './waiting-line.js';
import type { PauseSettings } from './pause.js';
import type { Quota } from './quota.js';
import {
  countsRequests,
  mostAtOnce,
  QUOTA_OPTIONS,
  quotaFaults,
  quotaFields,
  quotaListSchema,
  readQuota,
  type BucketQuotaOptions,
  type GivenQuota,
  type QuotaOptions,
  type WindowQuotaOptions,
} from './quota.options.js';

export interface RateLimitOptions extends Partial<WindowQuotaOptions>, Partial<BucketQuotaOptions> {
  /** Several quotas in place of one, for example `[{ limit: 10 }, { limit: 1000, per: '1h' }]`. All must admit a call. */
  quotas?: readonly QuotaOptions[];
  /**
   * How much of the quota a call takes: a whole number of tokens, or a function of the method's arguments. At most what there ever is at
   * once; 0 passes without taking any. Methods that share a limit may differ in it. `call.settle(cost)` corrects it. Default 1.
   */
  cost?: number | ((...args: never[]) => number);
  /**
   * Who goes first of those who wait: foreground before background, first come first served within each. Or a function of the method's
   * arguments. Methods that share a limit may differ in it. Default `'foreground'`.
   */
  priority?: Priority | ((...args: never[]) => Priority);
  /** What the background is guaranteed of what is let through while both wait, from 0.01 to 0.99. Default 0.1. */
  backgroundShare?: number;
  /** How long a call may wait for its turn. Default 0: it is refused at once, and told how long it would have been. */
  wait?: Duration;
  /** How many may wait. Default 1000. Where there is no place left, the last of the background makes room for the foreground. */
  queue?: number;
  /**
   * Whether the provider's own response headers lower what is let through. Of a quota of requests each call takes one, of any other what it
   * costs. `false` also forgets what they said. Default true.
   */
  observeHeaders?: boolean;
  /** How long a 429 that does not say for how long closes the gate; doubled while they go on. Default `'1s'`. */
  pause?: Duration;
  /** The longest such pause. Default `'1m'`, or `pause` where that is longer. */
  maxPause?: Duration;
  /** The longest that the gate stays closed by the provider's own word, such as `Retry-After`. Default `'1d'`; 0 heeds none. */
  maxRetryAfter?: Duration;
}

const DAY_MS = 86_400_000;
const MOST = 10_000_000;

const fields = options({
  ...quotaFields,
  quotas: optional(quotaListSchema),
  cost: optional(
    v.custom<number | ((...args: unknown[]) => unknown)>(
      (value) => typeof value === 'function' || isCost(value),
      'expected a whole number from 0, or a function of the arguments',
    ),
    1,
  ),
  priority: optional(
    v.union(
      [oneOf('foreground', 'background'), callback<(...args: unknown[]) => unknown>()],
      "expected 'foreground', 'background' or a function of the arguments",
    ),
    'foreground',
  ),
  backgroundShare: optional(number(0.01, 0.99), 0.1),
  wait: optional(duration(), 0),
  queue: optional(integer(0, MOST), 1000),
  observeHeaders: optional(flag(), true),
  pause: optional(duration({ min: 1 }), 1000),
  maxPause: optional(duration({ min: 1 })),
  maxRetryAfter: optional(duration(), DAY_MS),
});

const either = consistent(fields, [...QUOTA_OPTIONS, 'quotas'], ({ quotas, ...single }) => {
  if (quotas === undefined) return quotaFaults(single);
  return QUOTA_OPTIONS.filter((at) => single[at] !== undefined).map((at) => ({
    at,
    message: 'expected within quotas, or no quotas beside it',
  }));
});

const affordable = consistent(either, [...QUOTA_OPTIONS, 'quotas', 'cost'], ({ quotas, cost, ...single }) => {
  const all = quotas ?? [single];
  const most = Math.min(...all.filter((quota) => !countsRequests(quota, all)).map(mostAtOnce));
  return typeof cost === 'number' && cost > most
    ? { at: 'cost', message: `expected at most ${most}: there is never more at once` }
    : undefined;
});

const patient = consistent(affordable, ['pause', 'maxPause'], ({ pause, maxPause }) =>
  maxPause !== undefined && maxPause < pause
    ? { at: 'maxPause', message: `expected at least pause (${pause})` }
    : undefined,
);

export const rateLimitSchema = v.pipe(
  patient,
  v.transform(({ limit, bucket, refill, per, burst, unit, margin, quotas, cost, priority, maxPause, ...shared }) => {
    const given: readonly GivenQuota[] = quotas ?? [{ limit, bucket, refill, per, burst, unit, margin }];
    return {
      price: { cost, priority },
      limit: {
        ...shared,
        maxPause: maxPause ?? Math.max(60_000, shared.pause),
        quotas: given.map((quota) => readQuota(quota, given)),
      } satisfies RateLimitSettings,
    };
  }),
);

/** What the methods of a provider share. */
export interface RateLimitSettings extends LineSettings, PauseSettings {
  readonly quotas: readonly Quota[];
  readonly observeHeaders: boolean;
}

/** What each method says for itself. */
export type PriceSettings = v.InferOutput<typeof rateLimitSchema>['price'];

function isCost(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
