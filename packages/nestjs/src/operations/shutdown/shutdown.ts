import type { Clock } from '@breakwater/core';
import type { CallsUnderWay } from './calls-under-way.js';
import { LateRequests } from './late-requests.js';
import type { TrackedStore } from './tracked-store.js';

export interface ShutdownParts {
  readonly clock: Clock;
  readonly calls: CallsUnderWay;
  readonly store: TrackedStore;
  /** How long work under way may go on before it is aborted; `undefined` when nothing is waited for or aborted. */
  readonly graceMs: number | undefined;
}

/** How long aborted work and its last writes get to end, in milliseconds. */
const ABORTED_MS = 1000;
/**
 * Turns of the event loop in which nothing may begin before the work counts as done: a call's end may lead to its next
 * step.
 */
const QUIET_TURNS = 3;

/**
 * Lets work that is under way end before the application does: refuses late requests, waits, and aborts what outlasts
 * the grace period.
 */
export class Shutdown {
  private readonly late = new LateRequests();

  constructor(private readonly parts: ShutdownParts) {}

  /**
   * Resolves when no work is under way any more, and after the grace period at the latest. Returns how many calls it
   * aborted. Other hosts are heard no more: the connection of the store's bus is free before the hooks run that close
   * what the application's own modules have opened, such as a pool that would wait for it.
   */
  async drain(): Promise<number> {
    const aborted = await this.drainCalls();
    const unheard = this.parts.store.bus?.end();
    if (unheard !== undefined && this.parts.graceMs !== undefined) await this.within(ABORTED_MS, unheard);
    return aborted;
  }

  private async drainCalls(): Promise<number> {
    const { calls, graceMs } = this.parts;
    this.late.watch();
    // Calls within a call under way, and further calls of a request under way, go through.
    calls.refuse((call) => this.late.isCurrent && call.parent === undefined);
    if (graceMs === undefined || (await this.within(graceMs, this.quiet()))) return 0;
    const aborted = calls.size;
    calls.abort();
    await this.within(ABORTED_MS, this.quiet());
    return aborted;
  }

  /** Nothing is called any more. Resolves when the last writes are done. */
  async end(): Promise<void> {
    this.parts.calls.refuse(() => true);
    this.late.stop();
    if (this.parts.graceMs !== undefined) await this.within(ABORTED_MS, this.parts.store.idle());
  }

  private async quiet(): Promise<void> {
    const { clock, calls, store } = this.parts;
    for (let turns = 0; turns < QUIET_TURNS; turns++) {
      if (calls.size > 0 || !store.isIdle) turns = 0;
      await calls.empty();
      await store.idle();
      await clock.yield();
    }
  }

  /** Whether something ends in time. */
  private async within(ms: number, work: Promise<void>): Promise<boolean> {
    const waiting = new AbortController();
    const inTime = work.then(() => true);
    const late = this.parts.clock.sleep(ms, waiting.signal).then(
      () => false,
      () => false,
    );
    const result = await Promise.race([inTime, late]);
    waiting.abort();
    return result;
  }
}
