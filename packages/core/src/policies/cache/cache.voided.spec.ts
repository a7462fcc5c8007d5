import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import { MemoryStore } from '../../store/memory-store.js';
import { httpError, turn, watch } from '../../testing/calls.fixture.js';
import { recordEvents } from '../../testing/record-events.js';
import { snapshotOf } from '../../testing/snapshot-of.js';
import { TestClock } from '../../testing/test-clock.js';
import { bench, fail, pending, type Work } from './cache.fixture.js';
import type { CacheOptions } from './cache.options.js';

/** Two hosts over one store; `find` and `list` are cached. */
function hosts(cache: Partial<CacheOptions> = {}) {
  const clock = new TestClock();
  const store = new MemoryStore({ clock });
  const host = () => {
    const provider = createProvider('catalog', { cache: { ttl: '1h', shared: true, ...cache } }, { clock, store });
    const ask = (operation: string, id: unknown, more: { key?: string; work?: Work } = {}) => {
      const { work = () => `${operation} ${String(id)}`, ...options } = more;
      return provider.execute(work, { operation, args: [id], ...options });
    };
    const entries = () => snapshotOf(provider, 'cache').entries;
    return { provider, ask, entries, events: recordEvents(provider) };
  };
  return { clock, a: host(), b: host() };
}

describe('what one host has invalidated, another forgets', () => {
  it.each([
    ['of one operation', { operation: 'find' }, 1],
    ['of arguments', { args: [2] }, 3],
    ['of arguments of one operation', { operation: 'find', args: [2] }, 3],
    ['of a tenant', { key: 'acme' }, 3],
    ['of a tenant’s operation', { operation: 'list', key: 'acme' }, 4],
    ['of everything', {}, 0],
  ])('%s, and nothing else', async (_name, which, left) => {
    const { a, b } = hosts();
    for (const { ask } of [a, b]) {
      await ask('find', 1);
      await ask('find', 2);
      await ask('find', 1, { key: 'acme' });
      await ask('list', 1);
    }
    expect(b.entries()).toBe(4);
    await a.provider.cache!.invalidate(which);
    await turn();
    expect(b.entries()).toBe(left);
  });

  it('by a tag that answers bear only where they have tags at all', async () => {
    const { a, b } = hosts();
    await a.ask('find', 1);
    await b.ask('find', 1);
    await a.provider.cache!.invalidate({ tags: ['product'] });
    await turn();
    expect([a.entries(), b.entries()]).toEqual([1, 1]);
  });
});

describe('an answer that hosts cannot share', () => {
  /** No plain data. */
  const opaque: Work = () => ({ open: () => 1 });

  it('is told of once for each reason', async () => {
    const { clock, a } = hosts({ shared: { maxEntryLength: 100 } });
    for (const id of [1, 2]) {
      await a.ask('find', id, { work: () => 'x'.repeat(200) });
      await a.ask('find', `opaque ${id}`, { work: opaque });
      await clock.advance('1m');
    }
    const told = a.events.ofType('cache.notShared').map(({ detail }) => detail.reason);
    expect(told).toEqual(['size', 'value']);
  });

  it('keeps other hosts waiting no more than once a minute where it is no plain data', async () => {
    const { clock, a, b } = hosts({ ttl: '1s' });
    await a.ask('find', 1, { work: opaque });
    await b.ask('find', 2, { work: opaque });
    const { begun, work } = pending();
    const both = () => [watch(a.ask('find', 3, { work })), watch(b.ask('find', 3, { work }))];
    both();
    await turn();
    expect(begun).toHaveLength(2);
    for (const { resolve } of begun) resolve('plain');
    await clock.advance('1m');
    both();
    await turn();
    expect(begun).toHaveLength(3);
    begun[2]!.resolve('plain');
    await clock.advance('1s');
  });

  it('has hosts take turns as before where it is only too large', async () => {
    const { clock, a, b } = hosts({ shared: { maxEntryLength: 100 } });
    await a.ask('find', 1, { work: () => 'x'.repeat(200) });
    await b.ask('find', 2, { work: () => 'x'.repeat(200) });
    const { begun, work } = pending();
    const asking = [a, b].map(({ ask }) => watch(ask('find', 3, { work })));
    await turn();
    expect(begun).toHaveLength(1);
    begun[0]!.resolve('small');
    await clock.advance('1s');
    expect(asking.map(({ value }) => value)).toEqual(['small', 'small']);
  });
});

describe('an answer that is on its way', () => {
  it.each([
    ['is not kept when one of its tags is invalidated', 'b', 1],
    ['is kept when another tag is', 'c', 0],
  ])('%s', async (_name, tag, loaded) => {
    const { find, provider, loads } = bench({ ttl: '1m', tags: ['a', 'b'] });
    const { begun, work } = pending();
    const asking = watch(find(1, work));
    await turn();
    await provider.cache!.invalidate({ tags: [tag] });
    begun[0]!.resolve('answer');
    await turn();
    expect(asking.value).toBe('answer');
    await find(1);
    expect(loads()).toBe(loaded);
  });

  it('is not kept when its tags cannot be had, and that is reported', async () => {
    const tags = () => {
      throw new TypeError('no such field');
    };
    const { find, events, loads } = bench({ ttl: '1m', tags: tags as never });
    for (let i = 0; i < 2; i++) await find(1);
    expect(loads()).toBe(2);
    expect(events.ofType('callback.failed')).toMatchObject([{ detail: { callback: 'cache.tags' } }]);
    expect(events.ofType('cache.bypassed')).toMatchObject([{ detail: { reason: 'tags' } }]);
  });
});

describe('an answer that stands in for a failure', () => {
  it('is told of with its age', async () => {
    const { find, events, clock } = bench({ ttl: '1s', staleIfError: '1h' });
    await clock.advance('1m');
    await find(1);
    await clock.advance('5s');
    await find(1, fail(httpError(503)));
    expect(events.ofType('cache.stale')).toMatchObject([{ detail: { ageMs: 5000, calls: 1 } }]);
  });
});
