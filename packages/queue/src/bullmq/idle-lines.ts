import type { Clock } from '@breakwater/core';
import type { Line } from './line.js';

/** How many lines without jobs are asked in a second: with thousands of tenants, most have none most of the time. */
const ASKED_PER_SECOND = 500;
/** Multiples of it, without their whole parts, are spread evenly from the first on. */
const GOLDEN_RATIO = 0.618_034;
/** A rest that is shorter is none: the queue is not looked at more often. */
const SHORTEST_MS = 250;

/** The lines of a provider that had nothing to claim. Each rests, until this process adds to it or its rest is over. */
export class IdleLines {
  private readonly until = new Map<Line, number>();
  private spread = 0;

  constructor(private readonly clock: Clock) {}

  /** Tells of a line whether it may have something, as of now. */
  awake(): (line: Line) => boolean {
    const now = this.clock.now();
    return (line) => (this.until.get(line) ?? 0) <= now;
  }

  /** Lets a line rest that is one of so many. `dueInMs` is when its next job falls due. */
  rest(line: Line, { of: count, dueInMs }: { readonly of: number; readonly dueInMs: number }): void {
    // Those that begin to rest at once are not all asked at once again: a job that comes would stand behind them.
    this.spread = (this.spread + GOLDEN_RATIO) % 1;
    const restMs = Math.min(((count * 1000) / ASKED_PER_SECOND) * (1 - this.spread / 2), dueInMs);
    if (restMs > SHORTEST_MS) this.until.set(line, this.clock.now() + restMs);
    else this.until.delete(line);
  }

  wake(line: Line): void {
    this.until.delete(line);
  }

  wakeAll(): void {
    this.until.clear();
  }
}
