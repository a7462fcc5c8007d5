import type { Clock } from '@breakwater/core';
import type { Connections } from './connections.js';
import { lineId, type LineName } from './line-name.js';
import type { Line } from './line.js';

/** How long the list of a provider's lines, and whether it is paused, are taken for what they were, in milliseconds. */
const FRESH_MS = 200;
/** The same for each line, where there are thousands. */
const FRESH_PER_LINE_MS = 0.2;

/** The lines of one provider: those that this process knows, and those that others have added to. */
export class Lines {
  paused = false;
  private readonly known = new Map<string, Line>();
  private readAt = -Infinity;
  private reading: Promise<void> = Promise.resolve();
  /** How often this process has paused or resumed it: what was read before the last time is out of date. */
  private steered = 0;

  constructor(
    private readonly provider: string,
    private readonly connections: Connections,
    private readonly clock: Clock,
  ) {}

  get all(): readonly Line[] {
    return [...this.known.values()];
  }

  /** A line that this process knows. */
  find(name: LineName): Line | undefined {
    return this.known.get(lineId(name));
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
    const { steered } = this;
    const directory = this.connections.directory(this.provider);
    const [entries, paused] = await Promise.all([directory.getJobs(['wait'], 0, -1), directory.isPaused()]);
    if (steered === this.steered) this.paused = paused;
    for (const entry of entries) {
      if (entry?.id === undefined || this.known.has(entry.id)) continue;
      const { tenant, high } = entry.data;
      this.know({ provider: this.provider, tenant, high });
    }
  }

  private know(name: LineName): Line {
    const line = this.connections.line(name);
    this.known.set(lineId(name), line);
    return line;
  }
}
