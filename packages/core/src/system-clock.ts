import { Clock, type Timer } from './clock.js';

/** The machine's own clock and timers. */
export class SystemClock extends Clock {
  now(): number {
    return performance.now();
  }

  wallNow(): number {
    return Date.now();
  }

  yield(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  protected startTimer(ms: number, run: () => void): Timer {
    const timeout = setTimeout(run, ms);
    return {
      cancel: () => clearTimeout(timeout),
      ref: () => void timeout.ref(),
      unref: () => void timeout.unref(),
    };
  }
}
