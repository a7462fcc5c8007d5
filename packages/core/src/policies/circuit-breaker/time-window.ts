/** How many parts a window is divided into: what it counts is exact to one part. */
const BUCKETS = 10;

/**
 * The calls of the last `lengthMs`, in a ring of buckets with running totals. Recording clears the buckets that time has
 * passed over, keeps their phase, and allocates nothing.
 */
export class TimeWindow {
  total = 0;
  failed = 0;
  slow = 0;
  private readonly counts = new Uint32Array(BUCKETS * 3);
  private readonly bucketMs: number;
  private at = 0;
  private bucketStart: number;

  constructor(lengthMs: number, now: number) {
    this.bucketMs = lengthMs / BUCKETS;
    this.bucketStart = now;
  }

  record(failed: boolean, slow: boolean, now: number): void {
    this.slideTo(now);
    const base = this.at * 3;
    this.counts[base]!++;
    this.total++;
    if (failed) {
      this.counts[base + 1]!++;
      this.failed++;
    }
    if (slow) {
      this.counts[base + 2]!++;
      this.slow++;
    }
  }

  slideTo(now: number): void {
    const passed = Math.floor((now - this.bucketStart) / this.bucketMs);
    if (passed <= 0) return;
    this.bucketStart += passed * this.bucketMs;
    for (let i = Math.min(passed, BUCKETS); i > 0; i--) {
      this.at = (this.at + 1) % BUCKETS;
      this.clearBucket(this.at * 3);
    }
  }

  /** Goes on with what another window has counted, as if it had happened now. */
  take(other: TimeWindow): void {
    const base = this.at * 3;
    this.counts[base]! += other.total;
    this.counts[base + 1]! += other.failed;
    this.counts[base + 2]! += other.slow;
    this.total += other.total;
    this.failed += other.failed;
    this.slow += other.slow;
  }

  clear(): void {
    this.counts.fill(0);
    this.total = this.failed = this.slow = 0;
  }

  private clearBucket(base: number): void {
    this.total -= this.counts[base]!;
    this.failed -= this.counts[base + 1]!;
    this.slow -= this.counts[base + 2]!;
    this.counts[base] = this.counts[base + 1] = this.counts[base + 2] = 0;
  }
}
