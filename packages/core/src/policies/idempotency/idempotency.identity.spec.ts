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
