import type { WindowCounts } from './window-counts.js';

/** How many parts a window is divided into: what it counts is exact to one part. */
const BUCKETS = 10;

/**
 * The calls of the last `lengthMs`, in a ring of buckets with running totals. Recording clears the buckets that time
 * has passed over, keeps their phase (buckets begin at multiples of their length), and allocates nothing once calls
 * have failed and been slow.
 */
export class TimeWindow implements WindowCounts {
  total = 0;
  failed = 0;
  slow = 0;
  private readonly calls = emptyRing();
  /** Made when the first call fails, or is slow: of many keys, most have none. */
  private failures: number[] | undefined;
  private slowCalls: number[] | undefined;
  /** Where the current bucket stands in the ring. */
  private at = 0;
  /** The current bucket, counted from the clock's origin. */
  private bucket: number;
  private readonly bucketMs: number;

  constructor(
    readonly lengthMs: number,
    now: number,
  ) {
    this.bucketMs = lengthMs / BUCKETS;
    this.bucket = this.bucketOf(now);
  }

  record(failed: boolean, slow: boolean, now: number): void {
    this.slideTo(now);
    this.add(1, failed ? 1 : 0, slow ? 1 : 0);
  }

  /** Notes that a call has failed which was recorded already. */
  markFailed(now: number): void {
    this.slideTo(now);
    this.add(0, 1, 0);
  }

  slideTo(now: number): void {
    const bucket = this.bucketOf(now);
    if (bucket <= this.bucket) return;
    for (let i = Math.min(bucket - this.bucket, BUCKETS); i > 0; i--) {
      this.at = this.at === BUCKETS - 1 ? 0 : this.at + 1;
      this.clearBucket();
    }
    this.bucket = bucket;
  }

  /** Another length, with what was counted until `now` as if it had happened now. */
  resized(lengthMs: number, now: number): TimeWindow {
    this.slideTo(now);
    const window = new TimeWindow(lengthMs, now);
    window.add(this.total, this.failed, this.slow);
    return window;
  }

  clear(): void {
    this.calls.fill(0);
    this.failures?.fill(0);
    this.slowCalls?.fill(0);
    this.total = this.failed = this.slow = 0;
  }

  private bucketOf(now: number): number {
    return Math.floor(now / this.bucketMs);
  }

  private add(total: number, failed: number, slow: number): void {
    this.total += total;
    this.calls[this.at]! += total;
    if (failed > 0) {
      this.failed += failed;
      (this.failures ??= emptyRing())[this.at]! += failed;
    }
    if (slow > 0) {
      this.slow += slow;
      (this.slowCalls ??= emptyRing())[this.at]! += slow;
    }
  }

  private clearBucket(): void {
    const { at, calls, failures, slowCalls } = this;
    this.total -= calls[at]!;
    calls[at] = 0;
    if (failures !== undefined) {
      this.failed -= failures[at]!;
      failures[at] = 0;
    }
    if (slowCalls !== undefined) {
      this.slow -= slowCalls[at]!;
      slowCalls[at] = 0;
    }
  }
}

/** A plain array: it takes a third of the memory of a typed one. */
function emptyRing(): number[] {
  return new Array<number>(BUCKETS).fill(0);
}
