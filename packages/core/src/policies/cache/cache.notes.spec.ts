import { describe, expect, it } from '@jest/globals';
import type { NotedLifetime } from '../../engine/answer-notes.js';
import type { LiveCall } from '../../engine/live-call.js';
import { httpError, outcomeOf, watch } from '../../testing/calls.fixture.js';
import { bench, fail, pending, type Work } from './cache.fixture.js';

/** Work whose requests carry the credential of a user. */
const forOne: Work = (call) => {
  const notes = (call as LiveCall).nesting?.notes;
  if (notes !== undefined) notes.foreignCredential = true;
  return 'for one';
};

/** Work whose responses name this lifetime. */
function living(lifetime: Partial<NotedLifetime> | 'none', answer = 'answer'): Work {
  const none = { staleWhileRevalidateMs: undefined, staleIfErrorMs: undefined };
  return (call) => {
    (call as LiveCall).nesting!.notes!.lifetime =
      lifetime === 'none' ? lifetime : { freshForMs: 0, mayBeStale: true, ...none, ...lifetime };
    return answer;
  };
}

describe('the answer to a request with a credential that is not the provider’s', () => {
  it('is for its caller only: it is not kept, and the loss is told once', async () => {
    const { find, events, counters, loads } = bench({ ttl: '1m' });
    expect(await find(1, forOne)).toBe('for one');
    expect(await find(1, forOne)).toBe('for one');
    expect(await find(1)).toBe('answer 1');
    expect(loads()).toBe(1);
    expect(events.ofType('cache.bypassed')).toMatchObject([{ detail: { reason: 'credential' } }]);
    expect(counters()).toMatchObject({ uncached: 2, entries: 1 });
  });

  it('goes to the caller who asked, and the others who wait ask for themselves', async () => {
    const { find, clock } = bench({ ttl: '1m' });
    const { begun, work } = pending();
    const noted: Work = (call) => (forOne(call), work(call));
    const callers = [watch(find(1, noted)), watch(find(1, noted))];
    await clock.advance(1);
    begun[0]!.resolve('the first one’s');
    await clock.advance(1);
    expect(callers.map(({ value }) => value)).toEqual(['the first one’s', undefined]);
    begun[1]!.resolve('the second one’s');
    await clock.advance(1);
    expect(callers[1]!.value).toBe('the second one’s');
  });

  it.each([
    ['all see the same', { varyOnCredential: false }],
    ['`vary` tells users apart', { vary: () => 'user' }],
    ['`key` tells questions apart', { key: () => 'question' }],
    ['lifetimes are heeded and `key` tells questions apart', { key: () => 'question', honorCacheControl: true }],
    ['lifetimes are heeded and `vary` tells users apart', { vary: () => 'user', honorCacheControl: true }],
  ])('is kept where %s', async (_name, options) => {
    const { find, loads } = bench({ ttl: '1m', ...options });
    await find(1, forOne);
    expect([await find(1), loads()]).toEqual(['for one', 0]);
  });
});

describe('an answer whose response names its lifetime', () => {
  const HEED = { ttl: '1m', honorCacheControl: true } as const;

  it('is kept for as long, and for the usual time where that is not heeded', async () => {
    const { find, clock } = bench(HEED);
    await find(1, living({ freshForMs: 5000 }));
    await clock.advance(4999);
    expect(await find(1)).toBe('answer');
    await clock.advance(1);
    expect(await find(1)).toBe('answer 1');
    await clock.advance('59s');
    expect(await find(1)).toBe('answer 1');
  });

  it('is not kept where that is forbidden, and takes the one before with it', async () => {
    const { find, events, clock } = bench({ ...HEED, staleIfError: '1h' });
    await find(1, living({ freshForMs: 1000, staleIfErrorMs: 1000 }));
    await clock.advance('1s');
    expect(await find(1, living('none', 'forbidden'))).toBe('forbidden');
    expect(events.ofType('cache.bypassed')).toMatchObject([{ detail: { reason: 'no-store' } }]);
    expect(await find(1)).toBe('answer 1');
  });

  it('stands in for failures for as long as it says', async () => {
    const { find, clock } = bench({ ...HEED, staleIfError: '1h' });
    await find(1, living({ freshForMs: 1000, staleIfErrorMs: 2000 }));
    await clock.advance(2999);
    expect(await find(1, fail(httpError(503)))).toBe('answer');
    await clock.advance(1);
    expect(await outcomeOf(find(1, fail(httpError(503))))).toHaveProperty('error');
  });

  it('is kept as the settings say once they heed it no longer', async () => {
    const { find, clock, provider } = bench(HEED);
    await find(1, living({ freshForMs: 5000 }));
    provider.reconfigure({ cache: { ...HEED, honorCacheControl: false } });
    await clock.advance('59s');
    expect(await find(1)).toBe('answer');
    await clock.advance('1s');
    expect(await find(1)).toBe('answer 1');
  });
});
