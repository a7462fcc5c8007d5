import type { Clock } from '@breakwater/core';
import type { Line } from './line.js';

/** How many lines without jobs are asked in a second: with thousands of tenants, most have none most of the time. */
const ASKED_PER_SECOND = 500;
/** A rest that is shorter is none: the queue is not looked at more often. */
const SHORTEST_MS = 250;

/** The lines of a provider that had nothing to claim. Each rests, until this process adds to it or its rest is over. */
export class IdleLines {
  private readonly until = new Map<Line, number>();

  constructor(private readonly clock: Clock) {}

  /** Those that may have something. */
  awake(lines: readonly Line[]): readonly Line[] {
    if (this.until.size === 0) return lines;
    const now = this.clock.now();
    return lines.filter((line) => (this.until.get(line) ?? 0) <= now);
  }

  /** Lets a line rest that is one of so many. `dueInMs` is when its next job falls due. */
  rest(line: Line, { of: count, dueInMs }: { readonly of: number; readonly dueInMs: number }): void {
    const restMs = Math.min((count * 1000) / ASKED_PER_SECOND, dueInMs);
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
