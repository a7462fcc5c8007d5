import { AsyncResource } from 'node:async_hooks';
import { DeadlineList, type ListedDeadline } from './deadline-list.js';
import type { Timer } from './timer.js';

/** The longest delay that a timer can carry, in milliseconds (2³¹ − 1, about 24.8 days). */
export const LONGEST_DELAY_MS = 2_147_483_647;

/** An async context that belongs to no request. */
const NO_REQUEST = new AsyncResource('breakwater.clock', { requireManualDestroy: true });
// It holds nothing open: what looks for open handles, as Jest does, is to find none.
NO_REQUEST.emitDestroy();

/** Time, sleeping and deadlines: the only way in which the engine reads a clock or sets a timer. */
export abstract class Clock {
  private readonly deadlines = new Map<number, DeadlineList>();
  private readonly backgroundDeadlines = new Map<number, DeadlineList>();

  /** Monotonic milliseconds from an arbitrary origin. */
  abstract now(): number;

  /** Milliseconds since the Unix epoch, for what the outside world dates: HTTP dates, webhook timestamps. */
  abstract wallNow(): number;

  /** Ends the current turn of the event loop. */
  abstract yield(): Promise<void>;

  protected abstract startTimer(ms: number, run: () => void): Timer;

  /**
   * Runs `run` once after `ms` (clamped to what a timer can carry). The timer keeps the process alive until `unref`.
   */
  schedule(ms: number, run: () => void): Timer {
    return this.startTimer(Math.min(Math.max(0, ms), LONGEST_DELAY_MS), run);
  }

  /** The same for a timer that serves several callers: `run` gets no caller's async context. */
  scheduleForAll(ms: number, run: () => void): Timer {
    return NO_REQUEST.runInAsyncScope(() => this.schedule(ms, run));
  }

  /** Runs work that several callers wait for in no caller's async context. */
  runForAll<T>(run: () => T): T {
    return NO_REQUEST.runInAsyncScope(run);
  }

  /**
   * Resolves after `ms`, never before; rejects with the signal's reason as soon as it aborts, leaving no timer and no
   * listener.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const wakeAt = this.now() + ms;
      const onAbort = () => {
        timer.cancel();
        reject(signal!.reason);
      };
      const onTimer = () => {
        // A timer may fire up to a millisecond early, and carries 24.8 days at most.
        const leftMs = wakeAt - this.now();
        if (leftMs > 0) {
          timer = this.schedule(leftMs, onTimer);
          return;
        }
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      let timer = this.schedule(ms, onTimer);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Calls `deadline.expire()` after `ms` unless it is removed first. Deadlines of one duration share one timer. */
  expireAfter(ms: number, deadline: ListedDeadline, now: number): void {
    this.deadlinesOf(ms).add(deadline, now);
  }

  /** The same for work in the background: its timer never keeps the process alive. */
  expireInBackground(ms: number, deadline: ListedDeadline, now: number): void {
    let list = this.backgroundDeadlines.get(ms);
    if (list === undefined) {
      list = new DeadlineList(this, ms, () => this.backgroundDeadlines.delete(ms), false);
      this.backgroundDeadlines.set(ms, list);
    }
    list.add(deadline, now);
  }

  /** The list of one duration, for frequent use. It can be kept until it is `dropped`. */
  deadlinesOf(ms: number): DeadlineList {
    let list = this.deadlines.get(ms);
    if (list === undefined) {
      list = new DeadlineList(this, ms, () => this.deadlines.delete(ms));
      this.deadlines.set(ms, list);
    }
    return list;
  }

  /** Drops the timers that idle deadline lists still hold. */
  close(): void {
    for (const list of [...this.deadlines.values(), ...this.backgroundDeadlines.values()]) list.close();
  }
}
