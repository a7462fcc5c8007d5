import { Clock } from '../time/clock.js';
import type { Timer } from '../time/timer.js';
import { durationMs, type Duration } from '../settings/duration.js';

interface TestTimer {
  dueAt: number;
  readonly run: () => void;
  referenced: boolean;
}

/**
 * A clock that stands still until it is told to advance. Starts at 0 and, for the outside world, at
 * 2026-01-01T00:00:00Z.
 */
export class TestClock extends Clock {
  private time = 0;
  private readonly timers: TestTimer[] = [];
  private yielding = 0;

  constructor(private readonly epochMs = Date.UTC(2026, 0, 1)) {
    super();
  }

  now(): number {
    return this.time;
  }

  wallNow(): number {
    return this.epochMs + this.time;
  }

  async yield(): Promise<void> {
    this.yielding++;
    await turn();
    this.yielding--;
  }

  /** How many timers are running; with `referenced`, only those that would keep a process alive. */
  pendingTimers(which: 'all' | 'referenced' = 'all'): number {
    return this.timers.filter((timer) => which === 'all' || timer.referenced).length;
  }

  /** Milliseconds until the next timer falls due; undefined when none is running. */
  nextTimerIn(): number | undefined {
    const due = this.nextDue(Infinity);
    return due === undefined ? undefined : Math.max(0, due.dueAt - this.time);
  }

  /** Moves time forward, running everything that falls due on the way in order, and the promises behind it. */
  async advance(by: Duration): Promise<void> {
    const until = this.time + durationMs(by);
    await this.settle();
    for (let due = this.nextDue(until); due !== undefined; due = this.nextDue(until)) {
      this.timers.splice(this.timers.indexOf(due), 1);
      this.time = Math.max(this.time, due.dueAt);
      due.run();
      await this.settle();
    }
    this.time = Math.max(this.time, until);
    await this.settle();
  }

  /** Moves time forward as if the event loop had been blocked: what falls due stays due until the clock is advanced. */
  block(by: Duration): void {
    this.time += durationMs(by);
  }

  /** Moves time forward as if the machine had been suspended: timers go on where they stood. */
  suspend(by: Duration): void {
    const ms = durationMs(by);
    this.time += ms;
    for (const timer of this.timers) timer.dueAt += ms;
  }

  protected startTimer(ms: number, run: () => void): Timer {
    const timer: TestTimer = { dueAt: this.time + ms, run, referenced: true };
    this.timers.push(timer);
    return {
      cancel: () => {
        const at = this.timers.indexOf(timer);
        if (at >= 0) this.timers.splice(at, 1);
      },
      ref: () => void (timer.referenced = true),
      unref: () => void (timer.referenced = false),
    };
  }

  /** Lets go on what can go on without time passing, those who ended their turn included. */
  private async settle(): Promise<void> {
    do await turn();
    while (this.yielding > 0);
  }

  private nextDue(until: number): TestTimer | undefined {
    let first: TestTimer | undefined;
    for (const timer of this.timers) {
      if (timer.dueAt <= until && (first === undefined || timer.dueAt < first.dueAt)) first = timer;
    }
    return first;
  }
}

/** One real turn of the event loop: every promise that can go on has gone on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
