import {
  MemoryStore,
  type AdvanceResult,
  type Bus,
  type CountResult,
  type Entry,
  type PutOptions,
  type PutResult,
  type SlidingWindow,
  type Store,
  type Unsubscribe,
} from '@breakwater/core';
import type { VirtualClock } from './virtual-clock.js';

/** The median of a round trip in one data centre, in milliseconds, and how far it varies (sigma of its logarithm). */
const TRIP_MS = 0.8;
const SPREAD = 0.5;
/** The share of answers and messages that are lost. */
const LOST = 1 / 10_000;
/** A connection to a server that has gone is refused after this. */
const REFUSED_MS = 1;

/** A store in the network of many hosts: round trips take their time, and some of them are lost. */
export class ModelledStore {
  operations = 0;
  isAway = false;
  private readonly memory: MemoryStore;
  private readonly views: HostView[] = [];

  constructor(
    readonly clock: VirtualClock,
    readonly random: () => number,
  ) {
    this.memory = new MemoryStore({ clock });
  }

  /** The store as one host sees it. */
  join(): HostView {
    const view = new HostView(this);
    this.views.push(view);
    return view;
  }

  async ask<T>(host: HostView, operation: (store: MemoryStore) => Promise<T>): Promise<T> {
    this.operations++;
    const { clock } = this;
    if (this.isAway || host.isCutOff) {
      await clock.sleep(REFUSED_MS);
      throw new Error('connect ECONNREFUSED');
    }
    const tripMs = this.tripMs();
    await clock.sleep(tripMs / 2);
    const answer = await operation(this.memory);
    if (this.random() < LOST) return new Promise(() => undefined);
    await clock.sleep(tripMs / 2);
    return answer;
  }

  publish(from: HostView, topic: string, message: string): void {
    if (this.isAway || from.isCutOff) throw new Error('connect ECONNREFUSED');
    this.operations++;
    for (const view of this.views) {
      if (view.isCutOff || this.random() < LOST) continue;
      this.clock.schedule(this.tripMs(), () => view.deliver(topic, message));
    }
  }

  /** Lognormal, by the method of Box and Muller. */
  private tripMs(): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
    return TRIP_MS * Math.exp(SPREAD * normal);
  }
}

/** One host's connection. */
export class HostView implements Store {
  readonly shared = true;
  isCutOff = false;
  private readonly listeners = new Map<string, Set<(message: string) => void>>();
  readonly bus: Bus = {
    publish: async (topic, message) => this.store.publish(this, topic, message),
    subscribe: async (topic, listener): Promise<Unsubscribe> => {
      const listeners = this.listeners.get(topic) ?? new Set();
      this.listeners.set(topic, listeners.add(listener));
      return async () => void listeners.delete(listener);
    },
    close: async () => undefined,
  };

  constructor(private readonly store: ModelledStore) {}

  deliver(topic: string, message: string): void {
    for (const listener of this.listeners.get(topic) ?? []) listener(message);
  }

  get(key: string): Promise<Entry | undefined> {
    return this.store.ask(this, (store) => store.get(key));
  }

  put(key: string, value: string, when: PutOptions): Promise<PutResult> {
    return this.store.ask(this, (store) => store.put(key, value, when));
  }

  delete(key: string, when?: { version: string }): Promise<boolean> {
    return this.store.ask(this, (store) => store.delete(key, when));
  }

  advance(key: string, byMs: number, windowMs: number): Promise<AdvanceResult> {
    return this.store.ask(this, (store) => store.advance(key, byMs, windowMs));
  }

  count(key: string, by: number, window: SlidingWindow): Promise<CountResult> {
    return this.store.ask(this, (store) => store.count(key, by, window));
  }

  async close(): Promise<void> {}
}
