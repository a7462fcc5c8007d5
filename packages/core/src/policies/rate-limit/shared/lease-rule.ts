import type { Store } from '../../../store/store.js';
import { isBucket, type BucketQuota, type Quota, type WindowQuota } from '../quota.js';

/** The answer of the store to a host that asked for tokens. */
export interface LeaseAnswer {
  readonly admitted: boolean;
  /** How many tokens remain for all hosts, as far as can be told. */
  readonly remaining: number;
  /** 0 when admitted, otherwise how long until the same number would be. */
  readonly retryAfterMs: number;
}

/** How hosts draw from one count of a quota that stands in a store. */
export interface LeaseRule {
  /** Part of the count's key. The same for quotas that differ in nothing but how much they allow. */
  readonly name: string;
  /** The most tokens that can be had at once. */
  readonly most: number;
  /** How long leased tokens may be used from when they were asked for. */
  readonly leaseMs: number;
  /** After how long a token is there again that was not used, in milliseconds. */
  readonly backAfterMs: number;
  /** How many tokens come back in a millisecond. */
  readonly ratePerMs: number;
  /** In how short a time tokens come back together, in milliseconds: asking more often is of no use. */
  readonly grainMs: number;
  /** For how long what a host was granted tells what it will be, in milliseconds. */
  readonly memoryMs: number;
  readonly perCall: boolean;
  /**
   * For how long tokens can be given back after their lease, in milliseconds: a window forgets the oldest in their
   * place, as long as it has not forgotten their own. A bucket has been refilled meanwhile.
   */
  readonly returnsForMs: number;
  ask(store: Store, key: string, tokens: number): Promise<LeaseAnswer>;
  /** Counts tokens that were used already; a negative number is given back. */
  correct(store: Store, key: string, tokens: number): Promise<unknown>;
}

const SHORTEST_LEASE_MS = 5;
const LONGEST_LEASE_MS = 100;
/** The share of a period that a lease may take: it is lost to the quota. */
const LEASE_SHARE = 1 / 40;
/** How many slices the store counts a window in: one of them is lost as well. */
const SLICES = 128;
/** Shorter windows are whole again before it is worthwhile to give tokens back. */
const LONG_MS = 10_000;
/** More than any count. */
const ANY = Number.MAX_SAFE_INTEGER;

/** A window that is paced has two: both must admit a call. */
export function leaseRulesOf(quota: Quota): readonly LeaseRule[] {
  if (isBucket(quota)) return [bucketRule(quota, 'bucket')];
  const { limit, burst, per, margin } = quota;
  if (burst === undefined || burst >= limit) return [windowRule(quota)];
  // The window holds what is promised; the pace is ours.
  const pace: BucketQuota = { ...quota, bucket: burst, refill: limit, per: per + margin, margin: 0 };
  return [windowRule(quota), bucketRule(pace, 'pace')];
}

/** A token counts from when it was leased until `per` after it may have arrived at the latest. */
function windowRule(quota: WindowQuota): LeaseRule {
  const { limit, per, margin } = quota;
  const leaseMs = leaseOf(per);
  const windowMs = per + margin + leaseMs;
  const window = { windowMs, slices: SLICES };
  return {
    ...common(quota, 'window'),
    most: limit,
    leaseMs,
    // However late the store hears of it, within reason, the window still holds them.
    returnsForMs: per >= LONG_MS ? per / 2 : 0,
    memoryMs: windowMs,
    backAfterMs: windowMs,
    ratePerMs: limit / windowMs,
    grainMs: windowMs / SLICES,
    async ask(store, key, tokens) {
      const { admitted, used, retryAfterMs } = await store.count(key, tokens, { ...window, limit });
      return { admitted, remaining: Math.max(0, limit - used), retryAfterMs };
    },
    correct: (store, key, tokens) => store.count(key, tokens, { ...window, limit: ANY }),
  };
}

/**
 * Tokens that were leased at several times may arrive together: the bucket is smaller by what comes back in that time.
 * Tokens that are more than is left of it need a bucket that is full, and take that time with them.
 */
function bucketRule(quota: BucketQuota, shape: string): LeaseRule {
  const { bucket, refill, per, margin } = quota;
  const intervalMs = per / refill;
  const leaseMs = Math.min(leaseOf(per), Math.max(SHORTEST_LEASE_MS, (bucket * intervalMs) / 10));
  const lateMs = leaseMs + margin;
  const capacityMs = bucket * intervalMs - lateMs;
  return {
    ...common(quota, shape),
    most: bucket,
    leaseMs,
    returnsForMs: 0,
    memoryMs: Math.max(1000, bucket * intervalMs),
    backAfterMs: intervalMs,
    ratePerMs: 1 / intervalMs,
    grainMs: intervalMs,
    async ask(store, key, tokens) {
      const ms = tokens * intervalMs;
      const needsAll = ms > capacityMs;
      const byMs = needsAll ? ms + lateMs : ms;
      const { admitted, aheadMs, retryAfterMs } = await store.advance(key, byMs, needsAll ? byMs : capacityMs);
      const remaining = aheadMs === 0 ? bucket : Math.max(0, Math.floor((capacityMs - aheadMs) / intervalMs));
      return { admitted, remaining, retryAfterMs };
    },
    correct: (store, key, tokens) => store.advance(key, tokens * intervalMs, ANY),
  };
}

function common({ per, unit, countsRequests }: Quota, shape: string) {
  return { name: `${shape}:${unit ?? (countsRequests ? 'requests' : 'cost')}:${per}`, perCall: countsRequests };
}

function leaseOf(per: number): number {
  return Math.min(LONGEST_LEASE_MS, Math.max(SHORTEST_LEASE_MS, per * LEASE_SHARE));
}
