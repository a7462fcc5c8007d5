import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import { MemoryStore } from '../../store/memory-store.js';
import type { PutResult } from '../../store/store.js';
import { deferred, type Deferred } from '../../testing/deferred.js';
import { networkError, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import type { ProviderOptions } from '../../provider/provider-options.js';

const KEY = { operation: 'charge', idempotencyKey: 'order-1' };

/** A store whose answers come late, or get lost on the way, although it does what it is asked. */
class SlowStore extends MemoryStore {
  /** The moment at which writes are answered. */
  slow: Deferred | undefined;
  losing = false;

  override async put(...asked: Parameters<MemoryStore['put']>): Promise<PutResult> {
    const result = await super.put(...asked);
    if ('written' in result) await this.slow?.promise;
    if (this.losing) throw new Error('the connection was reset');
    return result;
  }

  override async delete(...asked: Parameters<MemoryStore['delete']>): Promise<boolean> {
    const result = await super.delete(...asked);
    await this.slow?.promise;
    return result;
  }
}

function bench(options: ProviderOptions = {}) {
  const clock = new TestClock();
  const store = new SlowStore({ clock });
  const provider = createProvider('payments', { idempotency: {}, ...options }, { clock, store });
  const events = recordEvents(provider);
  let executed = 0;
  const work = () => ++executed;
  return { clock, store, provider, events, work, executed: () => executed };
}

describe('idempotency and a store that answers late', () => {
  it('rejects in the turn of the caller’s abort while the key is being claimed, and frees the key that comes late', async () => {
    const { store, provider, work, executed, events } = bench();
    const caller = new AbortController();
    const slow = (store.slow = deferred());
    const first = watch(provider.execute(work, { ...KEY, signal: caller.signal }));
    await turn();
    caller.abort('left');
    await turn();
    expect(first.error).toBe('left');
    expect(store.size).toBe(1);
    store.slow = undefined;
    slow.resolve(0);
    await turn();
    expect([store.size, executed(), events.types]).toEqual([0, 0, []]);
    expect(await provider.execute(work, KEY)).toBe(1);
  });

  it('leaves the note of an earlier attempt when the key that it inherits comes late', async () => {
    const { clock, store, provider, work } = bench();
    await outcomeOf(provider.execute(() => Promise.reject(networkError('ECONNRESET')), KEY));
    const caller = new AbortController();
    const slow = (store.slow = deferred());
    const second = watch(provider.execute(work, { ...KEY, signal: caller.signal }));
    await turn();
    caller.abort('left');
    store.slow = undefined;
    slow.resolve(0);
    await turn();
    expect(second.error).toBe('left');
    const other = createProvider('payments', { idempotency: { wait: 0 } }, { clock, store });
    const events = recordEvents(other);
    expect(await other.execute(work, KEY)).toBe(1);
    expect(events.ofType('idempotency.reclaimed')).toMatchObject([{ detail: { attempt: 3 } }]);
  });

  it('goes on at once, as if for the first time, after a claim whose answer was lost', async () => {
    const { store, provider, work, executed, events } = bench();
    store.losing = true;
    expect(await outcomeOf(provider.execute(work, KEY))).toMatchObject({ error: { code: 'STORE_UNAVAILABLE' } });
    store.losing = false;
    expect([store.size, executed()]).toEqual([1, 0]);
    expect(await provider.execute(work, KEY)).toBe(1);
    expect(await provider.execute(work, KEY)).toBe(1);
    expect(events.ofType('idempotency.reclaimed')).toEqual([]);
  });

  it('leaves the claim whose answer was lost to its lease where the call went on without it', async () => {
    const { clock, store, provider, work, events } = bench({ idempotency: { storeDown: 'proceed', wait: 0 } });
    store.losing = true;
    expect(await provider.execute(work, KEY)).toBe(1);
    store.losing = false;
    expect(await outcomeOf(provider.execute(work, KEY))).toMatchObject({ error: { code: 'IDEMPOTENCY_CONFLICT' } });
    await clock.advance('2m');
    expect(await provider.execute(work, KEY)).toBe(2);
    expect(events.ofType('idempotency.reclaimed')).toHaveLength(1);
  });

  it('rejects in the turn of the caller’s abort while the outcome is being kept, which goes on', async () => {
    const { store, provider, work, executed, clock } = bench();
    const caller = new AbortController();
    const slow = deferred();
    const first = watch(provider.execute(() => ((store.slow = slow), work()), { ...KEY, signal: caller.signal }));
    await turn();
    expect([executed(), first.settled]).toEqual([1, false]);
    caller.abort('left');
    await turn();
    expect(first.error).toBe('left');
    store.slow = undefined;
    slow.resolve(0);
    await turn();
    expect(await provider.execute(work, KEY)).toBe(1);
    clock.close();
    expect(clock.pendingTimers()).toBe(0);
  });

  it('rejects in the turn of the caller’s abort while the method runs, without waiting until that is noted', async () => {
    const { store, provider } = bench();
    const caller = new AbortController();
    const first = watch(
      provider.execute(() => ((store.slow = deferred()), deferred().promise), { ...KEY, signal: caller.signal }),
    );
    await turn();
    caller.abort('left');
    await turn();
    expect(first.error).toBe('left');
  });

  it.each([true, false])('ends in time when the method takes too long in total (with a retry: %p)', async (retried) => {
    const { store, provider, clock } = bench({ timeout: { total: '2s' }, ...(retried && { retry: {} }) });
    const result = watch(provider.execute(() => ((store.slow = deferred()), deferred().promise), KEY));
    await clock.advance('2s');
    expect(result.error).toMatchObject({ code: 'TIMEOUT', scope: 'total' });
  });

  it('gives the result at the deadline when the store has not taken it by then', async () => {
    const { store, provider, work, events, clock } = bench({ timeout: { total: '2s' } });
    const result = watch(provider.execute(() => ((store.slow = deferred()), work()), KEY));
    await clock.advance(1999);
    expect(result.settled).toBe(false);
    await clock.advance(1);
    expect(result.value).toBe(1);
    expect(events.all).toMatchObject([
      { type: 'idempotency.unsettled', detail: { reason: 'the store has not answered yet' } },
    ]);
    expect(clock.pendingTimers('referenced')).toBe(0);
  });

  it('gives the result, or the error, when the store has not answered for as long as a claim would hold', async () => {
    const { store, provider, work, clock } = bench({ idempotency: { lease: '10s' } });
    const done = watch(provider.execute(() => ((store.slow = deferred()), work()), KEY));
    await clock.advance(9999);
    expect(done.settled).toBe(false);
    await clock.advance(1);
    expect(done.value).toBe(1);
    store.slow = undefined;
    const down = networkError('ECONNREFUSED');
    const failing = () => ((store.slow = deferred()), Promise.reject(down));
    const failed = watch(provider.execute(failing, { ...KEY, idempotencyKey: 'order-2' }));
    await clock.advance('10s');
    expect(failed.error).toBe(down);
  });

  it('leaves nothing unhandled when the store fails after the caller has aborted', async () => {
    const { store, provider, work } = bench();
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    for (const atWork of [false, true]) {
      const caller = new AbortController();
      const slow = deferred();
      if (!atWork) store.slow = slow;
      const asked = { ...KEY, idempotencyKey: `order-${atWork}`, signal: caller.signal };
      const result = watch(provider.execute(() => ((store.slow = slow), work()), asked));
      await turn();
      caller.abort('left');
      store.slow = undefined;
      slow.reject(new Error('the store is down'));
      await turn();
      expect(result.error).toBe('left');
    }
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

describe('idempotency and a store whose answer is lost', () => {
  it.each([1, 2])(
    'goes on with a call of which %d renewals were written unheard, and keeps its outcome',
    async (lost) => {
      const { clock, store, provider, events, work, executed } = bench({ idempotency: { lease: '30s' } });
      const receipt = deferred<string>();
      const first = watch(provider.execute(() => receipt.promise, KEY));
      await turn();
      store.losing = true;
      for (let renewal = 0; renewal < lost; renewal++) await clock.advance('10s');
      store.losing = false;
      await clock.advance('10s');
      expect(first.settled).toBe(false);
      receipt.resolve('receipt');
      await turn();
      expect([first.value, events.types]).toEqual(['receipt', Array(lost).fill('idempotency.renewalFailed')]);
      await clock.advance('1m');
      expect([await provider.execute(work, KEY), executed()]).toEqual(['receipt', 0]);
    },
  );

  it('keeps the outcome of a call that ends right after a renewal was written unheard', async () => {
    const { clock, store, provider, events, work, executed } = bench({ idempotency: { lease: '30s' } });
    const receipt = deferred<string>();
    void provider.execute(() => receipt.promise, KEY);
    await turn();
    store.losing = true;
    await clock.advance('10s');
    store.losing = false;
    receipt.resolve('receipt');
    await turn();
    expect(events.types).toEqual(['idempotency.renewalFailed']);
    await clock.advance('1m');
    expect([await provider.execute(work, KEY), executed()]).toEqual(['receipt', 0]);
  });

  it('frees the key of a call that was not sent right after a renewal was written unheard', async () => {
    const { clock, store, provider } = bench({ idempotency: { lease: '30s' } });
    const sent = deferred();
    const first = watch(provider.execute(() => sent.promise, KEY));
    await turn();
    store.losing = true;
    await clock.advance('10s');
    store.losing = false;
    sent.reject(networkError('ECONNREFUSED'));
    await turn();
    expect([first.settled, store.size]).toEqual([true, 0]);
  });
});

describe('idempotency that proceeds without a store', () => {
  const proceeding: ProviderOptions = { idempotency: { storeDown: 'proceed', wait: '5s' } };

  it('does not begin beside a holder that it has seen: it looks again, and refuses in the end', async () => {
    const { clock, store, provider, work, executed } = bench(proceeding);
    const other = createProvider('payments', proceeding, { clock, store });
    void other.execute(() => deferred().promise, KEY);
    await turn();
    const waiting = watch(provider.execute(work, KEY));
    await turn();
    store.get = () => Promise.reject(new Error('the store is down'));
    await clock.advance(4999);
    expect(waiting.settled).toBe(false);
    await clock.advance(1);
    expect(waiting.error).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    expect(executed()).toBe(0);
  });

  it('has the outcome of a holder when the store comes back while it waits', async () => {
    const { clock, store, provider, work } = bench(proceeding);
    const other = createProvider('payments', proceeding, { clock, store });
    const receipt = deferred<string>();
    void other.execute(() => receipt.promise, KEY);
    await turn();
    const waiting = watch(provider.execute(work, KEY));
    await turn();
    const { get } = store;
    store.get = () => Promise.reject(new Error('the store is down'));
    receipt.resolve('receipt');
    await clock.advance(150);
    expect(waiting.settled).toBe(false);
    store.get = get;
    await clock.advance(100);
    expect(waiting.value).toBe('receipt');
  });
});
