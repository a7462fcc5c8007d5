import type { Timer } from './timer.js';

/** The part of the clock that a list uses. */
interface TimerSource {
  now(): number;
  yield(): Promise<void>;
  scheduleForAll(ms: number, run: () => void): Timer;
}

/** A deadline as a list keeps it. It is its own node, so that a deadline costs one allocation. */
export interface ListedDeadline {
  dueAt: number;
  previous: ListedDeadline | undefined;
  next: ListedDeadline | undefined;
  list: DeadlineList | undefined;
  /** Called once when the time has come. */
  expire(): void;
}

export abstract class Deadline implements ListedDeadline {
  dueAt = 0;
  previous: ListedDeadline | undefined;
  next: ListedDeadline | undefined;
  list: DeadlineList | undefined;

  abstract expire(): void;

  /** Takes the deadline back; does nothing once it has expired or was removed. */
  remove(): void {
    this.list?.remove(this);
  }
}

/**
 * Deadlines of one duration, in the order in which they were made and so in the order in which they fall due: one
 * timer for all of them. An idle list keeps its last timer unreferenced, so that it never holds the process; a list of
 * work in the background always does.
 */
export class DeadlineList {
  /** Whether the clock no longer keeps the list. */
  dropped = false;
  private head: ListedDeadline | undefined;
  private tail: ListedDeadline | undefined;
  private timer: Timer | undefined;

  constructor(
    private readonly clock: TimerSource,
    private readonly durationMs: number,
    /** Called when the last timer of an idle list has run out, so that the clock can drop the list. */
    private readonly onIdle: () => void = () => undefined,
    private readonly holdsProcess = true,
  ) {}

  add(deadline: ListedDeadline, now: number): void {
    deadline.dueAt = now + this.durationMs;
    deadline.list = this;
    deadline.previous = this.tail;
    if (this.tail === undefined) {
      this.head = deadline;
      if (this.timer === undefined) this.arm(this.durationMs);
      else if (this.holdsProcess) this.timer.ref();
    } else {
      this.tail.next = deadline;
    }
    this.tail = deadline;
  }

  remove(deadline: ListedDeadline): void {
    const { previous, next } = deadline;
    if (previous === undefined) this.head = next;
    else previous.next = next;
    if (next === undefined) this.tail = previous;
    else next.previous = previous;
    deadline.list = deadline.previous = deadline.next = undefined;
    if (this.head === undefined) this.timer?.unref();
  }

  /** Drops the timer of an idle list. */
  close(): void {
    if (this.head !== undefined) return;
    this.timer?.cancel();
    this.timer = undefined;
    this.drop();
  }

  private drop(): void {
    this.dropped = true;
    this.onIdle();
  }

  private arm(ms: number): void {
    this.timer = this.clock.scheduleForAll(ms, () => this.onTimer());
    if (!this.holdsProcess) this.timer.unref();
  }

  private onTimer(): void {
    this.timer = undefined;
    const head = this.head;
    if (head === undefined) return this.drop();
    const now = this.clock.now();
    if (head.dueAt > now) return this.arm(head.dueAt - now);
    // Results that already wait in the event loop were in time, and must not lose to a timer that fires late.
    void this.clock.yield().then(() => this.expireDue(now));
  }

  private expireDue(now: number): void {
    while (this.head !== undefined && this.head.dueAt <= now) {
      const due = this.head;
      this.remove(due);
      due.expire();
    }
    if (this.timer !== undefined) return;
    if (this.head === undefined) this.drop();
    else this.arm(this.head.dueAt - now);
  }
}
