import type { QuotaObservation } from '../../protocols/rate-limit-headers.js';

/** Resets that differ by less than this speak of the same window: headers carry whole seconds. */
const SAME_WINDOW_MS = 1500;
/** A provider has a handful of quotas; more names than this are noise. */
const MOST_QUOTAS = 16;

/** What is known of one quota until it is whole again. */
interface Known {
  remaining: number;
  resetAt: number;
}

/**
 * What the provider said remains of its quotas. Within one window an observation only ever lowers what remains, because responses
 * arrive out of order. Calls that were under way when the response was made count against it.
 */
export class ObservedQuotas {
  private readonly quotas = new Map<string, Known>();

  observe({ name, remaining, resetMs }: QuotaObservation, inFlight: number, now: number): void {
    if (resetMs === undefined || resetMs <= 0) return;
    const resetAt = now + resetMs;
    const left = Math.max(0, remaining - inFlight);
    const known = this.quotas.get(name);
    if (known !== undefined && now < known.resetAt && Math.abs(resetAt - known.resetAt) < SAME_WINDOW_MS) {
      known.remaining = Math.min(known.remaining, left);
      known.resetAt = Math.min(known.resetAt, resetAt);
    } else if (known !== undefined || this.quotas.size < MOST_QUOTAS) {
      this.quotas.set(name, { remaining: left, resetAt });
    }
  }

  /** Milliseconds until every quota allows a call; 0 when they do now or nothing is known. */
  waitMs(now: number): number {
    if (this.quotas.size === 0) return 0;
    let wait = 0;
    for (const { remaining, resetAt } of this.quotas.values()) {
      if (remaining < 1 && resetAt - now > wait) wait = resetAt - now;
    }
    return wait;
  }

  take(now: number): void {
    if (this.quotas.size === 0) return;
    for (const [name, quota] of this.quotas) {
      if (quota.resetAt <= now) this.quotas.delete(name);
      else quota.remaining--;
    }
  }
}
