import type { Store } from '../../../store/store.js';
import { isBucket, type BucketQuota, type Quota, type WindowQuota } from '../quota.js';

/** The answer of the store to a host that asked for tokens. */
export interface LeaseAnswer {
  readonly admitted: boolean;
  /** How many tokens remain for all hosts, as far as can be told; a bucket counts parts of one, too. */
  readonly remaining: number;
  /**
   * How long until the same number would be admitted; after an admission, until the next one is, where that is known,
   * otherwise 0.
   */
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
  /** How long tokens can be left in the store until others are lost: those that find the bucket full. */
  readonly slackMs: number;
  /** For how long what a host was granted tells what it will be, in milliseconds. */
  readonly memoryMs: number;
  readonly perCall: boolean;
  /**
   * Whether tokens come back at a steady pace. Then those whose lease goes on can be given back at no loss; in a window
   * they would stand in the place of older ones, which leave it sooner.
   */
  readonly refills: boolean;
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
  if (isBucket(quota)) return [bucketRule(quota)];
  const { limit, burst, per, margin } = quota;
  if (burst === undefined || burst >= limit) return [windowRule(quota)];
  const pace: BucketQuota = { ...quota, bucket: burst, refill: limit, per: per + margin, margin: 0 };
  return [windowRule(quota), paceRule(pace)];
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
    refills: false,
    memoryMs: windowMs,
    backAfterMs: windowMs,
    ratePerMs: limit / windowMs,
    grainMs: windowMs / SLICES,
    slackMs: Infinity,
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
function bucketRule(quota: BucketQuota): LeaseRule {
  const { bucket, refill, per, margin } = quota;
  const intervalMs = per / refill;
  const leaseMs = Math.min(leaseOf(per), Math.max(SHORTEST_LEASE_MS, (bucket * intervalMs) / 10));
  const lateMs = leaseMs + margin;
  return refilled(quota, { shape: 'bucket', leaseMs, lateMs, capacityMs: bucket * intervalMs - lateMs });
}

/**
 * The window holds what is promised, and the pace is ours: it counts when tokens are leased. Their lease outlasts two
 * questions to the store, as the window is asked once there is a place in the pace. As many as come back meanwhile are
 * left out, so that no more than the burst are there at once.
 */
function paceRule(quota: BucketQuota): LeaseRule {
  const { bucket, refill, per } = quota;
  const intervalMs = per / refill;
  const leaseMs = Math.min(2 * leaseOf(per), Math.max(SHORTEST_LEASE_MS, (bucket * intervalMs) / 2));
  const atOnce = Math.max(1, bucket - Math.floor(leaseMs / intervalMs));
  return refilled(quota, { shape: 'pace', leaseMs, lateMs: 0, capacityMs: atOnce * intervalMs });
}

interface Refilled {
  readonly shape: string;
  readonly leaseMs: number;
  /** Added to what needs all of the bucket. */
  readonly lateMs: number;
  /** How much of the bucket tokens that were leased at several times may take, in the time in which that comes back. */
  readonly capacityMs: number;
}

function refilled(quota: BucketQuota, { shape, leaseMs, lateMs, capacityMs }: Refilled): LeaseRule {
  const { bucket, refill, per } = quota;
  const intervalMs = per / refill;
  const needOf = (tokens: number) => {
    const ms = tokens * intervalMs;
    const byMs = ms > capacityMs ? ms + lateMs : ms;
    return { byMs, withinMs: Math.max(byMs, capacityMs) };
  };
  return {
    ...common(quota, shape),
    most: bucket,
    leaseMs,
    returnsForMs: 0,
    refills: true,
    memoryMs: Math.max(1000, bucket * intervalMs),
    backAfterMs: intervalMs,
    ratePerMs: 1 / intervalMs,
    grainMs: intervalMs,
    slackMs: Math.max(0, capacityMs - intervalMs),
    async ask(store, key, tokens) {
      const { byMs, withinMs } = needOf(tokens);
      const { admitted, aheadMs, retryAfterMs } = await store.advance(key, byMs, withinMs);
      const remaining = Math.max(0, (capacityMs - aheadMs) / intervalMs);
      const next = needOf(1);
      const nextMs = Math.max(0, aheadMs + next.byMs - next.withinMs);
      return { admitted, remaining, retryAfterMs: admitted ? nextMs : retryAfterMs };
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
