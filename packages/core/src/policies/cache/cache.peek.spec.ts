import { describe, expect, it } from '@jest/globals';
import { httpError, outcomeOf } from '../../testing/calls.fixture.js';
import { bench, fail } from './cache.fixture.js';

describe('a hit that makes no call', () => {
  it('is the fresh answer to a plain question, and is counted', async () => {
    const { find, peek, clock, counters } = bench({ ttl: '1m' });
    await find(1);
    await clock.advance(59_999);
    expect(await peek(1)).toBe('answer 1');
    expect(counters()).toMatchObject({ hits: 1, misses: 1 });
  });

  it('is none before there is an answer, for another question, or once it is no longer fresh', async () => {
    const { find, peek, clock, counters } = bench({ ttl: '1m', staleWhileRevalidate: '1h' });
    expect(peek(1)).toBeUndefined();
    await find(1);
    expect([peek(2), peek({ id: 1 }), peek(undefined)]).toEqual([undefined, undefined, undefined]);
    await clock.advance('1m');
    expect(peek(1)).toBeUndefined();
    expect(counters()).toMatchObject({ hits: 0 });
  });

  it('is none where a failure is kept', async () => {
    const { find, peek } = bench({ ttl: '1m', errors: { ttl: '1m', kinds: ['permanent'] } });
    await outcomeOf(find(1, fail(httpError(404))));
    expect(peek(1)).toBeUndefined();
  });

  it('is none where the answer may be due for an early refresh', async () => {
    const { find, peek } = bench({ ttl: '1m', earlyRefresh: true });
    await find(1);
    expect(peek(1)).toBeUndefined();
  });

  it('is the same object for all, or a copy for each where the settings say so', async () => {
    const own = () => ({ id: 1 });
    const same = bench({ ttl: '1m' });
    await same.find(1, own);
    expect(await same.peek(1)).toBe(await same.peek(1));
    const copied = bench({ ttl: '1m', clone: true });
    await copied.find(1, own);
    expect(await copied.peek(1)).toEqual({ id: 1 });
    expect(await copied.peek(1)).not.toBe(await copied.peek(1));
  });
});

describe('an answer that is stale', () => {
  it('is given for as long as the provider’s limit holds calls back, and its time is not over', async () => {
    const { find, clock, loads } = bench(
      { ttl: '1s', staleWhileLimited: '10s' },
      { rateLimit: { limit: 1, per: '1m' } },
    );
    await find(1);
    await clock.advance('1s');
    expect(await find(1)).toBe('answer 1');
    await clock.advance(9999);
    expect(await find(1)).toBe('answer 1');
    await clock.advance(1);
    expect(await outcomeOf(find(1))).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    expect(loads()).toBe(1);
  });

  it('stands in for a failure for its time only, though it may be given for longer for other reasons', async () => {
    const { find, clock } = bench({ ttl: '1s', staleIfError: '10s', staleWhileLimited: '1h' });
    await find(1);
    await clock.advance('5s');
    expect(await find(1, fail(httpError(503)))).toBe('answer 1');
    await clock.advance('6s');
    expect(await outcomeOf(find(1, fail(httpError(503))))).toHaveProperty('error');
  });
});
