import type { Work } from '../../engine/call.js';
import { MemoryStore } from '../../store/memory-store.js';
import type { LiveProvider } from '../../provider/live-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import type { Entry, PutResult, Store } from '../../store/store.js';
import { recordEvents } from '../../testing/record-events.js';
import { liveProvider } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import type { IdempotencyOptions } from './idempotency.options.js';
import { snapshotOf } from '../../testing/snapshot-of.js';

export interface Order {
  readonly id: string;
  readonly amount: number;
}

/** One process: a provider, and its decorated `charge(order)` with the key from the order. */
export function processOn(
  store: Store,
  clock: TestClock,
  idempotency: IdempotencyOptions = {},
  more: ProviderOptions = {},
) {
  const provider = liveProvider('payments', { idempotency, ...more }, { clock, store, random: () => 0.5 });
  const events = recordEvents(provider);
  const charge = methodOf(provider, { key: (order: Order) => order.id });
  const counters = () => snapshotOf(provider, 'idempotency');
  return { provider, events, charge, counters };
}

/** A decorated method, without a framework. */
export function methodOf(provider: LiveProvider, idempotency: IdempotencyOptions) {
  const policies = new Map<string, object>([['idempotency', idempotency]]);
  const pipeline = provider.pipelineFor(
    { operation: 'charge', policies: policies as Map<string, Record<string, unknown>>, every: true },
    [],
  );
  return <T>(order: unknown, work: Work<T>, options: { key?: string; signal?: AbortSignal } = {}) => {
    const call = provider.newCall('charge', [order], work as Work<unknown>);
    call.key = options.key;
    return provider.run(pipeline, call, options.signal) as Promise<T>;
  };
}

export function bench(idempotency: IdempotencyOptions = {}, more: ProviderOptions = {}) {
  const clock = new TestClock();
  const store = new FailingStore(new MemoryStore({ clock }));
  let executed = 0;
  const work = async () => {
    executed++;
    return { receipt: executed };
  };
  const another = (options: IdempotencyOptions = idempotency) => processOn(store, clock, options, more);
  return { clock, store, work, another, executed: () => executed, ...another() };
}

/** A store that can be made to fail, and notes what it was asked. */
class FailingStore implements Store {
  failing: ReadonlySet<string> = new Set();
  readonly keys = new Set<string>();
  operations = 0;

  constructor(private readonly inner: Store) {}

  get(key: string): Promise<Entry | undefined> {
    return this.reach('get', key, () => this.inner.get(key));
  }

  put(key: string, value: string, when: Parameters<Store['put']>[2]): Promise<PutResult> {
    const name = typeof when.if === 'string' ? 'claim' : 'put';
    return this.reach(name, key, () => this.inner.put(key, value, when));
  }

  delete(key: string, when?: { version: string }): Promise<boolean> {
    return this.reach('delete', key, () => this.inner.delete(key, when));
  }

  advance(key: string, byMs: number, windowMs: number) {
    return this.inner.advance(key, byMs, windowMs);
  }

  count(...asked: Parameters<Store['count']>) {
    return this.inner.count(...asked);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  private async reach<T>(name: string, key: string, operation: () => Promise<T>): Promise<T> {
    this.operations++;
    this.keys.add(key);
    if (this.failing.has(name) || this.failing.has('all')) throw new Error(`the store is down (${name})`);
    return operation();
  }
}

export const ORDER: Order = { id: 'order-1', amount: 100 };
