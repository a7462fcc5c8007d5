import type { QuotaObservation } from '../../headers/rate-limit-headers.js';

/** Resets that differ by less than this speak of the same window: headers carry whole seconds. */
const SAME_WINDOW_MS = 1500;
/** A provider has a handful of quotas; more names than this are noise. */
const MOST_QUOTAS = 16;

/** What is known of one quota until it is whole again: what the provider last said remains, and what of it is not spoken for. */
interface Known {
  /** Whether it counts requests, rather than what they cost. */
  readonly perCall: boolean;
  said: number;
  remaining: number;
  resetAt: number;
}

/**
 * What the provider said remains of its quotas. Within one window what it says only ever falls, so a response that says more is an
 * older one that arrives late, and is ignored. Calls that are under way when a response arrives count against it: the provider may
 * not have counted them yet. What was held back for them in vain is given back by their own responses.
 */
export class ObservedQuotas {
  /** How many calls are under way. */
  calls = 0;
  /** What they cost together. */
  private cost = 0;
  private readonly quotas = new Map<string, Known>();

  get knowsNothing(): boolean {
    return this.quotas.size === 0;
  }

  observe({ name, remaining, unit, resetMs }: QuotaObservation, now: number): void {
    if (resetMs === undefined || resetMs <= 0) return;
    const resetAt = now + resetMs;
    // Less than nothing when more is under way than remains: as much must be given back before there is any.
    const perCall = unit === 'requests';
    const left = remaining - this.takenByOthers(perCall);
    const known = this.quotas.get(name);
    if (known !== undefined && now < known.resetAt && Math.abs(resetAt - known.resetAt) < SAME_WINDOW_MS) {
      known.resetAt = Math.min(known.resetAt, resetAt);
      if (remaining > known.said) return;
      known.said = remaining;
      known.remaining = left;
    } else if (known !== undefined || this.quotas.size < MOST_QUOTAS) {
      this.quotas.set(name, { perCall, said: remaining, remaining: left, resetAt });
    }
  }

  /** Milliseconds until every quota has enough left for so many calls that cost `tokens` together; 0 when it has now or nothing is known. */
  waitMs(now: number, tokens = 1, calls = 1): number {
    if (this.quotas.size === 0) return 0;
    let wait = 0;
    for (const { perCall, remaining, resetAt } of this.quotas.values()) {
      if (remaining < (perCall ? calls : tokens) && resetAt - now > wait) wait = resetAt - now;
    }
    return wait;
  }

  /** A call takes what it costs, until it leaves; one that costs nothing takes nothing. */
  take(now: number, tokens = 1): void {
    this.calls++;
    this.cost += tokens;
    if (this.quotas.size === 0) return;
    for (const [name, quota] of this.quotas) {
      if (quota.resetAt <= now) this.quotas.delete(name);
      else quota.remaining -= ofOneCall(quota, tokens);
    }
  }

  /** A call that has taken so much is under way no longer. */
  leave(tokens = 1): void {
    this.calls--;
    this.cost -= tokens;
  }

  /** What was taken was not used. Whatever was heard meanwhile has counted it, because it was under way. */
  giveBack(tokens: number): void {
    for (const quota of this.quotas.values()) {
      quota.remaining = Math.min(quota.said, quota.remaining + ofOneCall(quota, tokens));
    }
  }

  /** By what is under way beside the call whose response has come, which has not left yet; they are taken to cost the same. */
  private takenByOthers(perCall: boolean): number {
    const { calls, cost } = this;
    if (calls === 0) return 0;
    return perCall ? calls - 1 : cost - cost / calls;
  }
}

function ofOneCall({ perCall }: Known, tokens: number): number {
  return perCall ? Math.min(1, tokens) : tokens;
}
