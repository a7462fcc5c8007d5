/** How late timers may fire without the pace falling behind, in milliseconds. */
const LATE_MS = 50;

/**
 * The generic cell rate algorithm (ITU-T I.371): a virtual clock that each call moves forward. Of `limit` calls per `perMs`, `burst`
 * may come at once and the others are paced, so that rate × window + burst ≤ limit holds in any window.
 *
 * A window holds at most ⌊(window + tolerance) ÷ interval⌋ + 1 calls, so the tolerance may be all but a full `burst` intervals. What it
 * has beyond `burst` − 1 makes up for timers that fire late: the pace does not drift.
 */
export class Gcra {
  /** Milliseconds between paced calls. */
  readonly intervalMs: number;
  private readonly toleranceMs: number;
  private clock = -Infinity;

  constructor(limit: number, perMs: number, burst: number) {
    this.intervalMs = perMs / Math.max(1, limit - burst);
    this.toleranceMs = burst < limit ? this.intervalMs * (burst - 1) + Math.min(this.intervalMs * 0.99, LATE_MS) : 0;
  }

  /** Milliseconds until the next call is let through; 0 when it is now. */
  waitMs(now: number): number {
    return Math.max(0, this.clock - this.toleranceMs - now);
  }

  /** Counts a call. Only to be called when `waitMs` is 0. */
  take(now: number): void {
    this.clock = Math.max(now, this.clock) + this.intervalMs;
  }

  /** Whether everything that was let through is paid off. */
  isFresh(now: number): boolean {
    return this.clock <= now;
  }

  /** Goes on where another pace stands: what it let through still counts. */
  goOnFrom(other: Gcra, now: number): void {
    const unpaid = Math.max(0, other.clock - now) / other.intervalMs;
    this.clock = now + unpaid * this.intervalMs;
  }
}
