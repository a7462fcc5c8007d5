import type { Timer } from '../../time/timer.js';
import type { LiveCall } from '../../engine/live-call.js';
import { REFUSED, SUCCESS, type Outcome } from '../../outcome/outcome.js';
import type { EnvironmentOf, KeyableGate } from '../../engine/policy.js';
import { quotasOf } from '../../headers/rate-limit-headers.js';
import { retryAfterMs } from '../../headers/retry-after.js';
import { ObservedQuotas } from './observed-quotas.js';
import { Pause } from './pause.js';
import { PriorityQueue } from './priority-queue.js';
import { Quotas, type Taken } from './quotas.js';
import { RateLimitedError } from './rate-limited.error.js';
import type { RateLimitSettings } from './rate-limit.options.js';
import type { RateLimitEvents, RateLimitSnapshot } from './rate-limit.telemetry.js';

/** How long a 429 without `Retry-After` closes the gate, in milliseconds. */
const UNSPECIFIED_PAUSE_MS = 1000;
const SUMMED = ['queued', 'queuedInBackground'] as const;

/**
 * Lets calls through at the provider's pace: before the limit by its own count, corrected by the provider's response headers, and not
 * at all while a 429 asks to wait. Whoever may wait does so in line. What did not reach the provider after all is not counted.
 */
export class RateLimit implements KeyableGate<Taken> {
  readonly kind = 'rateLimit';
  readonly summed = SUMMED;
  private readonly queue: PriorityQueue<Taken>;
  private quotas: Quotas;
  private readonly observed = new ObservedQuotas();
  private readonly pause = new Pause();
  private wake: Timer | undefined;
  private readonly counters = { admitted: 0, waited: 0, refused: 0, throttled: 0, givenBack: 0 };

  constructor(
    private settings: RateLimitSettings,
    private readonly environment: EnvironmentOf<RateLimitEvents>,
  ) {
    this.queue = new PriorityQueue(environment.clock, settings.backgroundShare, () =>
      this.lookAgain(environment.clock.now()),
    );
    this.quotas = new Quotas(settings.quotas);
  }

  enter(call: LiveCall): Taken | Promise<Taken> | RateLimitedError {
    const { queue } = this;
    const { now, price } = call;
    const { cost } = price;
    if (cost === 1 && queue.size === 0 && this.isFree(now)) return this.take(now, cost);
    const background = price.priority === 'background';
    if (this.waitMs(now, cost) === 0) {
      if (queue.size === 0) return this.take(now, cost);
      if (cost === 0 || queue.isFirst(background)) {
        queue.pass(cost);
        return this.take(now, cost);
      }
    }
    return this.refusalOf(call, cost, background) ?? this.waitForTurn(call, cost, background);
  }

  leave(taken: Taken, outcome: Outcome, call: LiveCall): void {
    this.observed.leave(taken.tokens);
    if (outcome === SUCCESS) this.quotas.done(taken);
    else this.heed(taken, outcome, call);
  }

  private heed(taken: Taken, outcome: Outcome, call: LiveCall): void {
    if (outcome === REFUSED) this.giveBack(taken, call.now);
    this.quotas.done(taken);
    if (outcome.kind !== 'throttled') return;
    this.counters.throttled++;
    this.closeGate(call.now, outcome.retryAfterMs);
  }

  /** Learns from a response: what its headers say of the quota, and from a 429 to wait. */
  observe({ status, headers }: { readonly status: number; readonly headers: unknown }): void {
    if (!this.settings.observeHeaders) return;
    const { clock } = this.environment;
    const now = clock.now();
    const wallNow = clock.wallNow();
    for (const quota of quotasOf(headers, wallNow)) this.observed.observe(quota, now);
    if (status === 429) {
      // A call that is under way will say so itself when it leaves.
      if (this.observed.calls === 0) this.counters.throttled++;
      this.closeGate(now, retryAfterMs(headers, wallNow));
    }
    // A new window may have come sooner than those who wait were told.
    this.lookAgain(now);
  }

  forKey(environment: EnvironmentOf<RateLimitEvents>): RateLimit {
    const limit = new RateLimit(this.settings, environment);
    if (this.queue.closed) limit.close();
    return limit;
  }

  idle(now: number): boolean {
    return this.queue.size === 0 && this.quotas.isFresh(now) && this.waitMs(now, 1) === 0;
  }

  snapshot(now: number): RateLimitSnapshot {
    const { settings, counters, queue } = this;
    return {
      quotas: settings.quotas.map(({ limit, per, burst }) => ({ limit, perMs: per, burst })),
      queued: queue.size,
      queuedInBackground: queue.backgroundSize,
      waitMs: Math.ceil(this.waitMs(now, 1)),
      ...counters,
    };
  }

  reconfigure(settings: RateLimitSettings): void {
    const now = this.environment.clock.now();
    // Those who are under way can give back what they have taken.
    if (!this.quotas.allow(settings.quotas)) {
      const quotas = new Quotas(settings.quotas);
      quotas.goOnFrom(this.quotas, now);
      this.quotas = quotas;
    }
    this.settings = settings;
    this.queue.share = settings.backgroundShare;
    this.lookAgain(now);
  }

  close(): void {
    this.queue.close((call) => this.refusal('closed', call));
    this.cancelWake();
  }

  /** A 429 closes the gate for everyone. */
  private closeGate(now: number, pauseMs = UNSPECIFIED_PAUSE_MS): void {
    if (this.pause.extend(pauseMs, now)) this.environment.emit('rateLimit.paused', { pauseMs });
  }

  /** Whether `waitMs` of one token is sure to be 0, found out with as little as possible: it is so for nearly every call. */
  private isFree(now: number): boolean {
    return this.pause.leftMs(now) === 0 && this.observed.knowsNothing && this.quotas.isFree(now);
  }

  /** Milliseconds until so many tokens can be had, for so many calls; what costs nothing waits for nothing but a pause. */
  private waitMs(now: number, tokens: number, calls = 1): number {
    const pauseMs = this.pause.leftMs(now);
    if (tokens === 0) return pauseMs;
    const heldMs = Math.max(pauseMs, this.observed.waitMs(now, tokens, calls));
    return heldMs + this.quotas.waitMs(now + heldMs, tokens);
  }

  private take(now: number, cost: number): Taken {
    this.observed.take(now, cost);
    this.counters.admitted++;
    return this.quotas.take(now, cost);
  }

  private giveBack(taken: Taken, now: number): void {
    if (this.quotas.giveBack(taken, now)) this.counters.givenBack++;
    this.observed.giveBack(taken.tokens);
    this.lookAgain(now);
  }

  /** Why a call may not wait: it would be for too long or for ever, or too many wait already. */
  private refusalOf(call: LiveCall, cost: number, background: boolean): RateLimitedError | undefined {
    const { now, deadline } = call;
    const { quotas, queue, settings } = this;
    if (cost > quotas.most) return this.tooCostly(call, cost);
    const waitMs = this.waitMs(now, queue.costAhead(cost, background) + cost, queue.callsAhead(background) + 1);
    // What would come at the very end of the wait would come too late.
    if (waitMs >= Math.min(settings.wait, deadline - now)) return this.refusal(this.reason(now), call, waitMs);
    if (queue.closed) return this.refusal('closed', call);
    if (queue.size < settings.queue || (!background && queue.backgroundSize > 0)) return undefined;
    return this.refusal('queue-full', call, waitMs);
  }

  private async waitForTurn(call: LiveCall, cost: number, background: boolean): Promise<Taken> {
    const { queue, settings } = this;
    const { now } = call;
    const isNext = queue.isFirst(background);
    const tooLong = () => this.waitedTooLong(call, cost);
    const turn = queue.join(call, { cost, background, maxWaitMs: settings.wait, tooLong });
    if (queue.size > settings.queue) this.makeRoom(now);
    if (isNext) this.scheduleWake(now);
    this.counters.waited++;
    try {
      return await turn;
    } catch (error) {
      this.lookAgain(this.environment.clock.now());
      throw error;
    }
  }

  /** The last in the background leaves: it is not for the background that the foreground finds no place. */
  private makeRoom(now: number): void {
    this.queue.refuseLastInBackground((call, cost) => this.refusal('queue-full', call, this.waitMs(now, cost)));
  }

  /** One timer for the whole queue, for whoever goes next, and none while nobody waits. */
  private scheduleWake(now: number): void {
    this.cancelWake();
    const cost = this.queue.nextCost;
    if (cost === undefined) return;
    this.wake = this.environment.clock.scheduleForAll(Math.ceil(this.waitMs(now, cost)), () =>
      this.lookAgain(this.environment.clock.now()),
    );
  }

  private cancelWake(): void {
    this.wake?.cancel();
    this.wake = undefined;
  }

  /** Lets those go on whose turn has come: it is time, or something has changed. */
  private lookAgain(now: number): void {
    const { queue } = this;
    for (let cost = queue.nextCost; cost !== undefined; cost = queue.nextCost) {
      // New settings may have less at once than it waits for.
      if (cost > this.quotas.most) queue.refuseNext((call, cost) => this.tooCostly(call, cost));
      else if (this.waitMs(now, cost) === 0) queue.admitNext(this.take(now, cost));
      else break;
    }
    this.scheduleWake(now);
  }

  private waitedTooLong(call: LiveCall, cost: number): RateLimitedError {
    if (cost > this.quotas.most) return this.tooCostly(call, cost);
    const now = this.environment.clock.now();
    return this.refusal(this.reason(now), call, this.waitMs(now, cost));
  }

  private reason(now: number): RateLimitedError['why'] {
    return this.pause.leftMs(now) > 0 ? 'paused-by-provider' : 'quota-spent';
  }

  private tooCostly(call: LiveCall, cost: number): RateLimitedError {
    const detail = `it costs ${cost}, and there is never more than the burst of ${this.quotas.most}`;
    return this.refusal('cost-too-high', call, undefined, detail);
  }

  private refusal(
    why: RateLimitedError['why'],
    { provider, operation }: LiveCall,
    retryAfterMs?: number,
    detail?: string,
  ): RateLimitedError {
    this.counters.refused++;
    this.environment.emit('rateLimit.refused', { why, retryAfterMs }, operation);
    return new RateLimitedError(why, { provider, operation, retryAfterMs }, detail);
  }
}
