import type { QueueSnapshot } from '@breakwater/core/adapter';
import type {
  EventView,
  Frame,
  Greeting,
  HostView,
  ProviderView,
  SecondView,
  SliceView,
} from '../../../src/wire/frame.js';

const KEPT_SECONDS = 300;
const KEPT_EVENTS = 400;
/** For how long a failure of the store is news, in milliseconds: no event says that it is back. */
const STORE_AWAY_MS = 15_000;

/** One host as the page knows it. */
export interface HostState {
  at: number;
  readonly providers: Map<string, ProviderView>;
  queues: readonly QueueSnapshot[];
}

/** An event with the host that told of it. */
export interface HostEvent extends EventView {
  readonly hostId: string;
  readonly host: string;
}

/** Everything that the page knows. Frames change it; views read it. */
export class Model {
  greeting: Greeting = { title: '', host: '', allowed: [] };
  at = 0;
  readonly hosts = new Map<string, HostState>();
  /** By what tells equal events of a second apart. */
  private readonly eventsByKey = new Map<string, HostEvent>();

  get events(): readonly HostEvent[] {
    return [...this.eventsByKey.values()].sort((a, b) => b.at - a.at || b.id - a.id);
  }

  /** Whether the store of a host has lately failed. */
  get isStoreAway(): boolean {
    return [...this.eventsByKey.values()].some(
      ({ type, at }) => type === 'store.unavailable' && at > this.at - STORE_AWAY_MS,
    );
  }

  apply({ full, at, hosts, gone }: Frame): void {
    if (full) {
      this.hosts.clear();
      this.eventsByKey.clear();
    }
    this.at = at;
    for (const host of gone) this.hosts.delete(host);
    for (const host of hosts) this.applyHost(host);
    this.forgetOldEvents();
  }

  private applyHost({ id, host, at, providers, queues, events }: HostView): void {
    let state = this.hosts.get(host);
    if (state === undefined) {
      this.hosts.set(host, (state = { at, providers: new Map(), queues: [] }));
      this.rename(id, host);
    }
    state.at = at;
    for (const provider of providers) {
      const before = state.providers.get(provider.name);
      state.providers.set(provider.name, before === undefined ? provider : continued(before, provider, at));
    }
    if (queues !== undefined) state.queues = queues;
    for (const event of events) {
      this.eventsByKey.set(
        [id, Math.floor(event.at / 1000), event.type, event.provider, event.operation, event.reason].join('\n'),
        { ...event, hostId: id, host },
      );
    }
  }

  /** The events of a host go with it where it gets another name, as it does once a second one has its first. */
  private rename(hostId: string, host: string): void {
    for (const [key, event] of this.eventsByKey) {
      if (event.hostId === hostId && event.host !== host) this.eventsByKey.set(key, { ...event, host });
    }
  }

  private forgetOldEvents(): void {
    const surplus = this.eventsByKey.size - KEPT_EVENTS;
    if (surplus <= 0) return;
    for (const key of [...this.eventsByKey.keys()].slice(0, surplus)) this.eventsByKey.delete(key);
  }
}

/** The seconds and slices of a patch laid over those that are known. */
function continued(before: ProviderView, now: ProviderView, at: number): ProviderView {
  const since = Math.floor(at / 1000) - KEPT_SECONDS;
  return {
    ...now,
    seconds: laidOver<SecondView>(before.seconds, now.seconds, since),
    slices: laidOver<SliceView>(before.slices, now.slices, since),
  };
}

function laidOver<T extends readonly [number, ...number[]]>(
  before: readonly T[],
  now: readonly T[],
  since: number,
): readonly T[] {
  const from = now[0]?.[0] ?? Infinity;
  return [...before.filter(([at]) => at >= since && at < from), ...now];
}
