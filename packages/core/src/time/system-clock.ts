import { Clock } from './clock.js';
import { SystemTimer } from './system-timer.js';
import type { Timer } from './timer.js';

/** As a constant: the global is found by a getter, which costs every reading a third more. */
const { performance: source, setTimeout: timeout } = globalThis;
/** Turns of the event loop end also where a test's timers stand still. */
const { setImmediate: afterTurn } = globalThis;

/** How often wall time is looked at, in milliseconds: half of what a reading of the monotonic clock costs. */
const LOOK_EVERY_MS = 100;
/** The most that a correction puts wall time forward, in milliseconds: more is taken for a suspension. */
const CORRECTION_MS = 10_000;
/** The share by which the two may drift apart besides: a clock is slewed by 500 ppm at most (RFC 5905 §12). */
const DRIFT = 0.001;

/**
 * The machine's own clock and timers, or those that a test puts in place of both. Monotonic time stands still while a
 * machine is suspended; `now()` goes on by what wall time shows beyond it, so that nothing kept for seconds is fresh
 * hours later.
 */
export class SystemClock extends Clock {
  private suspendedMs = 0;
  /** The monotonic and the wall time of the last look at the latter. */
  private lookedAt = -Infinity;
  private wallAt = 0;

  now(): number {
    if (setTimeout !== timeout) return performance.now() + this.suspendedMs;
    const time = source.now();
    return time - this.lookedAt < LOOK_EVERY_MS ? time + this.suspendedMs : this.lookAtWall(time);
  }

  wallNow(): number {
    return Date.now();
  }

  yield(): Promise<void> {
    return new Promise((resolve) => afterTurn(resolve));
  }

  protected startTimer(ms: number, run: () => void): Timer {
    return new SystemTimer(setTimeout(run, ms));
  }

  /** A wall clock that is set back, or corrected by a few seconds, changes nothing: time never runs backwards. */
  private lookAtWall(time: number): number {
    const wall = this.wallNow();
    const passed = time - this.lookedAt;
    const gained = wall - this.wallAt - passed;
    if (gained > CORRECTION_MS + DRIFT * passed) this.suspendedMs += gained;
    this.lookedAt = time;
    this.wallAt = wall;
    return time + this.suspendedMs;
  }
}
