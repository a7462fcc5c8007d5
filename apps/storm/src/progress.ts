import type { WriteStream } from 'node:tty';
import { isAccepted, type Submission } from './load/submission.js';
import type { Twins } from './twins.js';

/** Says what is going on: a line per phase and, on a terminal, counters that move. */
export class Progress {
  private readonly counters: Twins<Counter> = { unprotected: new Counter(), protected: new Counter() };
  private readonly refresh?: NodeJS.Timeout;

  constructor(private readonly out: Pick<WriteStream, 'isTTY' | 'write'>) {
    if (out.isTTY) this.refresh = setInterval(() => this.showCounters(), REFRESH_MS).unref();
  }

  storm(name: string, title: string): void {
    this.line(`${name}: ${title}`);
    this.counters.unprotected.reset();
    this.counters.protected.reset();
  }

  phase(text: string): void {
    this.line(`  ${text}`);
  }

  line(text: string): void {
    this.out.write(`${this.out.isTTY ? CLEAR_LINE : ''}${text}\n`);
  }

  count(twin: keyof Twins<unknown>, submission: Submission): void {
    this.counters[twin].add(isAccepted(submission));
  }

  close(): void {
    clearInterval(this.refresh);
    if (this.out.isTTY) this.out.write(CLEAR_LINE);
  }

  private showCounters(): void {
    const { unprotected, protected: guarded } = this.counters;
    this.out.write(`${CLEAR_LINE}  unprotected ${unprotected}   protected ${guarded}`);
  }
}

class Counter {
  private accepted = 0;
  private refused = 0;

  add(accepted: boolean): void {
    if (accepted) this.accepted += 1;
    else this.refused += 1;
  }

  reset(): void {
    this.accepted = 0;
    this.refused = 0;
  }

  toString(): string {
    return `${this.accepted} accepted, ${this.refused} not`;
  }
}

const CLEAR_LINE = '\r\u001b[2K';
const REFRESH_MS = 200;
