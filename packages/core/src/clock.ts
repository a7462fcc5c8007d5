import { Deadline, DeadlineList } from './deadline-list.js';

/** A running timer. `ref` and `unref` say whether it keeps the process alive. */
export interface Timer {
  cancel(): void;
  ref(): void;
  unref(): void;
}

/** The longest delay that a timer can carry, in milliseconds (2³¹ − 1, about 24.8 days). */
const LONGEST_DELAY_MS = 2_147_483_647;

/** Time, sleeping and deadlines: the only way in which the engine reads a clock or sets a timer. */
export abstract class Clock {
  private readonly deadlines = new Map<number, DeadlineList>();

  /** Monotonic milliseconds from an arbitrary origin. */
  abstract now(): number;

  /** Milliseconds since the Unix epoch, for what the outside world dates: HTTP dates, webhook timestamps. */
  abstract wallNow(): number;

  /** Ends the current turn of the event loop. */
  abstract yield(): Promise<void>;

  protected abstract startTimer(ms: number, run: () => void): Timer;

  /** Runs `run` once after `ms` (clamped to what a timer can carry). The timer keeps the process alive until `unref`. */
  schedule(ms: number, run: () => void): Timer {
    return this.startTimer(Math.min(Math.max(0, ms), LONGEST_DELAY_MS), run);
  }

  /** Resolves after `ms`; rejects with the signal's reason as soon as it aborts, leaving no timer and no listener. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        timer.cancel();
        reject(signal!.reason);
      };
      const timer = this.schedule(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Calls `deadline.expire()` after `ms` unless it is removed first. Deadlines of one duration share one timer. */
  expireAfter(ms: number, deadline: Deadline, now: number): void {
    let list = this.deadlines.get(ms);
    if (list === undefined) this.deadlines.set(ms, (list = new DeadlineList(this, ms)));
    list.add(deadline, now);
  }

  /** Drops the timers that idle deadline lists still hold. */
  close(): void {
    for (const list of this.deadlines.values()) list.close();
    this.deadlines.clear();
  }
}
