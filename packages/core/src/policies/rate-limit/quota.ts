import { SlidingWindow } from './sliding-window.js';
import { TokenBucket } from './token-bucket.js';
import type { TokenCount } from './token-count.js';

interface AnyQuota {
  /** In milliseconds, as all times here. */
  readonly per: number;
  /** How much later than it was sent a call may arrive. */
  readonly margin: number;
  /** The unit that it counts: `requests`, or what calls cost. */
  readonly unit: string | undefined;
  readonly countsRequests: boolean;
}

/** Never more than `limit` in any window of `per`, and with `burst` never more than that at once. */
export interface WindowQuota extends AnyQuota {
  readonly limit: number;
  readonly burst: number | undefined;
}

/** At most `bucket` at once, of which `refill` come back in `per`. */
export interface BucketQuota extends AnyQuota {
  readonly bucket: number;
  readonly refill: number;
}

/** A provider's quota, as it was read from the settings. */
export type Quota = WindowQuota | BucketQuota;

/** Up to this limit every departure is counted by itself, beyond it in slices. */
const MOST_LOGGED = 1024;
/** How many slices a window has. */
const SLICES = 256;
/** The share of a window that margin and slices may cost together. */
const MOST_LOST = 0.05;

export function isBucket(quota: Quota): quota is BucketQuota {
  return 'bucket' in quota;
}

/** The counts that must all admit a call: a window that is paced has two. */
export function countsOf(quota: Quota): readonly TokenCount[] {
  const { per, margin } = quota;
  if (isBucket(quota)) {
    return [new TokenBucket({ size: quota.bucket, intervalMs: per / quota.refill, marginMs: margin })];
  }
  const { limit, burst = limit } = quota;
  const isPaced = burst < limit;
  const window = windowOf(quota, !isPaced);
  if (!isPaced) return [window];
  return [window, new TokenBucket({ size: burst, intervalMs: (per + margin) / limit, marginMs: 0, catchesUp: true })];
}

/** A pace leaves room for late arrivals anyway: what sooner answers would let through of a window, it would not. */
function windowOf({ limit, per, margin }: WindowQuota, untilAnswered: boolean): TokenCount {
  if (limit <= MOST_LOGGED) {
    return new SlidingWindow({ limit, perMs: per, marginMs: margin, sliceMs: 0, untilAnswered });
  }
  const sliceMs = per / SLICES;
  // The time that a slice counts too long comes off the margin, as long as that is a short one.
  const most = MOST_LOST * per;
  const marginMs = margin > most ? margin : Math.min(margin, most - sliceMs);
  return new SlidingWindow({ limit, perMs: per, marginMs, sliceMs, untilAnswered: false });
}
