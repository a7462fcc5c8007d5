import type { Clock, Timer } from '@breakwater/core';

const MINUTE_MS = 60_000;
/** How many kinds of lines are counted apart: names of operations may come from the application's data. */
const MOST_COUNTED = 1000;

/** Something that may be told again and again. */
export interface Line {
  /** Lines of one id are counted together. */
  readonly id: string;
  readonly text: string;
  readonly perMinute: number;
  readonly write: (text: string) => void;
}

interface Minute {
  told: number;
  untold: number;
  line: Line;
  timer: Timer;
}

/**
 * Writes the first lines of a kind at once, and the others of each minute as one line with their count. No timer while
 * nothing is counted.
 */
export class LimitedLog {
  private readonly minutes = new Map<string, Minute>();

  constructor(private readonly clock: Clock) {}

  write(line: Line): void {
    const isKnown = this.minutes.has(line.id) || this.minutes.size < MOST_COUNTED;
    const id = isKnown ? line.id : 'others';
    const minute = this.minutes.get(id);
    if (minute === undefined) return this.begin(id, line);
    if (minute.told < line.perMinute) {
      minute.told++;
      line.write(line.text);
      return;
    }
    minute.untold++;
    minute.line = line;
  }

  /** Writes what is counted, and stops. */
  close(): void {
    for (const minute of this.minutes.values()) {
      minute.timer.cancel();
      tellCount(minute);
    }
    this.minutes.clear();
  }

  private begin(id: string, line: Line): void {
    line.write(line.text);
    this.minutes.set(id, { told: 1, untold: 0, line, timer: this.nextMinute(id) });
  }

  private nextMinute(id: string): Timer {
    const timer = this.clock.scheduleForAll(MINUTE_MS, () => this.endMinute(id));
    timer.unref();
    return timer;
  }

  private endMinute(id: string): void {
    const minute = this.minutes.get(id)!;
    if (minute.untold === 0) {
      this.minutes.delete(id);
      return;
    }
    tellCount(minute);
    // As long as it goes on, one line a minute.
    this.minutes.set(id, { told: minute.line.perMinute, untold: 0, line: minute.line, timer: this.nextMinute(id) });
  }
}

function tellCount({ untold, line }: Minute): void {
  if (untold > 0) line.write(`${line.text} – ${untold} more in the last minute`);
}
