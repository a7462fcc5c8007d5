import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../engine/call.js';
import { currentCall } from '../../engine/current-call.js';
import { createProvider } from '../../provider/create-provider.js';
import { httpError, turn, watch } from '../../testing/calls.fixture.js';
import { deferred } from '../../testing/deferred.js';
import { bench, microtasks, pending, ZEROS } from './cache.fixture.js';

describe('cache', () => {
  describe('callers who ask the same at once', () => {
    it('wait for one call, and all have its answer', async () => {
      const { find, counters } = bench({ ttl: '30s' });
      const { begun, work } = pending();
      const asked = Array.from({ length: 10 }, () => watch(find(1, work)));
      const other = watch(find(2, work));
      await turn();
      expect(begun).toHaveLength(2);
      expect(counters()['loading']).toBe(2);
      begun[0]!.resolve('the answer');
      await turn();
      expect(asked.map(({ value }) => value)).toEqual(Array.from({ length: 10 }, () => 'the answer'));
      expect(other.settled).toBe(false);
      expect(counters()).toMatchObject({ ...ZEROS, misses: 2, coalesced: 9, entries: 1, loading: 1 });
    });

    it('all have its error, and the next to come asks anew', async () => {
      const { find, counters } = bench({ ttl: '30s' });
      const { begun, work } = pending();
      const asked = [watch(find(1, work)), watch(find(1, work))];
      const down = httpError(503);
      await turn();
      begun[0]!.reject(down);
      await turn();
      expect(asked.map(({ error }) => error)).toEqual([down, down]);
      expect(await find(1)).toBe('answer 1');
      expect(counters()).toMatchObject({ misses: 2, coalesced: 1, hits: 0, entries: 1, loading: 0 });
    });

    it('use one permit of each gate', async () => {
      const { find } = bench({ ttl: '30s' }, { bulkhead: { concurrency: 1, queue: 0 } });
      const { begun, work } = pending();
      const asked = [watch(find(1, work)), watch(find(1, work))];
      await turn();
      begun[0]!.resolve('the answer');
      await turn();
      expect(asked.map(({ value }) => value)).toEqual(['the answer', 'the answer']);
    });

    it('can abort one by one, each in the same turn and with its own reason, and harm no other', async () => {
      const { find } = bench({ ttl: '30s' });
      const { begun, work } = pending();
      const callers = [new AbortController(), new AbortController(), new AbortController()];
      const asked = callers.map(({ signal }) => watch(find(1, work, { signal })));
      await turn();
      callers[0]!.abort('the first left');
      await microtasks();
      expect(asked.map(({ error }) => error)).toEqual(['the first left', undefined, undefined]);
      expect(begun[0]!.call.signal.aborted).toBe(false);
      callers[1]!.abort('the second left');
      begun[0]!.resolve('the answer');
      await turn();
      expect(asked.map(({ error, value }) => error ?? value)).toEqual([
        'the first left',
        'the second left',
        'the answer',
      ]);
      expect(begun).toHaveLength(1);
      for (const { signal } of callers) expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    });

    it('abort the call when the last of them has aborted, as one caller would', async () => {
      const { find, counters } = bench({ ttl: '30s' });
      const { begun, work } = pending();
      const callers = [new AbortController(), new AbortController()];
      const asked = callers.map(({ signal }) => watch(find(1, work, { signal })));
      await turn();
      const { signal } = begun[0]!.call;
      callers[1]!.abort('the second left');
      expect(signal.aborted).toBe(false);
      callers[0]!.abort('the first left');
      expect([signal.aborted, signal.reason]).toEqual([true, 'the first left']);
      const anew = watch(find(1, work));
      await turn();
      expect(asked.map(({ error }) => error)).toEqual(['the first left', 'the second left']);
      expect(begun).toHaveLength(2);
      begun[0]!.resolve('too late');
      await turn();
      expect([anew.settled, counters()['entries']]).toEqual([false, 0]);
      begun[1]!.resolve('the answer');
      await turn();
      expect(anew.value).toBe('the answer');
    });

    it('leave nothing to the circuit when all have aborted', async () => {
      const { find, provider } = bench({ ttl: '30s' }, { circuitBreaker: { window: { consecutive: 1 } } });
      const caller = new AbortController();
      const asked = watch(find(1, () => deferred().promise, { signal: caller.signal }));
      await turn();
      caller.abort('left');
      await turn();
      expect([asked.error, provider.circuitBreaker!.state]).toEqual(['left', 'closed']);
    });

    it('are not told to wait by a caller that is gone already', async () => {
      const { find } = bench({ ttl: '30s' });
      const { begun, work } = pending();
      const asked = watch(find(1, work));
      const late = watch(find(1, work, { signal: AbortSignal.abort('before') }));
      await turn();
      expect([late.error, begun[0]!.call.signal.aborted, asked.settled]).toEqual(['before', false, false]);
    });

    it('share neither the deadline of the first nor the call in whose method it was made', async () => {
      const { find, clock, provider } = bench({ ttl: '30s' });
      const outer = createProvider('shop', { timeout: { total: '1s' } }, { clock });
      let seen: Call | undefined;
      const work = async (call: Call) => {
        seen = call;
        await clock.sleep(2000, call.signal);
        return [currentCall()?.operation, currentCall()?.deadline];
      };
      const first = watch(outer.execute(() => find(1, work)));
      const second = watch(provider.execute(() => find(1, work), { operation: 'patient' }));
      await clock.advance('1s');
      expect(first.error).toMatchObject({ code: 'TIMEOUT', scope: 'total', provider: 'shop' });
      expect([seen!.signal.aborted, seen!.deadline]).toEqual([false, Infinity]);
      await clock.advance('1s');
      expect(second.value).toEqual(['Catalog.find', Infinity]);
    });

    it('are ended together by the time limit of the call that they wait for', async () => {
      const { find, clock } = bench({ ttl: '30s' }, { timeout: { total: '5s' } });
      const first = watch(find(1, () => deferred().promise));
      await clock.advance('4s');
      const second = watch(find(1));
      await clock.advance('1s');
      expect(first.error).toMatchObject({ code: 'TIMEOUT' });
      expect(second.error).toBe(first.error);
    });

    it('keep one call going through its retries', async () => {
      const { find, clock } = bench(
        { ttl: '30s' },
        { retry: { attempts: 3, backoff: { initial: 100, jitter: 'none' } } },
      );
      const errors = [httpError(503), httpError(503)];
      let calls = 0;
      const work = () => (++calls <= 2 ? Promise.reject(errors[calls - 1]) : 'third');
      const asked = [watch(find(1, work)), watch(find(1, work))];
      await clock.advance(300);
      expect([asked.map(({ value }) => value), calls]).toEqual([['third', 'third'], 3]);
    });
  });

  describe('a result that can be read only once', () => {
    it('is not kept', async () => {
      const { find, counters, events } = bench({ ttl: '30s' });
      const texts: string[] = [];
      for (const body of ['first', 'second']) {
        texts.push(await ((await find(1, () => new Response(body))) as Response).text());
      }
      expect(texts).toEqual(['first', 'second']);
      expect(counters()).toMatchObject({ misses: 2, uncached: 2, entries: 0 });
      expect(events.all.map(({ type, operation, detail }) => [type, operation, detail])).toEqual([
        ['cache.bypassed', 'Catalog.find', { reason: 'result' }],
      ]);
    });

    it.each([[200], [503]])(
      '(a %p) goes to one of those who asked at once; the others have their own',
      async (status) => {
        const { find, clock, counters } = bench({ ttl: '30s' });
        let made = 0;
        const work = async () => {
          await clock.sleep(10);
          return new Response(String(++made), { status });
        };
        const asked = [find(1, work), find(1, work), find(1, work)].map((found) => watch(found));
        await clock.advance(10);
        expect(asked.map(({ settled }) => settled)).toEqual([true, false, false]);
        await clock.advance(10);
        const texts = await Promise.all(asked.map(({ value }) => (value as Response).text()));
        expect(texts).toEqual(['1', '2', '3']);
        expect(counters()).toMatchObject({ ...ZEROS, misses: 3, uncached: 3 });
      },
    );

    it('goes to the next one when the first has left', async () => {
      const { find } = bench({ ttl: '30s' });
      const { begun, work } = pending();
      const caller = new AbortController();
      const first = watch(find(1, work, { signal: caller.signal }));
      const second = watch(find(1, work));
      await turn();
      caller.abort('left');
      const response = new Response('body');
      begun[0]!.resolve(response);
      await turn();
      expect([first.error, second.value]).toEqual(['left', response]);
      expect(begun).toHaveLength(1);
    });

    it('is timed anew for those who call after they have waited', async () => {
      const { find, clock } = bench({ ttl: '30s' }, { timeout: { attempt: '5s' } });
      const work = async () => {
        await clock.sleep(4000);
        return new Response();
      };
      const asked = [watch(find(1, work)), watch(find(1, work))];
      await clock.advance('8s');
      expect(asked.map(({ error }) => error)).toEqual([undefined, undefined]);
      expect(asked.map(({ settled }) => settled)).toEqual([true, true]);
    });
  });
});
