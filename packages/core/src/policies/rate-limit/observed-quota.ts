import type { QuotaObservation } from '../../protocols/rate-limit-headers.js';

/** Resets that differ by less than this speak of the same window: headers carry whole seconds. */
const SAME_WINDOW_MS = 1500;

/**
 * What the provider said remains of its quota. Within one window an observation only ever lowers it, because responses arrive
 * out of order. Calls that were under way when the response was made count against it.
 */
export class ObservedQuota {
  private remaining = Infinity;
  private resetAt = -Infinity;

  observe(quota: QuotaObservation, inFlight: number, now: number): void {
    if (quota.resetMs === undefined) return;
    const resetAt = now + quota.resetMs;
    const remaining = Math.max(0, quota.remaining - inFlight);
    const known = now < this.resetAt && Math.abs(resetAt - this.resetAt) < SAME_WINDOW_MS;
    this.remaining = known ? Math.min(this.remaining, remaining) : remaining;
    this.resetAt = known ? Math.min(this.resetAt, resetAt) : resetAt;
  }

  /** Milliseconds until the quota allows a call; 0 when it does now or nothing is known. */
  waitMs(now: number): number {
    return this.remaining >= 1 || now >= this.resetAt ? 0 : this.resetAt - now;
  }

  take(): void {
    this.remaining--;
  }
}
