import { describe, expect, it } from '@jest/globals';
import { turn, watch } from '../../testing/calls.fixture.js';
import { deferred } from '../../testing/deferred.js';
import { bench, methodOf, ORDER, type Order } from './idempotency.fixture.js';

const failing = () => {
  throw new TypeError('no such field');
};

describe('a function of the settings that throws', () => {
  it.each([
    ['key', { key: failing }],
    ['fingerprint', { key: (order: Order) => order.id, fingerprint: failing }],
  ])('refuses its call, and is reported by its name: %s', async (name, options) => {
    const { provider, events, work, executed } = bench();
    await expect(methodOf(provider, options)(ORDER, work)).rejects.toThrow('no such field');
    expect(events.ofType('callback.failed')).toMatchObject([
      { operation: 'charge', detail: { callback: `idempotency.${name}`, reason: 'no such field' } },
    ]);
    expect(executed()).toBe(0);
  });
});

describe('a key that is handed over', () => {
  it('names the operation that its arguments have named before, where it is the key that was made of them', async () => {
    const { provider, store, work, executed } = bench();
    const charge = methodOf(provider, { key: (order: Order) => order.id });
    let sent = '';
    await charge(ORDER, (call) => ((sent = call.idempotencyKey!), work()));
    await provider.execute(work, { operation: 'charge', idempotencyKey: sent, args: [ORDER] });
    expect(executed()).toBe(1);
    expect(store.keys.size).toBe(1);
  });

  it.each(['order-1', 'of_the_form_of_a_hash_'])('names another operation for each tenant: %s', async (key) => {
    const { provider, store, work, executed } = bench();
    for (const tenant of [undefined, 'a', 'b']) {
      const of = tenant === undefined ? {} : { key: tenant };
      await provider.execute(work, { operation: 'charge', idempotencyKey: key, ...of });
    }
    expect(executed()).toBe(3);
    expect(store.keys.size).toBe(3);
  });

  it.each([
    ['an address', 'jane.doe@example.com'],
    ['a German IBAN, which is as long as a hash', 'DE89370400440532013000'],
    ['one of the form of a hash', 'of_the_form_of_a_hash_'],
  ])('stands in no record as it is: %s', async (_what, key) => {
    const { provider, store, work } = bench();
    await provider.execute(work, { operation: 'charge', idempotencyKey: key });
    expect(store.keys.size).toBe(1);
    expect([...store.keys].join()).not.toContain(key);
  });

  it('names no operation of a tenant, also where it is the hash by which the record of that one is named', async () => {
    const { provider, store, work, executed } = bench();
    await provider.execute(work, { operation: 'charge', idempotencyKey: 'order-1', key: 'a' });
    const [record] = [...store.keys];
    await provider.execute(work, { operation: 'charge', idempotencyKey: record!.split(':').at(-1)! });
    expect(executed()).toBe(2);
  });
});

describe('settings that change after a method was called', () => {
  it('hold from its next call on: answers are kept for as long as they say', async () => {
    const { provider, clock, work, executed } = bench({ ttl: '1h' });
    const charge = (key: string) => provider.execute(work, { operation: 'charge', idempotencyKey: key });
    await charge('order-1');
    provider.reconfigure({ idempotency: { ttl: '1m' } });
    await charge('order-2');
    await clock.advance('1m');
    await charge('order-1');
    expect(executed()).toBe(2);
    await charge('order-2');
    expect(executed()).toBe(3);
  });
});

describe('a caller who comes in the moment in which the only other one leaves', () => {
  it('has the operation run anew, and not what was aborted', async () => {
    const { charge, clock, work } = bench();
    const leaving = new AbortController();
    const left = watch(charge(ORDER, () => deferred().promise, { signal: leaving.signal }));
    await turn();
    leaving.abort('left');
    const next = watch(charge(ORDER, work));
    await clock.advance('1s');
    expect(left.error).toBe('left');
    expect(next.value).toEqual({ receipt: 1 });
  });
});
