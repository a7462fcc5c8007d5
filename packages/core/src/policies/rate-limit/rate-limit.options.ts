import * as v from 'valibot';
import type { Duration } from '../../settings/duration.js';
import type { Priority } from '../../engine/price.js';
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
import type { Quota } from './gcra.js';

/** What a provider allows. */
export interface QuotaOptions {
  /** How many calls the provider allows in `per`, or what all calls in it may cost together. */
  limit: number;
  /** Default `'1s'`. */
  per?: Duration;
  /**
   * How many of them may come at once. Default: a fifth of the limit, at least 1. The rest is paced, so that no window of the length `per`,
   * wherever it begins, holds more than `limit`. Timers carry whole milliseconds: with a burst of 1, those who wait go on at some 800 a second
   * at most, whatever the limit.
   */
  burst?: number;
}

export interface RateLimitOptions extends Partial<QuotaOptions> {
  /** Several quotas in place of `limit`, `per` and `burst`, for example `[{ limit: 10 }, { limit: 1000, per: '1h' }]`. All must admit a call. */
  quotas?: readonly QuotaOptions[];
  /**
   * How much of the quota a call takes: a whole number of tokens, or a function of the method's arguments. At most the burst, which is the
   * most that there ever is at once; 0 passes without taking any. Methods that share a limit may differ in it. Default 1.
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
   * costs. Default true.
   */
  observeHeaders?: boolean;
}

const MOST = 10_000_000;

const perField = duration({ min: 1 });
const burstField = optional(integer(1, MOST));

const quotaSchema = consistent(
  options({ limit: integer(1, MOST), per: optional(perField, 1000), burst: burstField }),
  ['limit', 'burst'],
  tooMuchAtOnce,
);

const fields = options({
  limit: optional(integer(1, MOST)),
  per: optional(perField),
  burst: burstField,
  quotas: optional(
    v.pipe(
      v.array(quotaSchema, "expected a list of quotas, for example [{ limit: 10 }, { limit: 1000, per: '1h' }]"),
      v.minLength(1, 'expected at least one quota'),
    ),
  ),
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
});

const either = consistent(fields, ['limit', 'per', 'burst', 'quotas'], ({ quotas, ...single }) => {
  if (quotas === undefined) return single.limit === undefined ? { at: 'limit', message: 'it is required' } : undefined;
  return (['limit', 'per', 'burst'] as const)
    .filter((at) => single[at] !== undefined)
    .map((at) => ({ at, message: 'expected within quotas, or no quotas beside it' }));
});

const paced = consistent(either, ['limit', 'burst', 'quotas'], ({ limit, burst, quotas }) =>
  quotas === undefined && limit !== undefined ? tooMuchAtOnce({ limit, burst }) : undefined,
);

const affordable = consistent(paced, ['limit', 'burst', 'quotas', 'cost'], ({ limit, burst, quotas, cost }) => {
  const all = quotas ?? (limit === undefined ? [] : [{ limit, burst }]);
  const most = Math.min(...all.map(burstOf));
  return typeof cost === 'number' && cost > most
    ? { at: 'cost', message: `expected at most the burst (${most}): there is never more at once` }
    : undefined;
});

export const rateLimitSchema = v.pipe(
  affordable,
  v.transform(({ limit, per = 1000, burst, quotas, cost, priority, ...shared }) => ({
    price: { cost, priority },
    limit: { ...shared, quotas: (quotas ?? [{ limit: limit!, per, burst }]).map(withBurst) },
  })),
);

/** What the methods of a provider share. */
export type RateLimitSettings = v.InferOutput<typeof rateLimitSchema>['limit'];

/** What each method says for itself. */
export type PriceSettings = v.InferOutput<typeof rateLimitSchema>['price'];

interface GivenQuota {
  readonly limit: number;
  readonly burst?: number | undefined;
}

function tooMuchAtOnce({ limit, burst }: GivenQuota): { at: string; message: string } | undefined {
  if (burst === undefined || burst === 1 || burst < limit) return undefined;
  return {
    at: 'burst',
    message: `expected less than the limit (${limit}): what comes in a burst is taken from what is paced`,
  };
}

function burstOf({ limit, burst }: GivenQuota): number {
  return burst ?? Math.max(1, Math.floor(limit / 5));
}

function withBurst({ limit, per, burst }: GivenQuota & { readonly per: number }): Quota {
  return { limit, per, burst: burstOf({ limit, burst }) };
}

function isCost(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
