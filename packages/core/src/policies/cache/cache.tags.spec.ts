import { describe, expect, it } from '@jest/globals';
import { outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { bench, pending, ZEROS } from './cache.fixture.js';

const product = (result: { id: number; brand?: string }) => [`product:${result.id}`, `brand:${result.brand ?? 'none'}`];

describe('answers with tags', () => {
  it('are forgotten by any of the tags, and others stay', async () => {
    const { find, provider, loads } = bench({ ttl: '1m', tags: product as never });
    const work = (id: number) => () => ({ id, brand: id === 3 ? 'other' : 'acme' });
    const ask = (id: number) => find(id, work(id));
    const [one, two, three] = await Promise.all([ask(1), ask(2), ask(3)]);
    expect(provider.invalidate({ tags: ['product:1', 'brand:other'] })).toBe(2);
    expect(await ask(2)).toBe(two);
    expect(await ask(1)).not.toBe(one);
    expect(await ask(3)).not.toBe(three);
    expect(provider.invalidate({ tags: ['brand:nowhere'] })).toBe(0);
    expect(provider.invalidate({ tags: ['brand:acme'], args: [1] })).toBe(1);
    expect(loads()).toBe(0);
  });

  it('get the result and the arguments, on the object whose method it is', async () => {
    const seen: unknown[] = [];
    const receiver = { name: 'client' };
    const { find } = bench({
      ttl: '1m',
      tags: function (this: unknown, ...given: unknown[]) {
        seen.push(this, ...given);
        return [];
      } as never,
    });
    await find(7, () => 'answer', { receiver });
    expect(seen).toEqual([receiver, 'answer', 7]);
  });

  it('are not kept where they were invalidated on their way, which later callers do not wait for', async () => {
    const { find, provider } = bench({ ttl: '1m', tags: product as never });
    const { begun, work } = pending();
    const early = watch(find(1, work));
    provider.invalidate({ tags: ['product:1'] });
    const late = watch(find(1, work));
    begun[1]!.resolve({ id: 1, price: 'new' });
    begun[0]!.resolve({ id: 1, price: 'old' });
    await turn();
    expect([early.value, late.value]).toEqual([
      { id: 1, price: 'old' },
      { id: 1, price: 'new' },
    ]);
    expect(await find(1, work)).toEqual({ id: 1, price: 'new' });
  });

  it('are kept where others were invalidated on their way, unless a later one has come', async () => {
    const { find, provider } = bench({ ttl: '1m', tags: product as never });
    const { begun, work } = pending();
    void find(1, work);
    provider.invalidate({ tags: ['product:2'] });
    begun[0]!.resolve({ id: 1, load: 1 });
    await turn();
    expect(await find(1, work)).toEqual({ id: 1, load: 1 });
    void find(3, work);
    provider.invalidate({ tags: ['product:2'] });
    void find(3, work);
    begun[2]!.resolve({ id: 3, load: 3 });
    await turn();
    begun[1]!.resolve({ id: 3, load: 2 });
    await turn();
    expect(await find(3, work)).toEqual({ id: 3, load: 3 });
  });

  it.each<[string, unknown]>([
    ['throws', new Error('no brand')],
    ['returns no list', 'product:1'],
    ['returns what is no text', [1]],
    ['returns too many', Array.from({ length: 101 }, String)],
  ])('are not kept where the function %s, which is told', async (_, made) => {
    const tags = () => {
      if (made instanceof Error) throw made;
      return made as string[];
    };
    const { find, events, counters } = bench({ ttl: '1m', tags });
    expect(await find(1)).toBe('answer 1');
    expect(await find(1)).toBe('answer 2');
    expect(events.all.map(({ type }) => type)).toEqual(['callback.failed', 'cache.bypassed']);
    expect(events.ofType('cache.bypassed')[0]!.detail).toEqual({ reason: 'tags' });
    expect(counters()).toMatchObject({ ...ZEROS, misses: 2, uncached: 2, entries: 0 });
  });

  it('may have a list for all, failures that are kept included', async () => {
    const { find, provider } = bench({ ttl: '1m', errors: { ttl: '1m' }, tags: ['catalog'] });
    let asked = 0;
    const gone = () => {
      asked++;
      return Promise.reject(Object.assign(new Error('gone'), { status: 404 }));
    };
    await outcomeOf(find(1, gone));
    await outcomeOf(find(1, gone));
    expect(asked).toBe(1);
    expect(provider.invalidate({ tags: ['catalog'] })).toBe(1);
    await outcomeOf(find(1, gone));
    expect(asked).toBe(2);
  });
});

describe('the bound in bytes', () => {
  it('has the least recently used make room', async () => {
    const { find, counters } = bench({ ttl: '1m', maxBytes: 5000 });
    for (let id = 0; id < 10; id++) await find(id, () => 'x'.repeat(500));
    expect(counters()).toMatchObject({ entries: 4 });
    expect(counters()['bytes']).toBeLessThanOrEqual(5000);
  });

  it('keeps no answer that is larger, and nothing in its place', async () => {
    const { find, clock, counters, events } = bench({ ttl: '1s', staleIfError: '1m', maxBytes: 1000 });
    await find(1, () => 'small');
    await clock.advance('2s');
    await find(1, () => 'x'.repeat(1000));
    expect(counters()).toMatchObject({ entries: 0, uncached: 1 });
    expect(events.ofType('cache.bypassed')[0]!.detail).toEqual({ reason: 'size' });
  });

  it('holds for all answers of the provider together', async () => {
    const { provider, clock, find } = bench({ ttl: '1m', maxBytes: 5000 });
    const other = provider.pipelineFor(
      { operation: 'Catalog.list', method: 'list', policies: new Map(), every: true },
      [],
    );
    const list = (id: number) =>
      provider.run(
        other,
        provider.newCall('Catalog.list', [id], () => 'y'.repeat(500)),
      );
    for (let id = 0; id < 4; id++) await find(id, () => 'x'.repeat(500));
    for (let id = 0; id < 2; id++) await list(id);
    await clock.advance(1);
    const bytes = provider.snapshot().policies.map((policy) => (policy as { bytes?: number }).bytes ?? 0);
    expect(bytes.reduce((total, each) => total + each)).toBeLessThanOrEqual(5000);
    expect(bytes.filter((each) => each > 1000)).toHaveLength(2);
  });
});
