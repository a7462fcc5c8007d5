/** Up to here everything is one bucket, in milliseconds. */
const LOWEST_MS = 0.125;
/** Each bucket's bound is about 9 % above the one before. */
const PER_DOUBLING = 8;
/** The last bucket's bound is about 70 minutes; it holds what is above, too. */
const BUCKETS = 25 * PER_DOUBLING + 1;
/** A value above a bound by no more than this is a rounding error of the logarithm. */
const ROUNDING = 1e-9;
/** Old records leave in portions of this size. */
const PORTION = 500;

/**
 * How long things took lately: the last 500 to 1000 of them, in buckets of fixed logarithmic bounds. Recording
 * allocates and sorts nothing, and asking for a quantile goes on from the answer before.
 */
export class LatencyHistogram {
  /** How many are recorded. */
  total = 0;
  /** The last full portion and the recent one together. */
  private readonly counts = new Uint16Array(BUCKETS);
  private readonly recent = new Uint16Array(BUCKETS);
  private recentTotal = 0;
  /** Where the quantile stood that was asked for last, and how many are in the buckets below. */
  private at = 0;
  private below = 0;

  record(ms: number): void {
    if (this.recentTotal === PORTION) this.forget();
    const bucket = bucketOf(ms);
    this.counts[bucket]!++;
    this.recent[bucket]!++;
    this.total++;
    this.recentTotal++;
    if (bucket < this.at) this.below++;
  }

  /**
   * The time within which a share of what is recorded was done, rounded up to a bucket's bound; `undefined` when
   * nothing is recorded.
   */
  quantile(share: number): number | undefined {
    if (this.total === 0) return undefined;
    const rank = Math.max(1, Math.ceil(share * this.total - ROUNDING));
    while (this.below >= rank) this.below -= this.counts[--this.at]!;
    while (this.below + this.counts[this.at]! < rank) this.below += this.counts[this.at++]!;
    return boundOf(this.at);
  }

  /** The recent portion is the last full one from now on; what was before it is forgotten. */
  private forget(): void {
    this.counts.set(this.recent);
    this.recent.fill(0);
    this.total = this.recentTotal;
    this.recentTotal = this.at = this.below = 0;
  }
}

function bucketOf(ms: number): number {
  if (ms <= LOWEST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms / LOWEST_MS) * PER_DOUBLING - ROUNDING));
}

function boundOf(bucket: number): number {
  return LOWEST_MS * 2 ** (bucket / PER_DOUBLING);
}
