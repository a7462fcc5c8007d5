import { createProvider, type ProviderOptions, type ResilientProvider } from '@breakwater/core';
import { seeded } from '../limits/arrivals.js';
import { HostView, ModelledStore } from './modelled-store.js';
import { VirtualClock } from './virtual-clock.js';

/** How late a call arrives at the provider at most, in milliseconds. */
const JITTER_MS = 30;

/** How the load is spread: over hosts, and over time. */
export type Load = 'even' | 'skewed' | 'bursty';

export interface FleetOptions {
  readonly hosts: number;
  readonly limit: number;
  readonly load: Load;
  /** Calls that come, as a multiple of the limit. */
  readonly demand: number;
  readonly more?: ProviderOptions;
}

/** A call that was let through: when it arrived, and whose it was. */
export interface Arrival {
  readonly at: number;
  readonly host: number;
}

/** Many hosts of one application, each with its own provider, over one store, in virtual time. */
export class Fleet {
  readonly clock = new VirtualClock();
  readonly store: ModelledStore;
  readonly views: HostView[] = [];
  readonly providers: ResilientProvider[] = [];
  readonly arrivals: Arrival[] = [];
  /** Hosts that make no calls any more. */
  readonly dead = new Set<number>();
  private readonly random = seeded(17);

  constructor(private readonly options: FleetOptions) {
    this.store = new ModelledStore(this.clock, this.random);
    const { hosts, limit, more = {} } = options;
    const rateLimit = { limit, per: '1s', wait: '2s', queue: 1_000_000, observeHeaders: false } as const;
    for (let i = 0; i < hosts; i++) {
      const view = this.store.join();
      this.views.push(view);
      this.providers.push(
        createProvider('api', { rateLimit, ...more }, { clock: this.clock, store: view, random: this.random }),
      );
    }
  }

  /** Lets calls come for so long, from now on. */
  async run(forMs: number): Promise<void> {
    const until = this.clock.now() + forMs;
    for (let host = 0; host < this.options.hosts; host++) this.schedule(host, until);
    await this.clock.runUntil(until);
  }

  close(): void {
    for (const provider of this.providers) provider.close();
  }

  /** Calls of one host come at random, one after the other. */
  private schedule(host: number, until: number): void {
    const { clock } = this;
    const ratePerMs = this.rateOf(host);
    const next = () => {
      const gapMs = -Math.log(1 - this.random()) / ratePerMs;
      if (clock.now() + gapMs > until) return;
      clock.schedule(gapMs, () => {
        if (this.dead.has(host)) return;
        if (this.options.load !== 'bursty' || this.random() < burstAt(clock.now())) this.call(host);
        next();
      });
    };
    next();
  }

  private call(host: number): void {
    const send = () => {
      this.arrivals.push({ at: this.clock.now() + this.random() * JITTER_MS, host });
    };
    this.providers[host]!.execute(send).catch(() => undefined);
  }

  private rateOf(host: number): number {
    const { hosts, limit, load, demand } = this.options;
    const even = (limit * demand) / 1000 / hosts;
    // Four fifths of the calls come to a fifth of the hosts.
    if (load === 'skewed' && hosts > 1) return even * (host < hosts / 5 ? 4 : 0.25);
    return load === 'bursty' ? even * PEAK : even;
  }
}

/** All of a second's calls come in a fifth of it. */
const PEAK = 5;

function burstAt(now: number): number {
  return now % 1000 < 1000 / PEAK ? 1 : 0;
}
