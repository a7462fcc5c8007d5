import type { LiveCall } from '../../call.js';
import type { Timer } from '../../clock.js';
import type { Outcome } from '../../outcome.js';
import type { Environment, Gate } from '../../policy.js';
import { quotasOf } from '../../protocols/rate-limit-headers.js';
import { WaitQueue } from '../../wait-queue.js';
import { Gcra } from './gcra.js';
import { ObservedQuota } from './observed-quota.js';
import { RateLimitedError } from './rate-limited.error.js';
import type { RateLimitSettings } from './rate-limit.options.js';

/** How long a 429 without `Retry-After` closes the gate, in milliseconds. */
const UNSPECIFIED_PAUSE_MS = 1000;

/**
 * Lets calls through at the provider's pace: before the limit by its own count, corrected by the provider's response headers, and not
 * at all while a 429 asks to wait. Whoever may wait does so in line.
 */
export class RateLimit implements Gate<undefined> {
  readonly kind = 'rateLimit';
  private readonly queue: WaitQueue;
  private pace: Gcra;
  private readonly observed = new ObservedQuota();
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

  enter(call: LiveCall, now: number): undefined | Promise<undefined> {
    if (this.queue.size > 0 || this.waitMs(now) > 0) return this.waitForTurn(call, now);
    this.take(now);
    return undefined;
  }

  leave(_ticket: undefined, outcome: Outcome, now: number, _tookMs: number): void {
    this.inFlight--;
    if (outcome.kind !== 'throttled') return;
    this.counters.throttled++;
    this.pause(outcome.retryAfterMs ?? UNSPECIFIED_PAUSE_MS, now);
  }

  /** Closes the gate for everyone for `ms`. A pause that ends later stands. */
  pause(ms: number, now = this.environment.clock.now()): void {
    if (now + ms <= this.pausedUntil) return;
    this.pausedUntil = now + ms;
    this.environment.emit('rateLimit.paused', { pauseMs: ms });
  }

  /** Learns from a response's headers. */
  observe(response: { readonly status: number; readonly headers: unknown }): void {
    if (!this.settings.observeHeaders) return;
    const { clock } = this.environment;
    const now = clock.now();
    // The response itself belongs to a call that has not left yet.
    const others = Math.max(0, this.inFlight - 1);
    for (const quota of quotasOf(response.headers, clock.wallNow())) this.observed.observe(quota, others, now);
  }

  snapshot(now: number): Readonly<Record<string, unknown>> {
    const { settings, counters, queue } = this;
    const { limit, per } = settings;
    return { limit, perMs: per, queued: queue.size, waitMs: Math.ceil(this.waitMs(now)), ...counters };
  }

  reconfigure(settings: RateLimitSettings): void {
    const same =
      settings.limit === this.settings.limit &&
      settings.per === this.settings.per &&
      settings.burst === this.settings.burst;
    this.settings = settings;
    if (!same) this.pace = paceOf(settings);
    this.wake?.cancel();
    this.wake = undefined;
    this.admitWaiting();
  }

  close(): void {
    this.wake?.cancel();
    this.wake = undefined;
    this.queue.rejectAll(() => new RateLimitedError('closed', { provider: this.environment.provider }));
  }

  private waitMs(now: number): number {
    return Math.max(this.pausedUntil - now, this.observed.waitMs(now), this.pace.waitMs(now), 0);
  }

  private take(now: number): void {
    this.pace.take(now);
    this.observed.take();
    this.inFlight++;
    this.counters.admitted++;
  }

  private async waitForTurn(call: LiveCall, now: number): Promise<undefined> {
    const wait = this.waitMs(now) + this.queue.size * this.pace.intervalMs;
    const longest = Math.min(this.settings.wait, call.deadline - now);
    if (wait > longest) throw this.refusal(this.pausedUntil > now ? 'paused-by-provider' : 'quota-spent', call, wait);
    if (this.queue.size >= this.settings.queue) throw this.refusal('queue-full', call, wait);
    const turn = this.queue.join(call, longest, () =>
      this.refusal('quota-spent', call, this.waitMs(this.environment.clock.now())),
    );
    this.schedule(now);
    this.counters.waited++;
    await turn;
    return undefined;
  }

  /** One timer for the whole queue, and none while nobody waits. */
  private schedule(now: number): void {
    if (this.wake !== undefined || this.queue.size === 0) return;
    this.wake = this.environment.clock.schedule(Math.ceil(this.waitMs(now)), () => {
      this.wake = undefined;
      this.admitWaiting();
    });
  }

  private admitWaiting(): void {
    const now = this.environment.clock.now();
    while (this.queue.size > 0 && this.waitMs(now) <= 0) {
      this.take(now);
      this.queue.admitFirst();
    }
    this.schedule(now);
  }

  private refusal(
    why: 'quota-spent' | 'paused-by-provider' | 'queue-full',
    call: LiveCall,
    retryAfterMs: number,
  ): RateLimitedError {
    this.counters.refused++;
    this.environment.emit('rateLimit.refused', { why, retryAfterMs }, call.operation);
    return new RateLimitedError(why, { provider: call.provider, operation: call.operation, retryAfterMs });
  }
}

function paceOf({ limit, per, burst }: RateLimitSettings): Gcra {
  return new Gcra(limit, per, burst ?? Math.max(1, Math.floor(limit / 5)));
}
