import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { Bus } from '../../store/bus.js';
import { MemoryBus } from '../../store/memory-bus.js';
import { MemoryStore } from '../../store/memory-store.js';
import type { Entry, Store } from '../../store/store.js';
import { deferred } from '../../testing/deferred.js';
import { networkError, turn, watch } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';

const KEY = { operation: 'charge', idempotencyKey: 'order-1' };

/** A store that counts how often it is looked at, with a bus of the test's choosing. */
class WatchedStore extends MemoryStore {
  looks = 0;
  constructor(
    options: { clock: TestClock },
    override readonly bus: MemoryBus = new MemoryBus(),
  ) {
    super(options);
  }

  override get(key: string): Promise<Entry | undefined> {
    this.looks++;
    return super.get(key);
  }
}

class DeafBus extends MemoryBus {
  subscriptions = 0;
  fails = false;

  override async subscribe(): ReturnType<Bus['subscribe']> {
    this.subscriptions++;
    if (this.fails) throw new Error('no connection');
    return async () => undefined;
  }
}

function hosts(bus?: MemoryBus) {
  const clock = new TestClock();
  const store = new WatchedStore({ clock }, bus);
  const host = (on: Store = store) => createProvider('payments', { idempotency: { wait: '1m' } }, { clock, store: on });
  return { clock, store, first: host(), second: host(), host };
}

describe('a duplicate in another process', () => {
  it('has the result in the turn in which the first has kept it, by the bus', async () => {
    const { clock, store, first, second } = hosts();
    const receipt = deferred<string>();
    void first.execute(() => receipt.promise, KEY);
    await turn();
    const duplicate = watch(second.execute(() => 'twice', KEY));
    await clock.advance(1550);
    expect(store.looks).toBe(2);
    receipt.resolve('receipt');
    await turn();
    expect(duplicate.value).toBe('receipt');
    expect(clock.pendingTimers('referenced')).toBe(0);
  });

  it('takes the key over in the turn in which the first has freed it', async () => {
    const { clock, first, second } = hosts();
    const sent = deferred<string>();
    void first.execute(() => sent.promise, KEY).catch(() => undefined);
    await turn();
    const duplicate = watch(second.execute(() => 'mine', KEY));
    await clock.advance(550);
    sent.reject(networkError('ECONNREFUSED'));
    await turn();
    expect(duplicate.value).toBe('mine');
  });

  it('finds the result of a call that was too short to be told of by its first look', async () => {
    const { clock, first, second } = hosts();
    const receipt = deferred<string>();
    void first.execute(() => receipt.promise, KEY);
    await turn();
    const duplicate = watch(second.execute(() => 'twice', KEY));
    await clock.advance(99);
    receipt.resolve('receipt');
    await turn();
    expect(duplicate.settled).toBe(false);
    await clock.advance(1);
    expect(duplicate.value).toBe('receipt');
  });

  it.each([false, true])('finds it by itself when the message is lost (the subscription fails: %p)', async (fails) => {
    const bus = Object.assign(new DeafBus(), { fails });
    const { clock, first, second } = hosts(bus);
    const receipt = deferred<string>();
    void first.execute(() => receipt.promise, KEY);
    await turn();
    const duplicate = watch(second.execute(() => 'twice', KEY));
    await clock.advance(200);
    receipt.resolve('receipt');
    await clock.advance(899);
    expect(duplicate.settled).toBe(false);
    await clock.advance(1);
    expect(duplicate.value).toBe('receipt');
    expect(bus.subscriptions).toBe(fails ? 2 : 1);
  });

  it('is one of many that wait, of which one can leave alone', async () => {
    const { clock, first, host } = hosts();
    const receipt = deferred<string>();
    void first.execute(() => receipt.promise, KEY);
    await turn();
    const caller = new AbortController();
    const leaving = watch(host().execute(() => 'twice', { ...KEY, signal: caller.signal }));
    const staying = Array.from({ length: 5 }, () => watch(host().execute(() => 'twice', KEY)));
    await clock.advance(300);
    caller.abort('left');
    await turn();
    expect(leaving.error).toBe('left');
    receipt.resolve('receipt');
    await turn();
    expect(staying.map(({ value }) => value)).toEqual(Array(5).fill('receipt'));
  });

  it('costs nothing where there is none: a call that is over soon sends no message and subscribes to nothing', async () => {
    const bus = new DeafBus();
    let published = 0;
    bus.publish = async () => void published++;
    const { first, clock } = hosts(bus);
    await first.execute(() => 'receipt', KEY);
    expect([bus.subscriptions, published]).toEqual([0, 0]);
    const slow = watch(first.execute(() => clock.sleep(100), { ...KEY, idempotencyKey: 'order-2' }));
    await clock.advance(100);
    expect([slow.settled, bus.subscriptions, published]).toEqual([true, 0, 1]);
  });
});
