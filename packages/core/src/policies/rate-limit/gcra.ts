/** How late timers may fire without the pace falling behind, in milliseconds. */
const LATE_MS = 50;

/** What the provider allows: `limit` tokens in `per` milliseconds, of which `burst` may be taken at once. */
export interface Quota {
  readonly limit: number;
  readonly per: number;
  readonly burst: number;
}

/**
 * The generic cell rate algorithm (ITU-T I.371): a virtual clock that each token taken moves forward. Of `limit` tokens per `per`,
 * `burst` may be had at once and the others are paced, so that rate × window + burst ≤ limit holds in any window. Tokens are whole.
 *
 * A window holds at most ⌊(window + tolerance) ÷ interval⌋ + 1 tokens, so the tolerance may be all but a full `burst` intervals. What it
 * has beyond `burst` − 1 makes up for timers that fire late: the pace does not drift.
 */
export class Gcra {
  /** Milliseconds between paced tokens. */
  readonly intervalMs: number;
  private readonly toleranceMs: number;
  private clock = -Infinity;
  /** By how much the clock was moved back, in all. */
  private givenBackMs = 0;

  constructor(readonly quota: Quota) {
    const { limit, per, burst } = quota;
    this.intervalMs = per / Math.max(1, limit - burst);
    this.toleranceMs = burst < limit ? this.intervalMs * (burst - 1) + Math.min(this.intervalMs * 0.99, LATE_MS) : 0;
  }

  /** Whether `waitMs` of one token is 0. */
  isFree(now: number): boolean {
    return this.clock - this.toleranceMs <= now;
  }

  /** Milliseconds until `tokens` can be taken; 0 when they can be now. More than a burst cannot be had at once, but stand for several calls in line. */
  waitMs(now: number, tokens = 1): number {
    return Math.max(0, Math.max(now, this.clock) + (tokens - 1) * this.intervalMs - this.toleranceMs - now);
  }

  /** Takes them, and gives the receipt with which they can be given back. Only to be called when `waitMs` is 0. */
  take(now: number, tokens = 1): number {
    this.clock = Math.max(now, this.clock) + tokens * this.intervalMs;
    return this.clock + this.givenBackMs;
  }

  /**
   * Gives back what was taken at `takenAt`, so far as time has not paid it off since: what is paid off was there for others already, and
   * would be had twice.
   */
  giveBack(tokens: number, takenAt: number, receipt: number, now: number): void {
    const takenMs = tokens * this.intervalMs;
    // What others gave back meanwhile may have stood before it in line, but not in the same moment.
    const paidAt = Math.max(receipt - this.givenBackMs, takenAt + takenMs);
    const backMs = Math.min(takenMs, Math.max(0, paidAt - now));
    this.clock -= backMs;
    this.givenBackMs += backMs;
  }

  /** Whether everything that was taken is paid off. */
  isFresh(now: number): boolean {
    return this.clock <= now;
  }

  /** How many tokens are not paid off. */
  unpaid(now: number): number {
    return Math.max(0, this.clock - now) / this.intervalMs;
  }

  /** Starts with so many tokens unpaid. */
  owe(tokens: number, now: number): void {
    this.clock = now + tokens * this.intervalMs;
  }
}
