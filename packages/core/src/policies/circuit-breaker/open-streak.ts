import type { Environment } from '../../engine/policy.js';
import type { CircuitBreakerSettings } from './circuit-breaker.options.js';
import { openPeriodMs } from './open-period.js';

/** How long a circuit without a time window must be closed to be stable, in milliseconds. */
const STABLE_AFTER_MS = 10_000;

/**
 * How often a circuit has opened with no stable time closed in between, and so for how long it opens next. Times are
 * monotonic milliseconds.
 */
export class OpenStreak {
  private opens = 0;
  /** From when on the opens are forgotten, while the circuit is closed. */
  private stableAt = 0;
  /** Until when the provider has asked to be left alone. */
  private hintedUntil: number | undefined;

  /** The number of opens that still count. */
  length(isClosed: boolean, now: number): number {
    return isClosed && now >= this.stableAt ? 0 : this.opens;
  }

  /** Until when the circuit stays open that opens now: its period, or as long as the provider has asked for. */
  open(from: string, now: number, settings: CircuitBreakerSettings, environment: Pick<Environment, 'random'>) {
    // Opened by hand while it is open: still the same outage.
    if (from !== 'open') {
      this.settle(from === 'closed', now);
      this.opens++;
    }
    const until = now + openPeriodMs(settings.openFor, this.opens, environment);
    const { hintedUntil = until } = this;
    return { until: Math.max(until, hintedUntil), hinted: hintedUntil > until };
  }

  /** The circuit leaves its state. Outages that were forgotten while it was closed do not come back. */
  settle(wasClosed: boolean, now: number): void {
    this.opens = this.length(wasClosed, now);
  }

  /** The circuit closes, and lets every call through from `fullAt` on. */
  close(fullAt: number, { openFor, window }: CircuitBreakerSettings): void {
    this.stableAt = fullAt + (openFor.stableAfter ?? window.time ?? STABLE_AFTER_MS);
  }

  /** A failure has said when to come back. */
  heed(retryAfterMs: number, now: number, { maxRetryAfter }: CircuitBreakerSettings): void {
    const until = now + Math.min(retryAfterMs, maxRetryAfter);
    if (until > (this.hintedUntil ?? now)) this.hintedUntil = until;
  }

  forgetHints(): void {
    this.hintedUntil = undefined;
  }

  /** When the opens are forgotten if all goes well, in milliseconds from now. */
  stableInMs(now: number): number {
    return Math.max(0, this.stableAt - now);
  }

  /** Goes on where another has been, or with 0 from the beginning. */
  resume(opens: number, stableAt = 0): void {
    this.opens = opens;
    this.stableAt = stableAt;
  }
}
