import type { Clock } from '../../time/clock.js';
import type { Timer } from '../../time/timer.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { LineWants } from './allowance.js';
import { PriorityQueue } from './priority-queue.js';
import type { RateLimitedError } from './rate-limited.error.js';
import type { Refusals } from './refusals.js';

/**
 * A wait that grows by less needs no look at the whole line, in milliseconds; the same is granted to those who may be
 * served just in time.
 */
const TOLERANCE_MS = 100;

/** How those who wait are served. */
export interface LineService<Turn> {
  readonly mostCost: number;
  waitMs(now: number, cost: number, calls: number): number;
  /** Why there is a wait. */
  reason(now: number): RateLimitedError['why'];
  admit(now: number, cost: number): Turn;
  /** How long a call may wait until it is known how long it would have to. */
  readonly graceMs: number;
  /** Whether that is not known now. */
  isAsking(now: number): boolean;
  /** Has more brought for those in line, from where there may be some. */
  seek(now: number, line: LineWants): void;
}

export interface LineSettings {
  /** How long a call may wait, in milliseconds, and how many may. */
  readonly wait: number;
  readonly queue: number;
  readonly backgroundShare: number;
}

/** Calls that wait for the rate limit: bounded, served in order, and with one timer for the one that goes next. */
export class WaitingLine<Turn> {
  /** How many had to wait. */
  waited = 0;
  private readonly queue: PriorityQueue<Turn>;
  private wake: Timer | undefined;
  private wakesAt = Infinity;

  constructor(
    private settings: LineSettings,
    private readonly clock: Clock,
    private readonly service: LineService<Turn>,
    private readonly refusals: Refusals,
  ) {
    this.queue = new PriorityQueue(clock, settings.backgroundShare, () => this.lookAgain(clock.now()));
  }

  get size(): number {
    return this.queue.size;
  }

  get backgroundSize(): number {
    return this.queue.backgroundSize;
  }

  get closed(): boolean {
    return this.queue.closed;
  }

  /** Whether a call for which there is enough may go before those who wait, which it does then. */
  passes(cost: number, background: boolean): boolean {
    if (cost > 0 && !this.queue.isFirst(background)) return false;
    this.queue.pass(cost);
    return true;
  }

  /**
   * Lets a call wait for its turn, or returns why it may not: it would be for too long or for ever, or too many wait
   * already.
   */
  join(call: LiveCall): Promise<Turn> | RateLimitedError {
    const { cost, priority } = call.price;
    const background = priority === 'background';
    return this.refusalOf(call, cost, background) ?? this.waitForTurn(call, cost, background);
  }

  /**
   * Lets those go on whose turn has come, and refuses those who can no longer be served in time: it is time, or
   * something has changed.
   */
  lookAgain(now: number): void {
    const { queue, service } = this;
    const before = this.wakesAt;
    for (let cost = queue.nextCost; cost !== undefined; cost = queue.nextCost) {
      // New settings may have less at once than it waits for.
      if (cost > service.mostCost) queue.refuseNext((call, cost) => this.tooCostly(call, cost));
      else if (service.waitMs(now, cost, 1) === 0) queue.admitNext(service.admit(now, cost));
      else break;
    }
    this.scheduleWake(now);
    const isNews = this.graceLeftMs > 0 && !service.isAsking(now);
    if (isNews || this.wakesAt > before + TOLERANCE_MS) this.refuseHopeless(now);
  }

  reconfigure(settings: LineSettings): void {
    this.settings = settings;
    this.queue.share = settings.backgroundShare;
  }

  close(): void {
    this.queue.close((call) => this.refusals.make('closed', call));
    this.cancelWake();
  }

  private refusalOf(call: LiveCall, cost: number, background: boolean): RateLimitedError | undefined {
    const { now, deadline } = call;
    const { queue, settings, service, refusals } = this;
    if (cost > service.mostCost) return this.tooCostly(call, cost);
    const waitMs = service.waitMs(now, queue.costAhead(cost, background) + cost, queue.callsAhead(background) + 1);
    // A turn at the very end of the wait would come too late.
    const patienceMs = longestWait(call, settings) + (service.isAsking(now) ? this.graceLeftMs : 0);
    if (waitMs >= Math.min(patienceMs, deadline - now)) return refusals.make(service.reason(now), call, waitMs);
    if (queue.closed) return refusals.make('closed', call);
    if (queue.size < settings.queue || (!background && queue.backgroundSize > 0)) return undefined;
    return refusals.make('queue-full', call, waitMs);
  }

  private async waitForTurn(call: LiveCall, cost: number, background: boolean): Promise<Turn> {
    const { queue, settings } = this;
    const { now } = call;
    const isNext = queue.isFirst(background);
    const tooLong = () => this.waitedTooLong(call, cost);
    const maxWaitMs = longestWait(call, settings) + this.graceLeftMs;
    const turn = queue.join(call, { cost, background, maxWaitMs, tooLong });
    if (queue.size > settings.queue) this.makeRoom(now);
    if (isNext) this.scheduleWake(now);
    this.waited++;
    try {
      return await turn;
    } catch (error) {
      this.lookAgain(this.clock.now());
      throw error;
    }
  }

  /** The last in the background leaves: it is not for the background that the foreground finds no place. */
  private makeRoom(now: number): void {
    this.queue.refuseLastInBackground((call, cost) =>
      this.refusals.make('queue-full', call, this.service.waitMs(now, cost, 1)),
    );
  }

  private scheduleWake(now: number): void {
    this.cancelWake();
    const { queue, service } = this;
    const cost = queue.nextCost;
    if (cost === undefined) return;
    service.seek(now, { cost: queue.cost, calls: queue.size, nextCost: cost });
    const waitMs = service.waitMs(now, cost, 1);
    this.wakesAt = now + waitMs;
    this.wake = this.clock.scheduleForAll(Math.ceil(waitMs), () => this.lookAgain(this.clock.now()));
  }

  private cancelWake(): void {
    this.wake?.cancel();
    this.wake = undefined;
    this.wakesAt = Infinity;
  }

  private refuseHopeless(now: number): void {
    const { service, graceLeftMs } = this;
    const toleranceMs = graceLeftMs > 0 ? 0 : TOLERANCE_MS;
    this.queue.refuseSome((call, { cost, calls, dueAt }) => {
      const waitMs = service.waitMs(now, cost, calls);
      const leftMs = Math.min(dueAt - graceLeftMs, call.deadline) - now;
      return waitMs >= leftMs + toleranceMs ? this.refusals.make(service.reason(now), call, waitMs) : undefined;
    });
    this.scheduleWake(now);
  }

  /** How much longer than they may calls stay in line until it is known how long they would wait. */
  private get graceLeftMs(): number {
    return Math.max(0, this.service.graceMs - this.settings.wait);
  }

  private waitedTooLong(call: LiveCall, cost: number): RateLimitedError {
    const { service } = this;
    if (cost > service.mostCost) return this.tooCostly(call, cost);
    const now = this.clock.now();
    return this.refusals.make(service.reason(now), call, service.waitMs(now, cost, 1));
  }

  private tooCostly(call: LiveCall, cost: number): RateLimitedError {
    return this.refusals.tooCostly(call, cost, this.service.mostCost);
  }
}

/** A wait of its own is for the background alone. */
function longestWait({ price }: LiveCall, { wait }: LineSettings): number {
  return price.priority === 'background' ? (price.wait ?? wait) : wait;
}
