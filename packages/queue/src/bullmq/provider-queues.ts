import type { Clock } from '@breakwater/core';
import type { BullmqDriverSettings } from './bullmq-driver.options.js';
import { Connections } from './connections.js';
import { IdleLines } from './idle-lines.js';
import { Lines } from './lines.js';
import { Turns } from './turns.js';

export interface ProviderQueue {
  readonly lines: Lines;
  readonly turns: Turns;
  readonly idle: IdleLines;
}

/** The lines of every provider that this process has to do with. The backend is connected at the first of them. */
export class ProviderQueues {
  private readonly known = new Map<string, ProviderQueue>();
  private opened: Connections | undefined;

  constructor(
    private readonly settings: BullmqDriverSettings,
    private readonly clock: Clock,
    private readonly leaseMs: number,
  ) {}

  get connections(): Connections {
    return (this.opened ??= new Connections(this.settings, this.leaseMs));
  }

  of(provider: string): ProviderQueue {
    let known = this.known.get(provider);
    if (known === undefined) {
      const { clock, connections } = this;
      known = { lines: new Lines(provider, connections, clock), turns: new Turns(), idle: new IdleLines(clock) };
      this.known.set(provider, known);
    }
    return known;
  }

  /** The lines of a provider as they stand in the backend now. */
  async refreshed(provider: string): Promise<Lines> {
    const { lines } = this.of(provider);
    await lines.refresh(true);
    return lines;
  }

  entries(): Iterable<[string, ProviderQueue]> {
    return this.known;
  }

  async close(): Promise<void> {
    await this.opened?.close();
  }
}
