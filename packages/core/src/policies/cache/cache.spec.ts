import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Classify } from '../../outcome/reading/classifier.js';
import { readSettings } from '../../settings/read-settings.js';
import { httpError, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { policyContract } from '../../testing/policy-contract.js';
import { bench, fail, pending, ZEROS, type Work } from './cache.fixture.js';
import { cacheKind } from './cache.kind.js';

describe('cache', () => {
  let calls = 0;
  policyContract(cacheKind, { options: { ttl: '1m', key: () => calls++ } });
  policyContract(cacheKind, {
    options: { ttl: '1m' },
    except: { 'returns what the method returns': 'who asks the same again gets the answer that is there' },
  });

  describe('an answer', () => {
    it('is given again without a call until its time is over, and not a moment longer', async () => {
      const { find, clock, counters } = bench({ ttl: '30s' });
      expect(await find(1)).toBe('answer 1');
      await clock.advance(29_999);
      expect(await find(1)).toBe('answer 1');
      await clock.advance(1);
      expect(await find(1)).toBe('answer 2');
      expect(counters()).toEqual({
        kind: 'cache',
        operation: 'Catalog.find',
        entries: 1,
        bytes: 32,
        loading: 0,
        ...ZEROS,
        hits: 1,
        misses: 2,
      });
    });

    it('is counted from when it came, not from when it was asked for', async () => {
      const { find, clock, loads } = bench({ ttl: '30s' });
      const slow = watch(find(1, () => clock.sleep(20_000)));
      await clock.advance('20s');
      expect(slow.settled).toBe(true);
      await clock.advance(29_999);
      await find(1);
      expect(loads()).toBe(0);
      await clock.advance(1);
      await find(1);
      expect(loads()).toBe(1);
    });

    it.each([[undefined], [null], [0], [''], [false], [Number.NaN]])('may be %p', async (value) => {
      const { find, loads } = bench({ ttl: '30s' });
      expect(await find(1, () => value)).toBe(value);
      expect(await find(1)).toBe(value);
      expect(loads()).toBe(0);
    });

    it('is the same object for every caller', async () => {
      const { find } = bench({ ttl: '30s' });
      const answer = { items: [1] };
      expect(await find(1, () => answer)).toBe(answer);
      expect(await find(1)).toBe(answer);
    });

    it('belongs to its arguments', async () => {
      const { call, loads } = bench({ ttl: '30s' });
      expect(await call([1, { page: 1, size: 10 }])).toBe('answer 1');
      expect(await call([1, { page: 2, size: 10 }])).toBe('answer 2');
      expect(await call([1])).toBe('answer 3');
      expect(await call([])).toBe('answer 4');
      expect(await call([])).toBe('answer 4');
      expect(await call([1, { size: 10, page: 1 }])).toBe('answer 1');
      expect(loads()).toBe(4);
    });

    it('never crosses tenants', async () => {
      const { find, provider } = bench({ ttl: '30s', key: () => 'the same' });
      expect(await find(1, () => 'of a', { key: 'a' })).toBe('of a');
      expect(await find(1, () => 'of b', { key: 'b' })).toBe('of b');
      expect(await find(1, () => 'of nobody')).toBe('of nobody');
      expect(await find(1, () => 'never', { key: 'a' })).toBe('of a');
      const execute = (key: string, work: Work) => provider.execute(work, { args: [], key });
      expect(await execute('1', () => 'of 1')).toBe('of 1');
      expect(await execute('11', () => 'of 11')).toBe('of 11');
    });

    it('never crosses operations', async () => {
      const { provider } = bench({ ttl: '30s' });
      const execute = (operation: string, work: Work, key?: string) =>
        provider.execute(work, { args: [1], operation, ...(key !== undefined && { key }) });
      expect(await execute('find', () => 'found')).toBe('found');
      expect(await execute('search', () => 'searched')).toBe('searched');
      expect(await execute('search', () => 'never')).toBe('searched');
      expect(await execute('a', () => 'a with a key', '1:b')).toBe('a with a key');
      expect(await execute('a1:1:b', () => 'without')).toBe('without');
    });

    it('that means a failure is not kept, whether it was thrown or returned', async () => {
      const { find, loads } = bench({ ttl: '30s' });
      const failed = { status: 503, data: 'down', headers: {}, config: {} };
      expect(await find(1, () => failed)).toBe(failed);
      await expect(find(1, fail(httpError(404)))).rejects.toThrow('status 404');
      expect(await find(1)).toBe('answer 1');
      expect(loads()).toBe(1);
    });

    it('that was thrown is not kept although it means a success', async () => {
      const classify: Classify = ({ ok }) => (ok ? undefined : 'success');
      const { find, counters } = bench({ ttl: '30s', errors: { ttl: '10s' } }, { classify });
      const duplicate = httpError(409);
      expect(await outcomeOf(find(1, fail(duplicate)))).toEqual({ error: duplicate });
      expect(counters()['entries']).toBe(0);
      expect(await find(1)).toBe('answer 1');
    });

    it('is kept when its response says that all is well', async () => {
      const { find } = bench({ ttl: '30s' });
      const fine = { status: 200, data: 'up', headers: {}, config: {} };
      expect(await find(1, () => fine)).toBe(fine);
      expect(await find(1)).toBe(fine);
    });

    it('makes room for others when it was not used for the longest time', async () => {
      const { find, counters } = bench({ ttl: '30s', maxEntries: 2 });
      await find('a', () => 'a');
      await find('b', () => 'b');
      await find('a', () => 'never');
      await find('c', () => 'c');
      expect(await find('a', () => 'again')).toBe('a');
      expect(await find('b', () => 'again')).toBe('again');
      expect(counters()['entries']).toBe(2);
    });

    it('is not asked of the gates: an open circuit and a full bulkhead do not keep it back', async () => {
      const { find, provider } = bench({ ttl: '30s' }, { circuitBreaker: true });
      await find(1);
      provider.circuitBreaker!.isolate();
      expect(await find(1)).toBe('answer 1');
      await expect(find(2)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    });

    it('sets no timer and leaves no listener', async () => {
      const { find, clock } = bench({ ttl: '30s', staleWhileRevalidate: '1m', staleIfError: '1h' });
      const { signal } = new AbortController();
      for (let i = 0; i < 100; i++) {
        await find(i % 3, undefined, { signal });
        await clock.advance('20s');
      }
      expect(clock.pendingTimers()).toBe(0);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    });
  });

  describe('what tells calls apart', () => {
    it('can be a function of the arguments, called on the object whose method it is', async () => {
      const { call } = bench({
        ttl: '30s',
        key(this: { account: string }, request: { id: number }) {
          return `${this.account}/${request.id}`;
        },
      });
      const ask = (account: string, request: object) => call([request], undefined, { receiver: { account } });
      expect(await ask('x', { id: 1, trace: 'a' })).toBe('answer 1');
      expect(await ask('x', { id: 1, trace: 'b' })).toBe('answer 1');
      expect(await ask('y', { id: 1 })).toBe('answer 2');
      expect(await ask('x', { id: 2 })).toBe('answer 3');
    });

    it.each([[''], [0], ['id'], [7]])('can be %p', async (key) => {
      const { find, counters } = bench({ ttl: '30s', key: () => key });
      expect([await find(1), await find(2)]).toEqual(['answer 1', 'answer 1']);
      expect(counters()).toMatchObject({ uncached: 0, hits: 1 });
    });

    it.each([[undefined], [null], [Number.NaN], [Promise.resolve('id')], [{}]])(
      'leaves a call out of the cache when it is %p, and says so once',
      async (key) => {
        const { find, counters, events } = bench({ ttl: '30s', key: () => key as string });
        expect([await find(1), await find(1)]).toEqual(['answer 1', 'answer 2']);
        expect(counters()).toMatchObject({ ...ZEROS, uncached: 2, entries: 0 });
        const bypassed = ['cache.bypassed', 'Catalog.find', { reason: 'key' }];
        const failed = ['callback.failed', 'Catalog.find', expect.objectContaining({ callback: 'cache.key' })];
        // Only nothing says that the call is not to be cached.
        expect(events.all.map(({ type, operation, detail }) => [type, operation, detail])).toEqual(
          key === undefined || key === null ? [bypassed] : [failed, bypassed],
        );
      },
    );

    it('does not harm the call where it throws: that goes by the cache, and it is reported', async () => {
      const { find, loads, events } = bench({ ttl: '30s', key: ({ id }: { id: string }) => id });
      await find(undefined);
      await find(undefined);
      expect(loads()).toBe(2);
      expect(events.ofType('callback.failed').map(({ operation, detail }) => [operation, detail.callback])).toEqual([
        ['Catalog.find', 'cache.key'],
      ]);
    });

    it.each([['id'], [undefined]])('can abort the call while it is made (%p): then nothing is asked', async (key) => {
      const caller = new AbortController();
      const giveUp = () => {
        caller.abort('gone');
        return key;
      };
      const { find, loads } = bench({ ttl: '30s', key: giveUp });
      expect(await outcomeOf(find(1, undefined, { signal: caller.signal }))).toEqual({ error: 'gone' });
      expect(loads()).toBe(0);
    });

    it.each([
      ['a function', () => 1],
      ['an instance', new Map()],
    ])('is nothing for %s: the call goes by the cache, and says so once', async (_name, argument) => {
      const { find, counters, events } = bench({ ttl: '30s' });
      expect([await find(argument), await find(argument)]).toEqual(['answer 1', 'answer 2']);
      expect(counters()).toMatchObject({ ...ZEROS, uncached: 2, entries: 0 });
      expect(events.all.map(({ detail }) => detail)).toEqual([{ reason: 'arguments' }]);
    });

    it('is nothing for an execute that does not say what it is about', async () => {
      const { provider, events } = bench({ ttl: '30s' });
      let calls = 0;
      const ask = (options?: { args: readonly unknown[] }) => provider.execute(() => ++calls, options);
      expect([await ask(), await ask()]).toEqual([1, 2]);
      expect(events.all.map(({ type, detail }) => [type, detail])).toEqual([
        ['cache.bypassed', { reason: 'arguments' }],
      ]);
      expect([await ask({ args: [] }), await ask({ args: [] }), await ask({ args: [1] })]).toEqual([3, 3, 4]);
    });

    it('is not asked of a function for an execute that does not say what it is about', async () => {
      const { provider, events } = bench({ ttl: '30s', key: (id) => `user:${id}` });
      expect([await provider.execute(() => 'alice'), await provider.execute(() => 'bob')]).toEqual(['alice', 'bob']);
      expect(events.all.map(({ detail }) => detail)).toEqual([{ reason: 'arguments' }]);
    });

    it('is never what an operation with an idempotency key of its own is about', async () => {
      const { find, counters, events } = bench({ ttl: '30s' });
      const charge = (idempotencyKey: string) => find(1, undefined, { idempotencyKey });
      expect([await charge('one'), await charge('two')]).toEqual(['answer 1', 'answer 2']);
      expect(counters()).toMatchObject({ uncached: 2, entries: 0 });
      expect(events.all.map(({ detail }) => detail)).toEqual([{ reason: 'idempotencyKey' }]);
    });
  });

  describe('copies', () => {
    it('keep callers from changing what others get, the first of them included', async () => {
      const { find } = bench({ ttl: '30s', clone: true });
      const { begun, work } = pending();
      const asked = [find(1, work), find(1, work)] as Promise<{ items: number[] }>[];
      await turn();
      begun[0]!.resolve({ items: [1] });
      const answers = [...(await Promise.all(asked)), (await find(1)) as { items: number[] }];
      for (const answer of answers) {
        expect(answer).toEqual({ items: [1] });
        answer.items.push(2);
      }
      expect(await find(1)).toEqual({ items: [1] });
    });

    it('are made of stale answers, too', async () => {
      const { find, clock } = bench({ ttl: '30s', clone: true, staleIfError: '1h' });
      await find(1, () => ({ items: [1] }));
      for (let i = 0; i < 2; i++) {
        await clock.advance('1m');
        const answer = (await find(1, fail(httpError(503)))) as { items: number[] };
        expect(answer).toEqual({ items: [1] });
        answer.items.push(2);
      }
    });

    it('cannot be made of everything: then the result is not kept, and its caller gets it as it is', async () => {
      const { find, counters, events } = bench({ ttl: '30s', clone: true });
      const answer = { toText: () => 'text' };
      expect(await find(1, () => answer)).toBe(answer);
      expect(counters()).toMatchObject({ entries: 0, uncached: 1 });
      expect(events.all.map(({ detail }) => detail)).toEqual([{ reason: 'result' }]);
    });

    it('are not made of text, numbers and functions, nor of errors', async () => {
      const { find } = bench({ ttl: '30s', clone: true, errors: { ttl: '5s' } });
      const gone = httpError(404);
      expect(await find(1, () => 'text')).toBe('text');
      expect(await find(2, () => null)).toBeNull();
      const format = () => 'formatted';
      expect([await find(4, () => format), await find(4)]).toEqual([format, format]);
      expect(await outcomeOf(find(3, fail(gone)))).toEqual({ error: gone });
      expect(await outcomeOf(find(3))).toEqual({ error: gone });
    });
  });

  describe('what was written', () => {
    it('is asked for again once the answers are forgotten', async () => {
      const { find, provider, counters } = bench({ ttl: '30s' });
      await find(1);
      await find(2);
      expect(provider.invalidate()).toBe(2);
      expect(counters()['entries']).toBe(0);
      expect(await find(1)).toBe('answer 3');
      expect(provider.invalidate({})).toBe(1);
      expect(provider.invalidate()).toBe(0);
    });

    it.each([
      ['an operation', { operation: 'Catalog.find' }, ['1 of a', '2 of a', '1 of b', '1 of nobody']],
      ['arguments', { args: [1] }, ['1 of a', '1 of b', '1 of nobody', 'search 1']],
      ['a key', { key: 'a' }, ['1 of a', '2 of a']],
      ['all of these', { operation: 'Catalog.find', args: [1], key: 'b' }, ['1 of b']],
      ['another operation', { operation: 'other' }, []],
      ['arguments that nothing tells apart', { args: [() => 1] }, []],
    ])('is forgotten by %s', async (_name, which, forgotten) => {
      const { find, provider } = bench({ ttl: '30s' });
      const all: Record<string, (work: Work) => Promise<unknown>> = {
        '1 of a': (work) => find(1, work, { key: 'a' }),
        '2 of a': (work) => find(2, work, { key: 'a' }),
        '1 of b': (work) => find(1, work, { key: 'b' }),
        '1 of nobody': (work) => find(1, work),
        'search 1': (work) => provider.execute(work, { operation: 'search', args: [1] }),
      };
      for (const ask of Object.values(all)) await ask(() => 'old');
      expect(provider.invalidate(which)).toBe(forgotten.length);
      const anew: string[] = [];
      for (const [name, ask] of Object.entries(all)) if ((await ask(() => 'new')) === 'new') anew.push(name);
      expect(anew).toEqual(forgotten);
    });

    it('is forgotten by its arguments although another method’s function of them would throw', async () => {
      const { provider } = bench(
        { ttl: '30s' },
        { methods: { search: { cache: { ttl: '30s', key: (q: string) => q.trim() } } } },
      );
      const ask = (operation: string, arg: unknown, value: string) =>
        provider.execute(() => value, { operation, args: [arg] });
      await ask('search', 'text', 'found');
      await ask('find', 42, 'old');
      expect(provider.invalidate({ operation: 'find', args: [42] })).toBe(1);
      expect([await ask('find', 42, 'new'), await ask('search', ' text ', 'never')]).toEqual(['new', 'found']);
    });

    it('is forgotten with everything of its operation and caller when the function of the arguments needs the object', async () => {
      const { find, provider } = bench({
        ttl: '30s',
        key(this: { account: string }, id: number) {
          return `${this.account}/${id}`;
        },
      });
      const of = (account: string, key: string) => ({ receiver: { account }, key });
      for (const [id, options] of [
        [1, of('x', 'a')],
        [2, of('y', 'a')],
        [1, of('x', 'b')],
      ] as const) {
        await find(id, () => 'old', options);
      }
      expect(provider.invalidate({ operation: 'Catalog.find', args: [1], key: 'a' })).toBe(2);
      expect(await find(1, () => 'new', of('x', 'a'))).toBe('new');
      expect(await find(1, () => 'new', of('x', 'b'))).toBe('old');
    });

    it('is not hidden by an answer that was on its way: a caller that waits for it gets it, and no other', async () => {
      const { find, provider, counters } = bench({ ttl: '30s' });
      const { begun, work } = pending();
      const before = watch(find(1, work));
      const other = watch(find(2, work));
      await turn();
      expect(provider.invalidate({ args: [1] })).toBe(0);
      const after = watch(find(1, work));
      await turn();
      expect(begun).toHaveLength(3);
      begun[2]!.resolve('new');
      begun[1]!.resolve('other');
      begun[0]!.resolve('old');
      await turn();
      expect([before.value, after.value, other.value]).toEqual(['old', 'new', 'other']);
      expect(await find(1, work)).toBe('new');
      expect(counters()).toMatchObject({ entries: 2, loading: 0 });
    });

    it('is not dropped, nor is asking for it paused, by a failure of a call that was on its way', async () => {
      const { find, clock, provider } = bench({ ttl: '30s', staleIfError: '1h', staleWhileRevalidate: '1h' });
      const { begun, work } = pending();
      await find(1, () => 'old');
      await clock.advance('30s');
      await find(1, work);
      await find(2, () => 'two');
      await clock.advance('30s');
      await find(2, work);
      provider.invalidate();
      await find(1, () => 'new');
      await find(2, () => 'new');
      begun[0]!.reject(httpError(404));
      begun[1]!.reject(httpError(503, { 'retry-after': '600' }));
      await turn();
      expect(await find(1, work)).toBe('new');
      await clock.advance('30s');
      expect(await find(2, () => 'newer')).toBe('new');
      await turn();
      expect(await find(2, work)).toBe('newer');
    });

    it('by callers that aborted leaves the call alone that came after it', async () => {
      const { find, provider } = bench({ ttl: '30s' });
      const { begun, work } = pending();
      const caller = new AbortController();
      const before = watch(find(1, work, { signal: caller.signal }));
      await turn();
      provider.invalidate();
      const after = watch(find(1, work));
      await turn();
      caller.abort('left');
      const joined = watch(find(1, work));
      begun[1]!.resolve('new');
      await turn();
      expect([before.error, after.value, joined.value, begun.length]).toEqual(['left', 'new', 'new', 2]);
    });
  });

  describe('at run time', () => {
    it('new times hold for the answers that are there', async () => {
      const { find, clock, provider } = bench({ ttl: '30s' });
      await find(1);
      await clock.advance('20s');
      provider.reconfigure({ cache: { ttl: '20s' } });
      expect(await find(1)).toBe('answer 2');
      await clock.advance('25s');
      provider.reconfigure({ cache: { ttl: '1m' } });
      expect(await find(1)).toBe('answer 2');
    });

    it('a smaller number keeps those used last, a larger one keeps all', async () => {
      const { find, counters, provider } = bench({ ttl: '30s', maxEntries: 3 });
      for (const id of ['a', 'b', 'c']) await find(id, () => id);
      await find('a');
      provider.reconfigure({ cache: { maxEntries: 2 } });
      expect(counters()['entries']).toBe(2);
      expect([await find('a', () => 'new'), await find('c', () => 'new')]).toEqual(['a', 'c']);
      provider.reconfigure({ cache: { maxEntries: 10 } });
      expect([await find('a', () => 'new'), await find('c', () => 'new'), await find('b', () => 'new')]).toEqual([
        'a',
        'c',
        'new',
      ]);
      expect(counters()).toMatchObject({ entries: 3, hits: 5 });
    });

    it('another way to tell calls apart, and copies where there were none, begin with nothing', async () => {
      const { find, counters, provider } = bench({ ttl: '30s', key: () => 'all' });
      await find(1);
      provider.reconfigure({ cache: { ttl: '40s' } });
      expect(counters()['entries']).toBe(1);
      provider.reconfigure({ cache: { key: (id: number) => id } });
      expect(counters()['entries']).toBe(0);
      await find(1, () => ({ toText: () => 'text' }));
      expect(counters()['entries']).toBe(1);
      provider.reconfigure({ cache: { clone: true } });
      expect(counters()['entries']).toBe(0);
      await find(1);
      provider.reconfigure({ cache: { clone: false } });
      expect(counters()['entries']).toBe(1);
    });

    it('what is in flight goes on, and is kept by the new settings', async () => {
      const { find, clock, provider } = bench({ ttl: '30s' });
      const { begun, work } = pending();
      const asked = watch(find(1, work));
      await turn();
      provider.reconfigure({ cache: { ttl: '1m', errors: { ttl: '5s' } } });
      begun[0]!.resolve('the answer');
      await turn();
      await clock.advance('59s');
      expect([asked.value, await find(1, work)]).toEqual(['the answer', 'the answer']);
    });

    it('failures are kept no longer once that is not wanted any more', async () => {
      const { find, provider } = bench({ ttl: '30s', errors: { ttl: '5s' } });
      await outcomeOf(find(1, fail(httpError(404))));
      provider.reconfigure({ cache: { errors: false } });
      expect(await find(1)).toBe('answer 1');
    });
  });

  it('costs one reading of the clock when the answer is there', async () => {
    const { find, clock } = bench({ ttl: '30s', staleWhileRevalidate: '1m', earlyRefresh: true });
    await find(1);
    let readings = 0;
    const now = clock.now.bind(clock);
    clock.now = () => (readings++, now());
    await find(1);
    expect(readings).toBe(1);
  });

  it('gives results with parts that cannot be looked at to all who ask, as they are', async () => {
    const { find } = bench({ ttl: '1m' });
    const broken = {
      get name(): string {
        throw new Error('not loaded');
      },
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    const lazy = { rows: [proxy] };
    revoke();
    for (const [id, result] of [{ page: { rows: [broken] } }, { page: lazy }].entries()) {
      const { begun, work } = pending();
      const asked = [find(id, work), find(id, work)];
      await turn();
      begun[0]!.resolve(result);
      expect((await Promise.all(asked)).every((given) => given === result)).toBe(true);
    }
  });

  it('tells no argument, no key and no answer', async () => {
    const { find, clock, provider, events } = bench({ ttl: '30s', staleIfError: '1h', staleWhileRevalidate: '40s' });
    const caller = { key: 'a secret tenant' };
    await find('a secret id', () => 'a secret answer', caller);
    await clock.advance('1m');
    await find('a secret id', fail(httpError(503)), caller);
    await clock.advance('1m');
    await find('a secret id', fail(httpError(503)), caller);
    await find(() => 'a secret function', undefined, caller);
    expect(events.types).toEqual(['cache.refreshFailed', 'cache.stale', 'cache.bypassed']);
    expect(JSON.stringify([provider.snapshot(), events.all])).not.toContain('secret');
  });

  it('is passed by when the provider is not enabled', async () => {
    const { find, provider } = bench({ ttl: '30s' });
    await find(1);
    provider.reconfigure({ enabled: false });
    expect(await find(1)).toBe('answer 2');
  });

  describe('settings', () => {
    const faultsOf = (cache: object) =>
      (readSettings(cacheKind.schema, cache, 'cache').faults ?? []).map(({ path, message }) => `${path}: ${message}`);

    it.each([
      [{}, 'cache.ttl: nothing given; it is required'],
      [{ ttl: 0 }, 'cache.ttl: 0 given; expected a duration such as .* of at least 1 ms'],
      [{ ttl: 1, staleWhileRevalidate: -1 }, 'cache.staleWhileRevalidate: -1 given; expected a duration'],
      [{ ttl: 1, staleIfError: 'long' }, "cache.staleIfError: 'long' given; expected a duration"],
      [{ ttl: 1, earlyRefresh: 1 }, 'cache.earlyRefresh: 1 given; expected true, false or { beta }, .* { beta: 1 }'],
      [{ ttl: 1, errors: true }, 'cache.errors: true given; expected false or { ttl, kinds }'],
      [
        { ttl: 1, errors: { ttl: 1, kinds: ['success'] } },
        "cache.errors.kinds.0: 'success' given; expected one of 'permanent', 'unauthorized', 'contract'",
      ],
      [{ ttl: 1, errors: { ttl: 1, kinds: [] } }, 'cache.errors.kinds: a list given; expected at least one kind'],
      [
        { ttl: 1, errors: { ttl: 1, kinds: 'permanent' } },
        "cache.errors.kinds: 'permanent' given; expected a list of kinds",
      ],
      [{ ttl: 1, errors: { ttl: 'soon' } }, "cache.errors.ttl: 'soon' given; expected a duration"],
      [{ ttl: 1, earlyRefresh: { beta: -1 } }, 'cache.earlyRefresh.beta: -1 given; expected a number from 0 to 100'],
      [{ ttl: 1, key: 'id' }, "cache.key: 'id' given; expected a function of the arguments, for example"],
      [{ ttl: 1, clone: 'yes' }, "cache.clone: 'yes' given; expected true or false"],
      [{ ttl: 1, maxEntries: 0 }, 'cache.maxEntries: 0 given; expected a whole number from 1 to 1000000'],
      [
        { ttl: 1, max: 1 },
        'cache.max: unknown option; known are ttl, staleWhileRevalidate, staleIfError, earlyRefresh',
      ],
    ])('%j are refused: %s', (cache, message) => {
      expect(faultsOf(cache)).toEqual([expect.stringMatching(new RegExp(message))]);
    });

    it.each([
      { ttl: 1 },
      { ttl: '1m', staleWhileRevalidate: 0, staleIfError: 0, earlyRefresh: false, errors: false, maxEntries: 1 },
      {
        ttl: '1m',
        earlyRefresh: { beta: 100 },
        errors: { ttl: 1, kinds: ['unknown'] },
        clone: true,
        maxEntries: 1_000_000,
      },
    ])('%j are fine', (cache) => {
      expect(faultsOf(cache)).toEqual([]);
    });

    it('keep a thousand answers unless told otherwise', async () => {
      const { find, counters } = bench({ ttl: '30s' });
      for (let id = 0; id <= 1000; id++) await find(id);
      expect(counters()['entries']).toBe(1000);
    });
  });
});
