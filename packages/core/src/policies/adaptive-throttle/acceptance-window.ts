/** How many parts the window is divided into: what it counts is exact to one part. */
const BUCKETS = 12;

/**
 * How many calls were asked for in the last `lengthMs`, and how many of them the provider accepted: a ring of buckets with running
 * totals. Recording clears the buckets that time has passed over, keeps their phase, and allocates nothing.
 */
export class AcceptanceWindow {
  requests = 0;
  accepts = 0;
  private readonly asked = new Uint32Array(BUCKETS);
  private readonly accepted = new Uint32Array(BUCKETS);
  private readonly bucketMs: number;
  private at = 0;
  private bucketStart: number;

  constructor(lengthMs: number, now: number) {
    this.bucketMs = lengthMs / BUCKETS;
    this.bucketStart = now;
  }

  record(accepted: boolean, now: number): void {
    this.slideTo(now);
    this.asked[this.at]!++;
    this.requests++;
    if (!accepted) return;
    this.accepted[this.at]!++;
    this.accepts++;
  }

  slideTo(now: number): void {
    const passed = Math.floor((now - this.bucketStart) / this.bucketMs);
    if (passed <= 0) return;
    this.bucketStart += passed * this.bucketMs;
    for (let i = Math.min(passed, BUCKETS); i > 0; i--) {
      this.at = (this.at + 1) % BUCKETS;
      this.requests -= this.asked[this.at]!;
      this.accepts -= this.accepted[this.at]!;
      this.asked[this.at] = this.accepted[this.at] = 0;
    }
  }

  /** Goes on with what another window has counted, as if it had happened now. */
  goOnFrom({ requests, accepts }: AcceptanceWindow): void {
    this.asked[this.at]! += requests;
    this.accepted[this.at]! += accepts;
    this.requests += requests;
    this.accepts += accepts;
  }
}
