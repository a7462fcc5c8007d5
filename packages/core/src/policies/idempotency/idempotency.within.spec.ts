import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import { MemoryStore } from '../../store/memory-store.js';
import type { PutResult } from '../../store/store.js';
import { recordEvents } from '../../testing/record-events.js';
import { outcomeOf, turn } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import type { Call } from '../../engine/call.js';

const KEY = { operation: 'charge', idempotencyKey: 'order-1' };

/** A transaction whose writes reach the store when it is committed. */
class Transaction {
  private readonly writes: (() => Promise<unknown>)[] = [];

  add(write: () => Promise<unknown>): void {
    this.writes.push(write);
  }

  async commit(): Promise<void> {
    for (const write of this.writes) await write();
  }
}

class TransactionalStore extends MemoryStore {
  within(transaction: Transaction): Pick<MemoryStore, 'put'> {
    return {
      put: async (...[key, value, when]: Parameters<MemoryStore['put']>): Promise<PutResult> => {
        const standing = await this.get(key);
        if (standing?.version !== (when.if as { version: string }).version) return { standing };
        transaction.add(() => this.put(key, value, when));
        return { written: { value, version: 'to come', ageMs: 0 } };
      },
    };
  }
}

function bench(store?: (clock: TestClock) => MemoryStore) {
  const clock = new TestClock();
  const kept = store?.(clock) ?? new TransactionalStore({ clock });
  const host = () => createProvider('payments', { idempotency: { lease: '30s' } }, { clock, store: kept });
  const transaction = new Transaction();
  let runs = 0;
  const charge = (end: (call: Call) => Promise<unknown>) => (call: Call) => (runs++, end(call));
  return { clock, store: kept, host, transaction, charge, runs: () => runs };
}

describe('an operation that is settled in a transaction of its method', () => {
  it('is done once that is committed, even when its process dies right after', async () => {
    const { clock, host, transaction, charge, runs } = bench();
    const dying = charge(async (call) => {
      await call.keepWithin(transaction, { receipt: 1 });
      await transaction.commit();
      return new Promise(() => undefined);
    });
    void host().execute(dying, KEY);
    await turn();
    await clock.advance('31s');
    expect(await host().execute(dying, KEY)).toEqual({ receipt: 1 });
    expect(runs()).toBe(1);
  });

  it.each(['ECONNRESET', 'ECONNREFUSED'])(
    'has the result that it was kept with, whatever fails after the commit (%s)',
    async (code) => {
      const { host, transaction, charge, runs } = bench();
      const failing = charge(async (call) => {
        await call.keepWithin(transaction, { receipt: 1 });
        await transaction.commit();
        throw Object.assign(new Error('no answer'), { code });
      });
      expect(await outcomeOf(host().execute(failing, KEY))).toMatchObject({ error: { code } });
      expect(await host().execute(failing, KEY)).toEqual({ receipt: 1 });
      expect(runs()).toBe(1);
    },
  );

  it.each([
    ['without an answer', { code: 'ECONNRESET' }],
    ['before anything was sent', { code: 'ECONNREFUSED' }],
    ['for good', { response: { status: 422 } }],
  ])('is told of as settled, and not as lost, when its method fails after the commit %s', async (_how, failure) => {
    const { host, transaction, charge } = bench();
    const provider = host();
    const events = recordEvents(provider);
    const failing = charge(async (call) => {
      await call.keepWithin(transaction, { receipt: 1 });
      await transaction.commit();
      throw Object.assign(new Error('failed'), failure);
    });
    await outcomeOf(provider.execute(failing, KEY));
    await turn();
    expect(await host().execute(failing, KEY)).toEqual({ receipt: 1 });
    expect(events.ofType('idempotency.fenced')).toEqual([]);
    expect(events.ofType('idempotency.unsettled')).toEqual([]);
  });

  it('is not done where it was rolled back: it is settled as it ended', async () => {
    const { host, transaction, charge, runs } = bench();
    const refused = charge(async (call) => {
      await call.keepWithin(transaction, { receipt: 1 });
      throw Object.assign(new Error('not sent'), { code: 'ECONNREFUSED' });
    });
    await outcomeOf(host().execute(refused, KEY));
    await outcomeOf(host().execute(refused, KEY));
    expect(runs()).toBe(2);
  });

  it('has its transaction refuse where another process has taken the key', async () => {
    const { clock, store, host, transaction, charge } = bench();
    const { put } = store;
    let refusal: unknown;
    const zombie = charge(async (call) => {
      await clock.sleep(60_000);
      await call.keepWithin(transaction, { receipt: 'zombie' }).catch((error: unknown) => (refusal = error));
    });
    void outcomeOf(host().execute(zombie, KEY));
    await turn();
    store.put = (key, value, when) => (when.if === 'absent' ? put.call(store, key, value, when) : new Promise(() => 0));
    await clock.advance('31s');
    store.put = put;
    expect(await host().execute(() => 'second', KEY)).toBe('second');
    await clock.advance('30s');
    expect(refusal).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', provider: 'payments', operation: 'charge' });
    expect(await host().execute(() => 'third', KEY)).toBe('second');
  });

  it('says what is missing: a store that can, a key that names the operation', async () => {
    const memory = bench((clock) => new MemoryStore({ clock }));
    const keep = (call: Call) => call.keepWithin({}, 1);
    await expect(memory.host().execute(keep, KEY)).rejects.toThrow(
      'payments: keepWithin() needs a store of the database that the transaction is in',
    );
    await expect(bench().host().execute(keep)).rejects.toThrow('execute keeps no result');
  });
});
