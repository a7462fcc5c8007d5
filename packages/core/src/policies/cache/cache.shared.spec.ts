import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import type { Bus } from '../../store/bus.js';
import { MemoryStore } from '../../store/memory-store.js';
import type { Store } from '../../store/store.js';
import { httpError, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import { pending, type Work } from './cache.fixture.js';
import type { CacheOptions } from './cache.options.js';

/** Hosts of one application over one store. */
function fleet(
  cache: Partial<CacheOptions> = {},
  { hasBus = true, http }: { hasBus?: boolean } & ProviderOptions = {},
) {
  const clock = new TestClock();
  const store = new MemoryStore({ clock });
  if (!hasBus) Object.defineProperty(store, 'bus', { value: undefined });
  let loads = 0;
  const count: Work = () => `answer ${++loads}`;
  const host = (more: Partial<CacheOptions> = {}, own = store) => {
    const options = { cache: { ttl: '1m', shared: true, ...cache, ...more }, ...(http && { http }) } as ProviderOptions;
    const provider = createProvider('catalog', options, { clock, store: own, random: () => 0.5 });
    const find = (id: unknown, work: Work = count, more: { key?: string; signal?: AbortSignal } = {}) =>
      provider.execute(work, { operation: 'find', args: [id], ...more });
    const counters = () => provider.snapshot().policies.find(({ kind }) => kind === 'cache');
    return { provider, find, counters, events: recordEvents(provider) };
  };
  return { clock, store, host, a: host(), b: host(), loads: () => loads };
}

/** The same store, with parts of its own. */
function storeWith(store: MemoryStore, parts: { readonly bus?: Bus; get?: Store['get'] }): MemoryStore {
  return new Proxy(store, {
    get: (_, name: keyof MemoryStore) => {
      const standing = (parts as Partial<Record<string, unknown>>)[name] ?? store[name];
      return typeof standing === 'function' ? (standing as () => unknown).bind(store) : standing;
    },
  });
}

describe('a cache that hosts share', () => {
  it('asks the provider once for all hosts, and each gives the answer from its memory after that', async () => {
    const { a, b, loads, store } = fleet();
    expect([await a.find(1), await b.find(1), await b.find(1)]).toEqual(['answer 1', 'answer 1', 'answer 1']);
    expect(loads()).toBe(1);
    expect(a.counters()).toMatchObject({ misses: 1, fromStore: 0 });
    expect(b.counters()).toMatchObject({ misses: 0, fromStore: 1, hits: 1, entries: 1 });
    let reads = 0;
    const get = store.get.bind(store);
    store.get = (key) => {
      reads++;
      return get(key);
    };
    await b.find(1);
    expect(reads).toBe(0);
  });

  it('makes one call of 1000 that ask at once on two hosts', async () => {
    const { clock, a, b } = fleet();
    const { begun, work } = pending();
    const callers = Array.from({ length: 1000 }, (_, i) => watch((i % 2 === 0 ? a : b).find(1, work)));
    await clock.advance(150);
    begun[0]!.resolve('answer');
    await clock.advance('1s');
    expect(begun).toHaveLength(1);
    expect(callers.every(({ value }) => value === 'answer')).toBe(true);
  });

  it.each([undefined, null, 0, '', false, { at: new Date(5), n: 10n, none: undefined }, [1, [2]], Number.NaN])(
    'gives %p as it is',
    async (value) => {
      const { a, b } = fleet();
      await a.find(1, () => value);
      expect(await b.find(1, () => 'another')).toEqual(value);
      expect(await b.find(1, () => 'another')).toEqual(value);
    },
  );

  it('counts the age of an answer from when it came, on whatever host', async () => {
    const { clock, a, b } = fleet();
    await a.find(1);
    await clock.advance('40s');
    expect(await b.find(1)).toBe('answer 1');
    await clock.advance('19s');
    expect(await b.find(1)).toBe('answer 1');
    await clock.advance('1s');
    expect(await b.find(1)).toBe('answer 2');
  });

  it('keeps an answer that is no plain data in its process, tells it once, and hosts do not wait for each other', async () => {
    class Money {
      constructor(readonly cents: number) {}
      get euros() {
        return this.cents / 100;
      }
    }
    const { a, b } = fleet();
    const [one, other] = [await a.find(1, () => new Money(1)), await b.find(1, () => new Money(2))];
    expect([one, other]).toEqual([new Money(1), new Money(2)]);
    expect(await a.find(1)).toBe(one);
    await a.find(2, () => new Money(3));
    expect(a.events.ofType('cache.notShared').map(({ detail }) => detail)).toEqual([{ reason: 'value' }]);
  });

  it('keeps an answer that is too long in its process', async () => {
    const { a, b } = fleet({ shared: { maxEntryLength: 100 } });
    await a.find(1, () => 'x'.repeat(200));
    expect(await b.find(1, () => 'own')).toBe('own');
    expect(a.events.ofType('cache.notShared')[0]!.detail).toEqual({ reason: 'size' });
  });

  it('does not share failures: the next host asks for itself', async () => {
    const { a, b } = fleet({ errors: { ttl: '1m' } });
    await outcomeOf(a.find(1, () => Promise.reject(httpError(404))));
    expect(await b.find(1)).toBe('answer 1');
  });

  describe('invalidated on one host', () => {
    it.each<[string, object]>([
      ['altogether', {}],
      ['by operation', { operation: 'find' }],
      ['by arguments', { operation: 'find', args: [1] }],
      ['by arguments of whatever operation', { args: [1] }],
      ['by tenant', { key: 'acme' }],
      ['by tag', { tags: ['product:1'] }],
    ])('%s, is asked for anew by all, with a bus or without one where nothing is in memory', async (_, which) => {
      const tags = (_result: unknown, id: unknown) => [`product:${String(id)}`];
      for (const hasBus of [true, false]) {
        const { a, b, host, loads } = fleet({ tags: tags as never }, { hasBus });
        const ask = (of: typeof a) => of.find(1, undefined, { key: 'acme' });
        await ask(a);
        await ask(b);
        expect(await a.provider.cache.invalidate(which)).toBe(1);
        await turn();
        expect(await ask(hasBus ? b : host())).toBe('answer 2');
        expect(await ask(a)).toBe('answer 2');
        expect(loads()).toBe(2);
      }
    });

    it('leaves other answers', async () => {
      const { a, b, loads } = fleet();
      await a.find(1);
      await a.find(2);
      await b.find(1);
      await a.provider.cache.invalidate({ operation: 'find', args: [2] });
      await turn();
      expect(await b.find(1)).toBe('answer 1');
      expect(await a.find(1)).toBe('answer 1');
      expect(loads()).toBe(2);
    });

    it('is not read again by that host, even when it does not wait for the others to be told', async () => {
      const { a } = fleet();
      await a.find(1);
      expect(a.provider.invalidate()).toBe(1);
      expect(await a.find(1)).toBe('answer 2');
    });

    it('by a host that has no such method', async () => {
      const { a, b } = fleet();
      await a.find(1);
      expect(await b.provider.cache.invalidate({ operation: 'find' })).toBe(0);
      await turn();
      expect(await a.find(1)).toBe('answer 2');
    });

    it('is given for no longer than localTtl by a host that the message does not reach', async () => {
      const { clock, a, b } = fleet({ shared: { localTtl: '5s' } }, { hasBus: false });
      await a.find(1);
      await b.find(1);
      await a.provider.cache.invalidate();
      await clock.advance(4999);
      expect(await b.find(1)).toBe('answer 1');
      await clock.advance(1);
      expect(await b.find(1)).toBe('answer 2');
    });

    it('while the store is away, is told as soon as it is back, and nothing is read before that', async () => {
      const { clock, store, a, b } = fleet();
      await a.find(1);
      const put = store.put.bind(store);
      store.put = () => Promise.reject(new Error('no route'));
      await expect(a.provider.cache.invalidate()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(await a.find(1)).toBe('answer 2');
      store.put = put;
      await clock.advance('1s');
      await a.find(3);
      await turn();
      expect(await b.find(1)).not.toBe('answer 1');
    });
  });

  it('that was invalidated while it was asked for is given to those who wait, and read by none', async () => {
    const { a, b } = fleet();
    const { begun, work } = pending();
    const early = watch(a.find(1, work));
    await turn();
    await b.provider.cache.invalidate({ operation: 'find', args: [1] });
    begun[0]!.resolve('old');
    await turn();
    expect(early.value).toBe('old');
    expect(await a.find(1)).toBe('answer 1');
    expect(await b.find(1)).toBe('answer 1');
  });

  it('has a host that dies while it asks replaced after its lease', async () => {
    const { clock, store, host, b } = fleet();
    const never = () => new Promise<never>(() => undefined);
    let isDead = false;
    const dying = new Proxy(store, {
      get: (of, name) => {
        const part: unknown = Reflect.get(of, name, of);
        if (typeof part !== 'function') return part;
        return isDead ? never : part.bind(of);
      },
    });
    const { begun, work } = pending();
    watch(host({}, dying).find(1, work));
    await turn();
    isDead = true;
    const other = watch(b.find(1, work));
    await clock.advance(4999);
    expect([begun.length, other.settled]).toEqual([1, false]);
    await clock.advance('1s');
    expect(begun).toHaveLength(2);
    begun[1]!.resolve('from b');
    await turn();
    expect(other.value).toBe('from b');
  });

  it('waits no longer for another host than it is told to', async () => {
    const { clock, a, b } = fleet({ shared: { wait: '2s' } });
    const { work } = pending();
    watch(a.find(1, work));
    await turn();
    const other = watch(b.find(1));
    await clock.advance(1999);
    expect(other.settled).toBe(false);
    await clock.advance(1);
    expect(other.value).toBe('answer 1');
  });

  it('frees callers that leave while another host asks', async () => {
    const { clock, a, b } = fleet();
    const { begun, work } = pending();
    watch(a.find(1, work));
    await turn();
    const caller = new AbortController();
    const other = watch(b.find(1, work, { signal: caller.signal }));
    await clock.advance(500);
    caller.abort('left');
    await turn();
    expect(other.error).toBe('left');
    expect(b.counters()).toMatchObject({ loading: 0 });
    await clock.advance('1m');
    expect(begun).toHaveLength(1);
  });

  it('refreshes a stale answer once for all hosts', async () => {
    const { clock, a, b } = fleet({ staleWhileRevalidate: '1m' });
    await a.find(1);
    await b.find(1);
    await clock.advance('61s');
    const { begun, work } = pending();
    expect([await a.find(1, work), await b.find(1, work)]).toEqual(['answer 1', 'answer 1']);
    await clock.advance(200);
    expect(begun).toHaveLength(1);
    begun[0]!.resolve('new');
    await clock.advance('1s');
    expect([await a.find(1, work), await b.find(1, work)]).toEqual(['new', 'new']);
    expect(begun).toHaveLength(1);
  });

  it('gives a stale answer of another host at once, and one in place of a failure', async () => {
    const { clock, a, b, host } = fleet({ staleWhileRevalidate: '10s', staleIfError: '5m' });
    await a.find(1);
    await clock.advance('65s');
    const { begun, work } = pending();
    expect(await b.find(1, work)).toBe('answer 1');
    await turn();
    expect(begun).toHaveLength(1);
    begun[0]!.reject(httpError(503));
    await clock.advance('1m');
    expect(await host().find(1, () => Promise.reject(httpError(503)))).toBe('answer 1');
  });

  it('refreshes early although its own answer stands in the store', async () => {
    const { clock, host } = fleet();
    const early = host({ earlyRefresh: { beta: 50 } });
    const { begun, work } = pending();
    const first = early.find(1, work);
    await turn();
    await clock.advance('1s');
    begun[0]!.resolve('old');
    await first;
    await clock.advance('30s');
    expect(await early.find(1, work)).toBe('old');
    await turn();
    expect(begun).toHaveLength(2);
    begun[1]!.resolve('new');
    await turn();
    expect(await early.find(1, work)).toBe('new');
  });

  it('crosses neither tenants nor credentials', async () => {
    let secret = 'one';
    const http = { baseUrl: 'https://catalog.test', auth: { bearer: () => secret } };
    const { a, b, store } = fleet({}, { http });
    await a.find(1, undefined, { key: 'acme' });
    expect(await b.find(1, undefined, { key: 'other' })).toBe('answer 2');
    expect(await b.find(1)).toBe('answer 3');
    secret = 'two';
    expect(await b.find(1)).toBe('answer 4');
    expect(await a.find(1)).toBe('answer 4');
    expect(
      JSON.stringify([...(store as unknown as { entries: { byKey: Map<string, unknown> } }).entries.byKey.keys()]),
    ).not.toMatch(/acme|one|two/);
  });

  it('goes on by itself while the store is away, and gives what it has', async () => {
    const { clock, store, a, b } = fleet({ shared: { localTtl: '1s' } });
    await a.find(1);
    const away = () => Promise.reject(new Error('no route'));
    Object.assign(store, { get: away, put: away, delete: away });
    await clock.advance('2s');
    expect(await a.find(1)).toBe('answer 1');
    expect(await b.find(1)).toBe('answer 2');
    expect(await b.find(2)).toBe('answer 3');
    expect(b.events.ofType('cache.apart')).toHaveLength(1);
    for (const { provider } of [a, b]) provider.close();
    await turn();
    expect(clock.pendingTimers('referenced')).toBe(0);
  });

  it('hears what others forget once it can, where it could not subscribe at first, and forgets what it may have missed', async () => {
    const { clock, store, host, a } = fleet();
    let isAway = true;
    const subscribe: typeof store.bus.subscribe = (...given) =>
      isAway ? Promise.reject(new Error('no route')) : store.bus.subscribe(...given);
    const bus: Bus = { publish: store.bus.publish.bind(store.bus), subscribe, close: () => Promise.resolve() };
    const late = host({}, storeWith(store, { bus }));
    await late.find(1);
    await late.find(2);
    await a.provider.cache.invalidate({ operation: 'find', args: [1] });
    isAway = false;
    await clock.advance('1s');
    await late.find(3);
    await turn();
    expect(await late.find(1)).toBe('answer 4');
    await a.provider.cache.invalidate({ operation: 'find', args: [2] });
    await turn();
    expect(await late.find(2)).toBe('answer 5');
  });

  it('keeps nothing that is invalidated while the store is asked for it', async () => {
    const { clock, store, host, a } = fleet({ staleIfError: '1h' });
    await a.find(1);
    await clock.advance('2m');
    let release = (): void => undefined;
    let released = Promise.resolve();
    const get: typeof store.get = async (key) => {
      const entry = await store.get(key);
      await released;
      return entry;
    };
    const parts = { get };
    const b = host({}, storeWith(store, parts));
    released = new Promise((resolve) => (release = resolve));
    const fails = () => Promise.reject(httpError(503));
    const asked = watch(b.find(1, fails));
    await turn();
    await b.provider.cache.invalidate({ operation: 'find' });
    release();
    await turn();
    expect(asked.error).toEqual(httpError(503));
    parts.get = () => Promise.reject(new Error('no route'));
    await expect(b.find(1, fails)).rejects.toEqual(httpError(503));
  });

  it.each(['5', '{}', 'null', '{"value":1}', '{"value":1,"by":"x","tookMs":"y"}', '[', ''])(
    'asks the provider where the store holds what is no answer: %s',
    async (text) => {
      const { store, a, b } = fleet();
      const put = store.put.bind(store);
      store.put = (key, value, options) =>
        put(key, key.includes(':answer:') ? value.slice(0, value.indexOf('\n') + 1) + text : value, options);
      await a.find(1);
      expect(await b.find(1)).toBe('answer 2');
    },
  );

  it('shares from one moment to the next, and no longer', async () => {
    const { a, b } = fleet({ shared: false });
    await a.find(1);
    expect(await b.find(1)).toBe('answer 2');
    for (const { provider } of [a, b]) provider.reconfigure({ cache: { shared: true } });
    await a.find(2);
    expect(await b.find(2)).toBe('answer 3');
    b.provider.reconfigure({ cache: { shared: false } });
    await a.provider.cache.invalidate();
    await turn();
    expect(await b.find(2)).toBe('answer 3');
  });
});
