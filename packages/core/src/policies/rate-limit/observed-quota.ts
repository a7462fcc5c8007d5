import type { QuotaReading } from '../../headers/quota-observation.js';

/** A quota of which it is known when it is whole again. */
export type DatedReading = QuotaReading & { readonly resetMs: number };

/** Resets that differ by less than this speak of the same window: headers carry whole seconds. */
const SAME_WINDOW_MS = 1500;

/**
 * Knowledge of one of the provider's quotas until it is whole again. Within one window what it says only ever falls, so
 * a response that says more is an older one that arrives late, and is ignored. A quota that refills all the time has no
 * window: what it lacks comes back evenly until it is whole, and its latest word counts.
 */
export class ObservedQuota {
  /** Whether it counts requests, rather than what they cost. */
  readonly perCall: boolean;
  /** The resource or bucket that it is for; `undefined` for all calls. */
  readonly scope: string | undefined;
  private said: number;
  private remaining: number;
  private resetAt: number;
  /** How many tokens come back in a millisecond; 0 where all come back together. */
  private refillPerMs = 0;
  private refilledAt: number;

  constructor(said: DatedReading, left: number, now: number) {
    this.perCall = said.unit === 'requests';
    this.scope = said.scope;
    this.said = said.remaining;
    this.remaining = left;
    this.resetAt = now + said.resetMs;
    this.refilledAt = now;
    this.refillPerMs = refillPerMs(said);
  }

  /** Takes a later word of the same quota over; `false` where it speaks of another window. */
  hears(said: DatedReading, left: number, now: number): boolean {
    const resetAt = now + said.resetMs;
    const refills = refillPerMs(said) > 0;
    const isSameWindow = now < this.resetAt && Math.abs(resetAt - this.resetAt) < SAME_WINDOW_MS;
    if (refills || this.refillPerMs > 0 || !isSameWindow) return false;
    this.resetAt = Math.min(this.resetAt, resetAt);
    if (said.remaining > this.said) return true;
    this.said = said.remaining;
    this.remaining = left;
    return true;
  }

  /** Whether calls of a scope draw from it. */
  isFor(scope: string | undefined): boolean {
    return this.scope === undefined || this.scope === scope;
  }

  isOver(now: number): boolean {
    return this.resetAt <= now;
  }

  /** Milliseconds until so many tokens are there. */
  waitMs(now: number, tokens: number): number {
    if (this.isOver(now)) return 0;
    const missing = tokens - this.remainingAt(now);
    if (missing <= 0) return 0;
    return this.refillPerMs > 0 ? missing / this.refillPerMs : this.resetAt - now;
  }

  take(tokens: number, now: number): void {
    this.remaining = this.remainingAt(now) - tokens;
    this.refilledAt = now;
    // Tokens that are taken later are back later.
    if (this.refillPerMs > 0) this.resetAt += tokens / this.refillPerMs;
  }

  /** No more than the provider said remains. */
  giveBack(tokens: number, now: number): void {
    this.remaining = Math.min(Math.max(this.said, this.remainingAt(now)), this.remainingAt(now) + tokens);
    this.refilledAt = now;
  }

  private remainingAt(now: number): number {
    return this.remaining + (now - this.refilledAt) * this.refillPerMs;
  }
}

/** n tokens are there after (n − remaining) · reset ÷ (limit − remaining). */
function refillPerMs({ refills, limit, remaining, resetMs }: DatedReading): number {
  return refills === true && limit !== undefined ? Math.max(0, limit - remaining) / resetMs : 0;
}
