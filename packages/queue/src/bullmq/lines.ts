import type { Clock } from '@breakwater/core';
import type { Connections } from './connections.js';
import { lineId, type LineName } from './line-name.js';
import type { Line } from './line.js';

/** How long the list of a provider's lines, and whether it is paused, are taken for what they were, in milliseconds. */
const FRESH_MS = 200;
/** The same for each line, where there are thousands. */
const FRESH_PER_LINE_MS = 0.2;
/** How often the whole list is read, in milliseconds: in between, what was added to it. */
const WHOLE_EVERY_MS = 60_000;

/** The jobs of which it is remembered to which line this process has added them. */
const MOST_REMEMBERED = 10_000;

/** The lines of one provider: those that this process knows, and those that others have added to. */
export class Lines {
  paused = false;
  private readonly known = new Map<string, Line>();
  private sorted: readonly Line[] | undefined;
  private readAt = -Infinity;
  private reading: Promise<void> = Promise.resolve();
  private wholeAt = -Infinity;
  /** The lines of the latest jobs that this process has added, by their ids. */
  private readonly ofAdded = new Map<string, Line>();
  /** How many lines the list had. */
  private listed = 0;
  /** How often this process has paused or resumed it: what was read before the last time is out of date. */
  private steered = 0;

  constructor(
    private readonly provider: string,
    private readonly connections: Connections,
    private readonly clock: Clock,
  ) {}

  /** By their tenants, and of one tenant the line of high priority first. */
  get all(): readonly Line[] {
    return (this.sorted ??= [...this.known.values()].sort(byTenant));
  }

  /** A line that this process knows. */
  find(name: LineName): Line | undefined {
    return this.known.get(lineId(name));
  }

  noteAdded(id: string, line: Line): void {
    if (this.ofAdded.size === MOST_REMEMBERED) this.ofAdded.delete(this.ofAdded.keys().next().value!);
    this.ofAdded.set(id, line);
  }

  /** The line to which this process has added a job lately. */
  lineOfAdded(id: string): Line | undefined {
    return this.ofAdded.get(id);
  }

  /** A new line; the other processes find it, too. */
  async open(name: LineName): Promise<Line> {
    await this.connections.announce([name]);
    return this.know(name);
  }

  /** Reads what other processes have added and paused, if that is long ago. */
  refresh(always = false): Promise<void> {
    const now = this.clock.now();
    const freshMs = Math.max(FRESH_MS, this.known.size * FRESH_PER_LINE_MS);
    if (!always && now - this.readAt < freshMs) return this.reading;
    this.readAt = now;
    // Also for those that come meanwhile: the first to ask knows of no pause before it is answered.
    this.reading = this.read();
    return this.reading;
  }

  async setPaused(paused: boolean): Promise<void> {
    this.steered++;
    const directory = this.connections.directory(this.provider);
    if (paused) await directory.pause();
    else await directory.resume();
    this.steered++;
    this.paused = paused;
  }

  private async read(): Promise<void> {
    const now = this.clock.now();
    const { steered } = this;
    const directory = this.connections.directory(this.provider);
    const [{ wait: count = 0 }, paused] = await Promise.all([directory.getJobCounts('wait'), directory.isPaused()]);
    if (steered === this.steered) this.paused = paused;
    if (now - this.wholeAt >= WHOLE_EVERY_MS) {
      this.wholeAt = now;
      await this.learn(-1);
    } else if (count > this.listed) await this.learn(count - this.listed - 1);
    this.listed = Math.max(this.listed, count);
  }

  /** Reads the list from the newest line to the one at `last`; to the oldest with -1. */
  private async learn(last: number): Promise<void> {
    for (const entry of await this.connections.directory(this.provider).getJobs(['wait'], 0, last)) {
      if (entry?.id === undefined || this.known.has(entry.id)) continue;
      const { tenant, high } = entry.data;
      this.know({ provider: this.provider, tenant, high });
    }
  }

  private know(name: LineName): Line {
    const line = this.connections.line(name);
    this.known.set(lineId(name), line);
    this.sorted = undefined;
    return line;
  }
}

function byTenant(a: Line, b: Line): number {
  if (a.tenant !== b.tenant) return a.tenant < b.tenant ? -1 : 1;
  return Number(b.high) - Number(a.high);
}
