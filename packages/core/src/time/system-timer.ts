import type { Timer } from './timer.js';

/** As a constant: timers that a test puts in place of it may never run. */
const { setTimeout: timeout } = globalThis;

/** For how long a timer still holds the process that need not any more, in milliseconds. */
const LET_GO_MS = 10;

/** Those that are to let go of the process. */
const leaving: SystemTimer[] = [];

/**
 * A timer of the machine. It lets go of the process a little later than it is told to: the timer of a timeout is told
 * so at the end of every call that is alone, and to hold the process again by the next. Each would cross over into C++.
 */
export class SystemTimer implements Timer {
  private holds = true;
  private isToHold = true;
  private isLeaving = false;

  constructor(private readonly timer: NodeJS.Timeout) {}

  cancel(): void {
    clearTimeout(this.timer);
  }

  ref(): void {
    this.isToHold = true;
    if (this.holds) return;
    this.holds = true;
    this.timer.ref();
  }

  unref(): void {
    this.isToHold = false;
    if (this.isLeaving) return;
    this.isLeaving = true;
    if (leaving.push(this) === 1) timeout(letGo, LET_GO_MS).unref();
  }

  /** It is time to let go, unless it was told otherwise meanwhile. */
  letGo(): void {
    this.isLeaving = false;
    if (this.isToHold || !this.holds) return;
    this.holds = false;
    this.timer.unref();
  }
}

function letGo(): void {
  for (const timer of leaving.splice(0)) timer.letGo();
}
