import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { deferred } from '../../testing/deferred.js';
import { snapshotOf } from '../../testing/snapshot-of.js';
import { TestClock } from '../../testing/test-clock.js';

const FULL = { concurrency: 5, queue: 10 };

function bench(options: ProviderOptions, trackCalls = false) {
  const clock = new TestClock();
  const shop = createProvider('shop', options, { clock, trackCalls });
  const customer = () => shop.execute(async () => 'customer');
  /** A call that makes another of the same provider after it has waited. */
  const order = (key?: string) =>
    shop.execute(
      async () => {
        await Promise.resolve();
        return customer();
      },
      key === undefined ? {} : { key },
    );
  return { clock, shop, customer, order };
}

describe('calls within calls that hold a slot of the same bulkhead', () => {
  const cases: [string, ProviderOptions, boolean][] = [
    ['a fixed limit', { bulkhead: FULL }, false],
    ['a fixed limit, all calls tracked', { bulkhead: FULL }, true],
    ['no queue, all calls tracked', { bulkhead: { concurrency: 5 } }, true],
    ['an adaptive limit', { bulkhead: { ...FULL, adaptive: { min: 5, max: 5 } } }, false],
    ['an attempt timeout', { bulkhead: FULL, timeout: { attempt: '2s' } }, false],
    ['a retry', { bulkhead: FULL, retry: { attempts: 2 } }, false],
    ['a hedge', { bulkhead: FULL, hedge: { delay: '10s' } }, false],
  ];

  it.each(cases)('all end with %s when the calls take every slot', async (_with, options, tracked) => {
    const { clock, shop, order, customer } = bench(options, tracked);
    const orders = Array.from({ length: 5 }, () => watch(order()));
    await clock.advance('1s');
    expect(orders.map(({ value }) => value)).toEqual(Array.from({ length: 5 }, () => 'customer'));
    expect(snapshotOf(shop, 'bulkhead')).toMatchObject({ active: 0, queued: 0 });
    expect(await customer()).toBe('customer');
  });

  it('all end where more calls wait than there are slots, at whatever depth', async () => {
    const { clock, shop } = bench({ bulkhead: { concurrency: 3, queue: 100 } });
    const nested = (depth: number): Promise<number> =>
      shop.execute(async () => {
        await Promise.resolve();
        return depth === 0 ? 0 : 1 + (await nested(depth - 1));
      });
    const calls = Array.from({ length: 20 }, () => watch(nested(4)));
    await clock.advance('1s');
    expect(calls.map(({ value }) => value)).toEqual(calls.map(() => 4));
    expect(snapshotOf(shop, 'bulkhead')).toMatchObject({ active: 0, queued: 0, abandoned: 0 });
  });

  it('all end where keys have a bulkhead each', async () => {
    const clock = new TestClock();
    const shop = createProvider('shop', { bulkhead: { concurrency: 2, queue: 10 } }, { clock });
    const order = () =>
      shop.execute(
        async () => {
          await Promise.resolve();
          return shop.execute(() => 'customer', { key: 'tenant' });
        },
        { key: 'tenant' },
      );
    const orders = Array.from({ length: 4 }, () => watch(order()));
    await clock.advance('1s');
    expect(orders.map(({ value }) => value)).toEqual(orders.map(() => 'customer'));
  });

  it('take no slot, so the limit holds for the outer calls, also after they have ended', async () => {
    const { shop } = bench({ bulkhead: { concurrency: 1 } }, true);
    const work = deferred<string>();
    const outer = watch(
      shop.execute(async () => {
        const inner = await shop.execute(() => 'inner');
        return `${inner}, ${await work.promise}`;
      }),
    );
    await turn();
    expect(snapshotOf(shop, 'bulkhead')).toMatchObject({ active: 1, admitted: 2 });
    expect(await outcomeOf(shop.execute(() => 'another'))).toMatchObject({ error: { code: 'BULKHEAD_FULL' } });
    work.resolve('outer');
    await turn();
    expect([outer.value, snapshotOf(shop, 'bulkhead').active]).toEqual(['inner, outer', 0]);
  });

  it('wait like any other where the outer call holds a slot of another key, or has ended', async () => {
    const { shop } = bench({ bulkhead: { concurrency: 1 } }, true);
    const work = deferred();
    void shop.execute(() => work.promise, { key: 'b' });
    const other = await outcomeOf(shop.execute(() => shop.execute(() => 'never', { key: 'b' }), { key: 'a' }));
    expect(other).toMatchObject({ error: { code: 'BULKHEAD_FULL' } });
    let late: unknown;
    await shop.execute(() => void turn().then(async () => (late = await outcomeOf(shop.execute(() => 'never')))));
    const holder = deferred();
    void shop.execute(() => holder.promise);
    await turn();
    await turn();
    expect(late).toMatchObject({ error: { code: 'BULKHEAD_FULL' } });
  });

  it('keep no slot when they are aborted while their work goes on', async () => {
    const { clock, shop } = bench({ bulkhead: { concurrency: 1 }, timeout: { attempt: '1s' } }, true);
    const work = deferred();
    const outer = watch(shop.execute(() => outcomeOf(shop.execute(() => work.promise)).then(() => 'outer')));
    await clock.advance('1s');
    expect(outer.settled).toBe(true);
    work.resolve(undefined);
    await clock.advance(0);
    expect(snapshotOf(shop, 'bulkhead')).toMatchObject({ active: 0, abandoned: 0 });
  });
});
