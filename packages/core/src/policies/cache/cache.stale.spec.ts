import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import { httpError, networkError, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { deferred } from '../../testing/deferred.js';
import { bench, fail, pending, ZEROS } from './cache.fixture.js';
import type { CacheOptions } from './cache.options.js';

describe('cache', () => {
  describe('while a stale answer is good enough', () => {
    const STALE: CacheOptions = { ttl: '30s', staleWhileRevalidate: '1m' };

    it('every caller is given it at once, and one call in the background fetches a new one', async () => {
      const { find, clock, counters, events } = bench(STALE);
      const { begun, work } = pending();
      await find(1, () => 'old');
      await clock.advance('30s');
      expect(await Promise.all([find(1, work), find(1, work), find(1, work)])).toEqual(['old', 'old', 'old']);
      expect(begun).toHaveLength(1);
      expect(counters()).toMatchObject({ ...ZEROS, misses: 1, stale: 3, refreshes: 1, loading: 1 });
      begun[0]!.resolve('new');
      await turn();
      expect(await find(1, work)).toBe('new');
      expect(counters()).toMatchObject({
        ...ZEROS,
        misses: 1,
        stale: 3,
        refreshes: 1,
        hits: 1,
        loading: 0,
        entries: 1,
      });
      expect(events.all).toEqual([]);
    });

    it('every caller is given it to the last moment of that time, and no longer', async () => {
      const { find, clock } = bench(STALE);
      await find(1, () => 'old');
      await clock.advance(89_999);
      expect(await find(1, fail(httpError(503)))).toBe('old');
      await clock.advance(1);
      expect(await find(1, () => 'new')).toBe('new');
    });

    it('the new one is awaited by those who come when the time of the old is over', async () => {
      const { find, clock, counters } = bench(STALE);
      const { begun, work } = pending();
      await find(1, () => 'old');
      await clock.advance('89s');
      expect(await find(1, work)).toBe('old');
      await clock.advance('1s');
      const caller = new AbortController();
      const asked = [watch(find(1, work)), watch(find(1, work, { signal: caller.signal }))];
      caller.abort('left');
      begun[0]!.resolve('new');
      await turn();
      expect([asked[0]!.value, asked[1]!.error, begun.length]).toEqual(['new', 'left', 1]);
      expect(counters()).toMatchObject({ misses: 1, coalesced: 1, refreshes: 1 });
    });

    it('the call in the background belongs to no caller: it goes on when all have left, and knows no deadline', async () => {
      const { find, clock } = bench(STALE);
      const { begun, work } = pending();
      const outer = createProvider('shop', { timeout: { total: '1s' } }, { clock });
      await find(1, () => 'old');
      await clock.advance('30s');
      const caller = new AbortController();
      expect(await outer.execute(() => find(1, work), { signal: caller.signal })).toBe('old');
      const joined = new AbortController();
      await clock.advance('1m');
      const last = watch(find(1, work, { signal: joined.signal }));
      await turn();
      caller.abort('left');
      joined.abort('left, too');
      await turn();
      const { signal, deadline } = begun[0]!.call;
      expect([last.error, signal.aborted, deadline]).toEqual(['left, too', false, Infinity]);
      begun[0]!.resolve('new');
      await turn();
      expect(await find(1, work)).toBe('new');
      expect(begun).toHaveLength(1);
    });

    it('a failure in the background keeps it, is told, rejects nowhere, and is not tried again for a second', async () => {
      const { find, clock, counters, events } = bench(STALE);
      let calls = 0;
      const work = () => (calls++, Promise.reject(networkError('ECONNREFUSED')));
      await find(1, () => 'old');
      await clock.advance('30s');
      expect(await find(1, work)).toBe('old');
      await turn();
      expect(events.all.map(({ type, operation, detail }) => [type, operation, detail])).toEqual([
        ['cache.refreshFailed', 'Catalog.find', { outcome: 'not-sent' }],
      ]);
      await clock.advance(999);
      expect([await find(1, work), calls]).toEqual(['old', 1]);
      await clock.advance(1);
      expect([await find(1, work), calls]).toEqual(['old', 2]);
      await turn();
      expect(counters()).toMatchObject({ stale: 3, refreshes: 2, refreshesFailed: 2, entries: 1 });
    });

    it('the provider is left alone for as long as it asks for', async () => {
      const { find, clock } = bench(STALE);
      await find(1, () => 'old');
      await clock.advance('30s');
      await find(1, fail(httpError(429, { 'retry-after': '20' })));
      await turn();
      let calls = 0;
      const work = () => ++calls;
      await clock.advance(19_999);
      await find(1, work);
      expect(calls).toBe(0);
      await clock.advance(1);
      await find(1, work);
      expect(calls).toBe(1);
    });

    it('the provider’s own no has it dropped', async () => {
      const { find, clock, counters } = bench(STALE);
      await find(1, () => 'old');
      await clock.advance('30s');
      expect(await find(1, fail(httpError(404)))).toBe('old');
      await turn();
      expect(counters()).toMatchObject({ entries: 0, refreshesFailed: 1 });
      expect(await find(1, () => 'new')).toBe('new');
    });

    it('callers who wait for the call in the background have its failure', async () => {
      const { find, clock } = bench(STALE);
      const { begun, work } = pending();
      await find(1, () => 'old');
      await clock.advance('89s');
      await find(1, work);
      await clock.advance('1s');
      const asked = watch(find(1, work));
      const down = httpError(503);
      begun[0]!.reject(down);
      await turn();
      expect(asked.error).toBe(down);
    });
  });

  describe('in place of a failure', () => {
    const STALE: CacheOptions = { ttl: '30s', staleIfError: '1h' };

    it.each([
      ['an answer of 503', httpError(503)],
      ['an answer of 429', httpError(429)],
      ['a lost connection', networkError('ECONNRESET')],
      ['a refused connection', networkError('ECONNREFUSED')],
    ])('(%s) a stale answer is given, and listeners are told', async (_name, error) => {
      const { find, clock, counters, events } = bench(STALE);
      await find(1, () => 'old');
      await clock.advance('1m');
      expect(await Promise.all([find(1, fail(error)), find(1, fail(error))])).toEqual(['old', 'old']);
      expect(counters()).toMatchObject({ ...ZEROS, misses: 2, coalesced: 1, stale: 2, entries: 1 });
      expect(events.all).toMatchObject([
        { type: 'cache.stale', operation: 'Catalog.find', detail: { ageMs: 60_000, calls: 2 } },
      ]);
    });

    it('that was returned rather than thrown a stale answer is given, too', async () => {
      const { find, clock, events } = bench(STALE);
      await find(1, () => 'old');
      await clock.advance('1m');
      expect(await find(1, () => ({ status: 503, data: 'down', headers: {}, config: {} }))).toBe('old');
      expect(events.all[0]!.detail).toEqual({ outcome: 'unknown', ageMs: 60_000, calls: 1 });
    });

    it('by the engine, such as an open circuit, a stale answer is given', async () => {
      const { find, clock, provider, events } = bench(STALE, { circuitBreaker: true });
      await find(1, () => 'old');
      await clock.advance('1m');
      provider.circuitBreaker!.isolate();
      expect(await find(1)).toBe('old');
      expect(events.ofType('cache.stale')[0]!.detail).toEqual({ outcome: 'refused', ageMs: 60_000, calls: 1 });
    });

    it('by a time limit a stale answer is given', async () => {
      const { find, clock } = bench(STALE, { timeout: { total: '5s' } });
      await find(1, () => 'old');
      await clock.advance('1m');
      const asked = watch(find(1, () => deferred().promise));
      await clock.advance('5s');
      expect(asked.value).toBe('old');
    });

    it('an answer is given to the last moment of that time, and no longer', async () => {
      const { find, clock } = bench(STALE);
      const down = httpError(503);
      await find(1, () => 'old');
      await clock.advance(3_629_999);
      expect(await find(1, fail(down))).toBe('old');
      await clock.advance(1);
      expect(await outcomeOf(find(1, fail(down)))).toEqual({ error: down });
    });

    it('an answer is given by its age when the failure comes, not when the call began', async () => {
      const { find, clock, counters } = bench(STALE);
      await find(1, () => 'old');
      await clock.advance('1h');
      const { begun, work } = pending();
      const asked = watch(find(1, work));
      await clock.advance('30s');
      const down = httpError(503);
      begun[0]!.reject(down);
      await turn();
      expect(asked.error).toBe(down);
      expect(counters()).toMatchObject({ entries: 0, stale: 0 });
    });

    it.each([
      ['a 404', 404],
      ['a 401', 401],
      ['a 403', 403],
    ])(
      'that is the provider’s own no (%s) no answer is given: it surfaces, and the old one is dropped',
      async (_name, status) => {
        const { find, clock, counters, events } = bench(STALE);
        const no = httpError(status);
        await find(1, () => 'old');
        await clock.advance('1m');
        expect(await outcomeOf(find(1, fail(no)))).toEqual({ error: no });
        const down = httpError(503);
        expect(await outcomeOf(find(1, fail(down)))).toEqual({ error: down });
        expect(counters()).toMatchObject({ entries: 0, stale: 0, misses: 3 });
        expect(events.all).toEqual([]);
      },
    );

    it('answers come at once for a second: a provider that is down is not asked by every caller', async () => {
      const { find, clock, counters } = bench(STALE);
      let calls = 0;
      const work = () => (calls++, Promise.reject(httpError(503)));
      await find(1, () => 'old');
      await clock.advance('1m');
      await find(1, work);
      await clock.advance(999);
      expect([await find(1, work), calls]).toEqual(['old', 1]);
      await clock.advance(1);
      expect([await find(1, work), calls]).toEqual(['old', 2]);
      expect(counters()).toMatchObject({ misses: 3, stale: 3, refreshes: 0 });
    });

    it('answers come at once for as long as the provider asks to be left alone, but not past their own time', async () => {
      const { find, clock } = bench({ ttl: '30s', staleIfError: '1m' });
      let calls = 0;
      const work = () => (calls++, Promise.reject(httpError(429, { 'retry-after': '3600' })));
      await find(1, () => 'old');
      await clock.advance('30s');
      expect(await find(1, work)).toBe('old');
      await clock.advance(59_999);
      expect([await find(1, work), calls]).toEqual(['old', 1]);
      await clock.advance(1);
      expect(await outcomeOf(find(1, work))).toMatchObject({ error: { message: 'status 429' } });
      expect(calls).toBe(2);
    });

    it('an answer that is good enough while a new one is fetched need not be good enough', async () => {
      const { find, clock } = bench({ ttl: '30s', staleWhileRevalidate: '10s', staleIfError: '1m' });
      const { begun, work } = pending();
      await find(1, () => 'old');
      await clock.advance('45s');
      const asked = watch(find(1, work));
      await turn();
      expect([begun.length, asked.settled]).toEqual([1, false]);
      begun[0]!.reject(httpError(503));
      await turn();
      expect(asked.value).toBe('old');
    });

    it('of a call in the background an answer is given to those who wait for it', async () => {
      const { find, clock, counters, events } = bench({ ttl: '30s', staleWhileRevalidate: '10s', staleIfError: '1m' });
      const { begun, work } = pending();
      await find(1, () => 'old');
      await clock.advance('35s');
      await find(1, work);
      await clock.advance('10s');
      const asked = watch(find(1, work));
      begun[0]!.reject(httpError(503));
      await turn();
      expect(asked.value).toBe('old');
      expect(events.all.map(({ type, detail }) => [type, detail])).toEqual([
        ['cache.stale', { outcome: 'unknown', ageMs: 45_000, calls: 1 }],
        ['cache.refreshFailed', { outcome: 'unknown' }],
      ]);
      expect(counters()).toMatchObject({ stale: 2, refreshes: 1, refreshesFailed: 1 });
    });

    it('nothing is given to a caller that aborted', async () => {
      const { find, clock, counters } = bench(STALE);
      await find(1, () => 'old');
      await clock.advance('1m');
      const caller = new AbortController();
      const asked = watch(find(1, () => deferred().promise, { signal: caller.signal }));
      await turn();
      caller.abort('left');
      await turn();
      expect([asked.error, counters()['stale']]).toEqual(['left', 0]);
      expect(await find(1, () => 'new')).toBe('new');
    });

    it('nothing is given where no stale answer is wanted', async () => {
      const { find, clock } = bench({ ttl: '30s' });
      const down = httpError(503);
      await find(1, () => 'old');
      await clock.advance('30s');
      expect(await outcomeOf(find(1, fail(down)))).toEqual({ error: down });
    });
  });

  describe('an early refresh', () => {
    const LATE_CHANCE = 1 - 1 / Math.E;

    /** An answer that took two seconds to come. */
    async function loaded(cache: Partial<CacheOptions>, random: () => number) {
      const made = bench({ ttl: '30s', ...cache }, { random });
      const { clock, find } = made;
      const slow = watch(find(1, () => clock.sleep(2000)));
      await clock.advance('2s');
      expect(slow.settled).toBe(true);
      return made;
    }

    it('comes before the end by what the last fetch took, when chance wants it so', async () => {
      const { find, clock, counters } = await loaded({ earlyRefresh: true }, () => LATE_CHANCE);
      await clock.advance(27_999);
      await find(1);
      expect(counters()).toMatchObject({ hits: 1, refreshes: 0 });
      await clock.advance(1);
      expect(await find(1)).toBeUndefined();
      await turn();
      expect(counters()).toMatchObject({ hits: 2, refreshes: 1, stale: 0 });
      expect(await find(1)).toBe('answer 1');
    });

    it('comes the earlier the greater its beta', async () => {
      const { find, clock, counters } = await loaded({ earlyRefresh: { beta: 5 } }, () => LATE_CHANCE);
      await clock.advance(19_999);
      await find(1);
      expect(counters()).toMatchObject({ refreshes: 0 });
      await clock.advance(1);
      await find(1);
      expect(counters()).toMatchObject({ refreshes: 1 });
    });

    it('has a beta of 1 unless another is given', async () => {
      const { find, clock, counters } = await loaded({ earlyRefresh: {} }, () => LATE_CHANCE);
      await clock.advance(27_999);
      await find(1);
      expect(counters()).toMatchObject({ refreshes: 0 });
      await clock.advance(1);
      await find(1);
      expect(counters()).toMatchObject({ refreshes: 1 });
    });

    it('is not asked for by default: then nothing is left to chance', async () => {
      for (const earlyRefresh of [undefined, false]) {
        const random = () => {
          throw new Error('nobody asks');
        };
        const { find, clock, counters } = await loaded({ ...(earlyRefresh !== undefined && { earlyRefresh }) }, random);
        await clock.advance(29_999);
        await find(1);
        expect(counters()).toMatchObject({ hits: 1, refreshes: 0 });
      }
    });

    it('that fails leaves the answer as it is, and is not tried again for a second', async () => {
      const { find, clock, counters } = await loaded({ earlyRefresh: true }, () => LATE_CHANCE);
      await clock.advance('28s');
      await find(1, fail(httpError(503)));
      await turn();
      await find(1);
      expect(counters()).toMatchObject({ hits: 2, refreshes: 1, refreshesFailed: 1, entries: 1 });
      await clock.advance('1s');
      await find(1);
      expect(counters()).toMatchObject({ hits: 3, refreshes: 2 });
    });
  });

  describe('a failure', () => {
    it('that would come again is kept for a while where that is wanted', async () => {
      const { find, clock, counters } = bench({ ttl: '30s', errors: { ttl: '5s' } });
      const gone = httpError(404);
      expect(await outcomeOf(find(1, fail(gone)))).toEqual({ error: gone });
      await clock.advance(4999);
      expect(await outcomeOf(find(1))).toEqual({ error: gone });
      expect(counters()).toMatchObject({ ...ZEROS, hits: 1, misses: 1, entries: 1 });
      await clock.advance(1);
      expect(await find(1)).toBe('answer 1');
    });

    it('that was returned is kept as well', async () => {
      const { find, clock } = bench({ ttl: '30s', errors: { ttl: '5s' } });
      const gone = { status: 404, data: 'gone', headers: {}, config: {} };
      expect(await find(1, () => gone)).toBe(gone);
      await clock.advance(4999);
      expect(await find(1)).toBe(gone);
      await clock.advance(1);
      expect(await find(1)).toBe('answer 1');
    });

    it.each([
      [undefined, 404, true],
      [undefined, 401, false],
      [undefined, 503, false],
      [['unauthorized', 'unknown'] as const, 401, true],
      [['unauthorized', 'unknown'] as const, 503, true],
      [['unauthorized', 'unknown'] as const, 404, false],
    ])('(kinds %j) of status %p is kept: %p', async (kinds, status, kept) => {
      const { find, counters } = bench({ ttl: '30s', errors: { ttl: '5s', ...(kinds && { kinds }) } });
      await outcomeOf(find(1, fail(httpError(status))));
      await outcomeOf(find(1, fail(httpError(status))));
      expect(counters()).toMatchObject(kept ? { hits: 1, misses: 1, entries: 1 } : { hits: 0, misses: 2, entries: 0 });
    });

    it('that is kept is never given stale, and never refreshed before its end', async () => {
      const { find, clock, counters } = bench(
        {
          ttl: '1s',
          staleWhileRevalidate: '1h',
          staleIfError: '1h',
          errors: { ttl: '5s' },
          earlyRefresh: { beta: 100 },
        },
        { random: () => 0.999 },
      );
      const slow = watch(find(1, () => clock.sleep(1000).then(() => Promise.reject(httpError(404)))));
      await clock.advance('1s');
      expect(slow.error).toMatchObject({ message: 'status 404' });
      await outcomeOf(find(1));
      expect(counters()).toMatchObject({ hits: 1, refreshes: 0 });
      await clock.advance('5s');
      const down = httpError(503);
      expect(await outcomeOf(find(1, fail(down)))).toEqual({ error: down });
      expect(counters()).toMatchObject({ stale: 0, refreshes: 0 });
    });

    it('takes the place of an answer that the provider takes back', async () => {
      const { find, clock, counters } = bench({ ttl: '30s', staleWhileRevalidate: '1m', errors: { ttl: '5s' } });
      await find(1, () => 'old');
      await clock.advance('30s');
      expect(await find(1, fail(httpError(404)))).toBe('old');
      await turn();
      await expect(find(1)).rejects.toThrow('status 404');
      expect(counters()).toMatchObject({ hits: 1, entries: 1 });
    });

    it('does not take the place of an answer that a caller may still get', async () => {
      const errors = { ttl: '5s', kinds: ['unknown'] } as const;
      const { find, clock } = bench({ ttl: '30s', staleWhileRevalidate: '1m', errors });
      await find(1, () => 'old');
      await clock.advance('30s');
      await find(1, fail(httpError(503)));
      await turn();
      expect(await find(1)).toBe('old');
      const other = bench({ ttl: '30s', staleIfError: '1m', errors });
      await other.find(1, () => 'old');
      await other.clock.advance('30s');
      expect(await other.find(1, fail(httpError(503)))).toBe('old');
      await other.clock.advance('1s');
      expect(await other.find(1, () => 'new')).toBe('new');
    });
  });
});

describe('while the rate limit would hold a call back', () => {
  const limited = { rateLimit: { limit: 2, per: '10s', burst: 2, wait: '1m' } } as const;

  it('a stale answer is given at once, and one call in the background waits for a new one', async () => {
    const { find, clock, counters } = bench({ ttl: '1s', staleWhileLimited: '1m' }, limited);
    await find(1, () => 'old');
    await find(2, () => 'other');
    await clock.advance('2s');
    const { begun, work } = pending();
    expect([await find(1, work), await find(1, work)]).toEqual(['old', 'old']);
    expect(begun).toHaveLength(0);
    expect(counters()).toMatchObject({ stale: 2, refreshes: 1, loading: 1 });
    await clock.advance('10s');
    expect(begun).toHaveLength(1);
    begun[0]!.resolve('new');
    await turn();
    expect(await find(1, work)).toBe('new');
  });

  it('none is given where calls pass, nor past that time', async () => {
    const { find, clock } = bench({ ttl: '1s', staleWhileLimited: '5s' }, limited);
    await find(1, () => 'old');
    await clock.advance('2s');
    expect(await find(1, () => 'new')).toBe('new');
    await clock.advance('11s');
    await find(2);
    await find(3);
    const late = watch(find(1, () => 'newest'));
    await turn();
    expect(late.settled).toBe(false);
    await clock.advance('20s');
    expect(late.value).toBe('newest');
  });

  it('holds for the limit of the call’s own key, and asks it without taking anything', async () => {
    const { find, clock, provider } = bench({ ttl: '1s', staleWhileLimited: '1m' }, limited);
    await find(1, () => 'a', { key: 'a' });
    await find(1, () => 'b', { key: 'b' });
    await find(2, () => 'a', { key: 'a' });
    await clock.advance('2s');
    expect(await find(1, () => 'new a', { key: 'a' })).toBe('a');
    expect(await find(1, () => 'new b', { key: 'b' })).toBe('new b');
    expect(provider.snapshot().policies.some(({ kind }) => kind === 'rateLimit')).toBe(true);
  });
});
