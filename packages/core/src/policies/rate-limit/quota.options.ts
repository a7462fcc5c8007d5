import * as v from 'valibot';
import type { Duration } from '../../settings/duration.js';
import { consistent, duration, integer, number, options, optional, text } from '../../settings/fields.js';
import type { Quota } from './quota.js';

/** Options that every shape of quota has. */
export interface CommonQuotaOptions {
  /** The length of the period. Default `'1s'`. */
  per?: Duration;
  /**
   * The unit that the quota counts: `'requests'`, or the name of what `cost` counts, such as `'tokens'`. Default: what
   * calls cost, and requests where another quota of the list names what `cost` counts.
   */
  unit?: string;
  /**
   * How much later than it was sent a call may arrive and still break no limit, at most `per`. A call that is answered
   * sooner had arrived by then. Default `'50ms'`, at most a twentieth of `per`.
   */
  margin?: Duration;
}

/** A window: never more than `limit` in any `per`, wherever it begins. All of it may come at once. */
export interface WindowQuotaOptions extends CommonQuotaOptions {
  /** How many calls the provider allows in `per`, or what all calls in it may cost together. */
  limit: number;
  /**
   * How many of them may come at once, the rest paced. Default: the whole limit. Those who wait make up for late
   * timers: up to as many as were due in the last 50 ms go together.
   */
  burst?: number;
}

/**
 * A token bucket, as Shopify, Amazon and Stripe describe theirs: `bucket` at once, of which `refill` come back in
 * `per`.
 */
export interface BucketQuotaOptions extends CommonQuotaOptions {
  /** How many calls there are at once at most, or what they may cost together. */
  bucket: number;
  /** How much of it comes back in `per`. */
  refill: number;
}

/** A provider's quota: a window or a token bucket. */
export type QuotaOptions = WindowQuotaOptions | BucketQuotaOptions;

const MOST = 10_000_000;
const DEFAULT_MARGIN_MS = 50;
const MOST_DEFAULT_MARGIN = 0.05;
/** How long the shortest delay of a timer takes, in milliseconds. */
const SHORTEST_TIMER_MS = 1.25;

/** The options of a quota, in a list and by itself alike; which of them stand together is for `quotaFaults`. */
export const quotaFields = {
  limit: optional(integer(1, MOST)),
  bucket: optional(integer(1, MOST)),
  refill: optional(number(0.000_001, MOST)),
  per: optional(duration({ min: 1 })),
  burst: optional(integer(1, MOST)),
  unit: optional(text("'requests', or the name of what cost counts, such as 'tokens'")),
  margin: optional(duration()),
};

export const QUOTA_OPTIONS = ['limit', 'bucket', 'refill', 'per', 'burst', 'unit', 'margin'] as const;

/** A quota as it is given, its durations read. */
export interface GivenQuota {
  readonly limit?: number | undefined;
  readonly bucket?: number | undefined;
  readonly refill?: number | undefined;
  readonly per?: number | undefined;
  readonly burst?: number | undefined;
  readonly unit?: string | undefined;
  readonly margin?: number | undefined;
}

interface Inconsistency {
  readonly at: string;
  readonly message: string;
}

export const quotaSchema = consistent(options(quotaFields), QUOTA_OPTIONS, quotaFaults);

export const quotaListSchema = v.pipe(
  v.array(quotaSchema, "expected a list of quotas, for example [{ limit: 10 }, { limit: 1000, per: '1h' }]"),
  v.minLength(1, 'expected at least one quota'),
);

/** The faults of a quota as a whole. */
export function quotaFaults(given: GivenQuota): Inconsistency[] {
  const faults = given.bucket === undefined && given.refill === undefined ? windowFaults(given) : bucketFaults(given);
  const { margin = 0, per = 1000 } = given;
  if (margin > per) {
    faults.push({
      at: 'margin',
      message: `expected at most per (${per}): more than half of the quota would never be used`,
    });
  }
  return faults;
}

/** The most that one call may cost of a quota. */
export function mostAtOnce({ limit, bucket, burst }: GivenQuota): number {
  return bucket ?? Math.min(burst ?? Infinity, limit ?? Infinity);
}

/** `others` name what calls cost, so that a quota that names nothing counts requests. */
export function readQuota(given: GivenQuota, others: readonly GivenQuota[]): Quota {
  const { per = 1000, unit } = given;
  const margin = given.margin ?? Math.min(DEFAULT_MARGIN_MS, per * MOST_DEFAULT_MARGIN);
  const common = { per, margin, unit, countsRequests: countsRequests(given, others) };
  return given.bucket === undefined
    ? { ...common, limit: given.limit!, burst: given.burst }
    : { ...common, bucket: given.bucket, refill: given.refill! };
}

/** Whether a quota counts calls, whatever each of them costs. */
export function countsRequests({ unit }: GivenQuota, others: readonly GivenQuota[]): boolean {
  return unit === undefined ? others.some((other) => (other.unit ?? 'requests') !== 'requests') : unit === 'requests';
}

function windowFaults({ limit, burst }: GivenQuota): Inconsistency[] {
  if (limit === undefined) return [{ at: 'limit', message: 'it is required' }];
  if (burst === undefined || burst <= limit) return [];
  const bucket = `{ bucket: ${burst}, refill: ${limit} }`;
  return [
    {
      at: 'burst',
      message: `expected at most the limit (${limit}); a bucket that holds more than comes back in per is ${bucket}`,
    },
  ];
}

function bucketFaults({ limit, burst, bucket, refill, per = 1000 }: GivenQuota): Inconsistency[] {
  const faults = [
    ...(limit === undefined ? [] : [{ at: 'limit', message: 'expected a limit or a bucket, not both' }]),
    ...(burst === undefined ? [] : [{ at: 'burst', message: 'expected none: a bucket has all it holds at once' }]),
  ];
  if (bucket === undefined) return [...faults, { at: 'bucket', message: 'it is required beside refill' }];
  if (refill === undefined) return [...faults, { at: 'refill', message: 'it is required beside bucket' }];
  const least = Math.ceil((refill / per) * SHORTEST_TIMER_MS * 0.5);
  if (bucket < least) {
    faults.push({
      at: 'bucket',
      message: `expected at least ${least}: timers carry whole milliseconds, and with less more than half of what comes back would never be used`,
    });
  }
  return faults;
}
