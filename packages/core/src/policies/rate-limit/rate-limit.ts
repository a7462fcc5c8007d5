import type { LiveCall } from '../../call.js';
import type { Timer } from '../../clock.js';
import type { Outcome } from '../../outcome.js';
import { keyedEnvironment } from '../../keyed-gate.js';
import type { Environment, KeyableGate } from '../../policy.js';
import { quotasOf } from '../../protocols/rate-limit-headers.js';
import { retryAfterMs } from '../../protocols/retry-after.js';
import { WaitQueue } from '../../wait-queue.js';
import { Gcra } from './gcra.js';
import { ObservedQuotas } from './observed-quotas.js';
import { RateLimitedError } from './rate-limited.error.js';
import type { RateLimitSettings } from './rate-limit.options.js';

/** How long a 429 without `Retry-After` closes the gate, in milliseconds. */
const UNSPECIFIED_PAUSE_MS = 1000;

/**
 * Lets calls through at the provider's pace: before the limit by its own count, corrected by the provider's response headers, and not
 * at all while a 429 asks to wait. Whoever may wait does so in line.
 */
export class RateLimit implements KeyableGate<undefined> {
  readonly kind = 'rateLimit';
  private readonly queue: WaitQueue;
  private pace: Gcra;
  private readonly observed = new ObservedQuotas();
  private pausedUntil = -Infinity;
  private inFlight = 0;
  private wake: Timer | undefined;
  private counters = { admitted: 0, waited: 0, refused: 0, throttled: 0 };

  constructor(
    private settings: RateLimitSettings,
    private readonly environment: Environment,
  ) {
    this.queue = new WaitQueue(environment.clock);
    this.pace = paceOf(settings);
  }

  enter(call: LiveCall): undefined | Promise<undefined> {
    const { now } = call;
    if (this.queue.size > 0 || this.waitMs(now) > 0) {
      this.refuseUnlessMayWait(call, now);
      return this.waitForTurn(call, now);
    }
    this.take(now);
    return undefined;
  }

  leave(_ticket: undefined, outcome: Outcome, call: LiveCall): void {
    this.inFlight--;
    if (outcome.kind !== 'throttled') return;
    this.counters.throttled++;
    this.pause(outcome.retryAfterMs ?? UNSPECIFIED_PAUSE_MS, call.now);
  }

  /** Learns from a response: what its headers say of the quota, and from a 429 to wait. */
  observe({ status, headers }: { readonly status: number; readonly headers: unknown }): void {
    if (!this.settings.observeHeaders) return;
    const { clock } = this.environment;
    const now = clock.now();
    const wallNow = clock.wallNow();
    // The response itself belongs to a call that has not left yet.
    const others = Math.max(0, this.inFlight - 1);
    for (const quota of quotasOf(headers, wallNow)) this.observed.observe(quota, others, now);
    if (status === 429) this.pause(retryAfterMs(headers, wallNow) ?? UNSPECIFIED_PAUSE_MS, now);
    // A new window may have come sooner than those who wait were told.
    if (this.queue.size > 0) this.lookAgain(now);
  }

  forKey(): RateLimit {
    return new RateLimit(this.settings, keyedEnvironment(this.environment));
  }

  idle(now: number): boolean {
    return this.queue.size === 0 && this.pace.isFresh(now) && this.waitMs(now) === 0;
  }

  snapshot(now: number): Readonly<Record<string, unknown>> {
    const { settings, counters, queue } = this;
    const { limit, per } = settings;
    return { limit, perMs: per, queued: queue.size, waitMs: Math.ceil(this.waitMs(now)), ...counters };
  }

  reconfigure(settings: RateLimitSettings): void {
    const now = this.environment.clock.now();
    const pace = paceOf(settings);
    pace.goOnFrom(this.pace, now);
    this.pace = pace;
    this.settings = settings;
    this.lookAgain(now);
  }

  close(): void {
    this.cancelWake();
    this.queue.rejectAll(() => new RateLimitedError('closed', { provider: this.environment.provider }));
  }

  /** Closes the gate for everyone for `ms`. A pause that ends later stands. */
  private pause(ms: number, now: number): void {
    const pausedBefore = this.pausedUntil > now;
    this.pausedUntil = Math.max(this.pausedUntil, now + ms);
    if (!pausedBefore) this.environment.emit('rateLimit.paused', { pauseMs: ms });
  }

  private waitMs(now: number): number {
    return Math.max(this.pausedUntil - now, this.observed.waitMs(now), this.pace.waitMs(now), 0);
  }

  private take(now: number): void {
    this.pace.take(now);
    this.observed.take(now);
    this.inFlight++;
    this.counters.admitted++;
  }

  /** Throws when the wait would be too long or too many wait already. */
  private refuseUnlessMayWait(call: LiveCall, now: number): void {
    const waitMs = this.waitMs(now) + this.queue.size * this.pace.intervalMs;
    const mayWaitMs = Math.min(this.settings.wait, call.deadline - now);
    if (waitMs > mayWaitMs) throw this.refusal(this.reason(now), call, waitMs);
    if (this.queue.size >= this.settings.queue) throw this.refusal('queue-full', call, waitMs);
  }

  private async waitForTurn(call: LiveCall, now: number): Promise<undefined> {
    const turn = this.queue.join(call, this.settings.wait, () => this.waitedTooLong(call));
    if (this.wake === undefined) this.scheduleWake(now);
    this.counters.waited++;
    try {
      await turn;
    } catch (error) {
      if (this.queue.size === 0) this.cancelWake();
      throw error;
    }
    return undefined;
  }

  /** One timer for the whole queue, and none while nobody waits. */
  private scheduleWake(now: number): void {
    this.wake = this.environment.clock.schedule(Math.ceil(this.waitMs(now)), () => {
      this.wake = undefined;
      this.admitWaiting(this.environment.clock.now());
    });
  }

  private cancelWake(): void {
    this.wake?.cancel();
    this.wake = undefined;
  }

  private admitWaiting(now: number): void {
    while (this.queue.size > 0 && this.waitMs(now) <= 0) {
      this.take(now);
      this.queue.admitFirst();
    }
    if (this.queue.size > 0) this.scheduleWake(now);
  }

  /** Something has changed: those who wait may go sooner, or only later. */
  private lookAgain(now: number): void {
    this.cancelWake();
    this.admitWaiting(now);
  }

  private waitedTooLong(call: LiveCall): RateLimitedError {
    const now = this.environment.clock.now();
    return this.refusal(this.reason(now), call, this.waitMs(now));
  }

  private reason(now: number): RateLimitedError['why'] {
    return this.pausedUntil > now ? 'paused-by-provider' : 'quota-spent';
  }

  private refusal(why: RateLimitedError['why'], call: LiveCall, retryAfterMs: number): RateLimitedError {
    this.counters.refused++;
    this.environment.emit('rateLimit.refused', { why, retryAfterMs }, call.operation);
    return new RateLimitedError(why, { provider: call.provider, operation: call.operation, retryAfterMs });
  }
}

function paceOf({ limit, per, burst }: RateLimitSettings): Gcra {
  return new Gcra(limit, per, burst ?? Math.max(1, Math.floor(limit / 5)));
}
