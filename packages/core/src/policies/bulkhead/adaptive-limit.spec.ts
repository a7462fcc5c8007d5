import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { deferred } from '../../testing/deferred.js';
import { httpError, networkError, turn, watch } from '../../testing/calls.fixture.js';
import { recordEvents } from '../../testing/record-events.js';
import { policyContract } from '../../testing/policy-contract.js';
import { TestClock } from '../../testing/test-clock.js';
import { bulkheadKind } from './bulkhead.kind.js';
import type { BulkheadOptions } from './bulkhead.options.js';
import { snapshotOf } from '../../testing/snapshot-of.js';

/** Counts how often it is read. */
class CountingClock extends TestClock {
  readings = 0;

  override now(): number {
    this.readings++;
    return super.now();
  }
}

function bench(bulkhead: BulkheadOptions, more: ProviderOptions = {}) {
  const clock = new CountingClock();
  const provider = createProvider('payments', { bulkhead, ...more }, { clock });
  const started: string[] = [];
  const begin = (name: string, key?: string) => {
    const work = deferred<string>();
    const caller = new AbortController();
    const run = () => {
      started.push(name);
      return work.promise;
    };
    const asked = { signal: caller.signal, operation: 'charge', ...(key !== undefined && { key }) };
    const result = watch(provider.execute(run, asked));
    return {
      result,
      caller,
      end: () => (work.resolve(name), turn()),
      fail: (error: unknown) => (work.reject(error), turn()),
    };
  };
  const begun = async (...names: string[]) => {
    const calls = names.map((name) => begin(name));
    await turn();
    return calls;
  };
  const snapshot = () => snapshotOf(provider, 'bulkhead');
  return { clock, provider, started, begin, begun, snapshot };
}

describe('adaptive limit of a bulkhead', () => {
  for (const algorithm of ['aimd', 'gradient']) {
    policyContract(bulkheadKind, { options: { adaptive: { algorithm } } });
  }

  it('begins at the concurrency', () => {
    expect(bench({ concurrency: 7, adaptive: true }).snapshot()).toEqual({
      kind: 'bulkhead',
      keys: 0,
      concurrency: 7,
      limit: 7,
      active: 0,
      abandoned: 0,
      queued: 0,
      admitted: 0,
      refused: 0,
      adaptive: { algorithm: 'aimd', min: 1, max: 200, backoffs: 0 },
    });
  });

  it('is not there by default: nothing is measured, and the clock is not read', async () => {
    const { provider, clock, snapshot } = bench({ concurrency: 7 });
    await provider.execute(() => 'warm');
    const before = clock.readings;
    await provider.execute(() => 'value');
    expect(clock.readings).toBe(before);
    expect(snapshot()).toEqual({
      kind: 'bulkhead',
      keys: 0,
      concurrency: 7,
      limit: 7,
      active: 0,
      abandoned: 0,
      queued: 0,
      admitted: 2,
      refused: 0,
    });
  });

  it('admits at once those who wait when it rises', async () => {
    const { begun, started, snapshot, provider } = bench({ concurrency: 2, queue: 5, adaptive: true });
    const events = recordEvents(provider);
    const calls = await begun('a', 'b', 'c', 'd', 'e');
    await calls[0]!.end();
    expect(started).toEqual(['a', 'b', 'c']);
    await calls[1]!.end();
    expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(snapshot()).toMatchObject({ concurrency: 2, limit: 3, active: 3, queued: 0, admitted: 5 });
    expect(events.ofType('bulkhead.limitChanged')).toMatchObject([
      { operation: 'charge', detail: { limit: 3, before: 2 } },
    ]);
  });

  it('admits those that wait before it tells that it has risen: a listener does not overtake them', async () => {
    const { begin, begun, started, provider } = bench({ concurrency: 1, queue: 5, adaptive: true });
    const stop = provider.events.on(({ type }) => {
      if (type !== 'bulkhead.limitChanged') return;
      stop();
      begin('newcomer');
    });
    const calls = await begun('a', 'b', 'c', 'd');
    await calls[0]!.end();
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('has counted an aborted call before it tells that it has fallen', async () => {
    const { begun, provider, clock, snapshot } = bench(
      { concurrency: 10, adaptive: true },
      { timeout: { attempt: '1s' } },
    );
    const seen: unknown[] = [];
    provider.events.on(({ type }) => type === 'bulkhead.limitChanged' && seen.push(snapshot()));
    const [call] = await begun('a');
    await clock.advance('1s');
    expect(seen).toMatchObject([{ limit: 9, active: 1, abandoned: 1 }]);
    await call!.end();
  });

  it('cancels nothing in flight when it falls, and admits no call until there is room again', async () => {
    const { begun, started, snapshot, provider } = bench({ concurrency: 4, queue: 5, adaptive: true });
    const events = recordEvents(provider);
    const calls = await begun('a', 'b', 'c', 'd', 'e');
    await calls[0]!.fail(httpError(429));
    expect(snapshot()).toMatchObject({ limit: 3, active: 3, queued: 1, adaptive: { backoffs: 1 } });
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    await calls[1]!.end();
    expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
    await calls[2]!.end();
    expect(calls.slice(1, 3).map(({ result }) => result.value)).toEqual(['b', 'c']);
    expect(events.ofType('bulkhead.limitChanged')).toMatchObject([{ detail: { limit: 3, before: 4 } }]);
  });

  it.each([
    ['throttled', httpError(429)],
    ['overloaded', httpError(503)],
    ['overloaded, and told to come back', httpError(503, { 'retry-after': '1' })],
    ['throttled by another status', httpError(403, { 'retry-after': '1' })],
  ])('falls when work was %s', async (_name, error) => {
    const { begun, snapshot } = bench({ concurrency: 10, adaptive: true });
    const [call] = await begun('a');
    await call!.fail(error);
    expect(snapshot()).toMatchObject({ limit: 9 });
  });

  it.each([
    ['refused', httpError(402)],
    ['conflicting', httpError(409, { 'retry-after': '1' })],
    ['broken', httpError(500)],
    ['not reached', networkError('ECONNREFUSED')],
    ['not understood', new Error('no idea')],
    ['slow and broken', httpError(500)],
  ])('neither falls nor rises when work was %s', async (_name, error) => {
    const { begun, snapshot, clock } = bench({ concurrency: 1, adaptive: true });
    for (let i = 0; i < 3; i++) {
      const [call] = await begun('a');
      await clock.advance('6s');
      await call!.fail(error);
    }
    expect(snapshot()).toMatchObject({ limit: 1, active: 0, adaptive: { backoffs: 0 } });
  });

  it('is not told of an overload that the user’s own word on it denies', async () => {
    const { begun, snapshot } = bench({ concurrency: 10, adaptive: true }, { classify: () => 'permanent' });
    const [call] = await begun('a');
    await call!.fail(httpError(503));
    expect(snapshot()).toMatchObject({ limit: 10, adaptive: { backoffs: 0 } });
  });

  it('falls when an attempt has timed out, at once, though its work keeps the slot', async () => {
    const { begun, snapshot, clock } = bench({ concurrency: 10, adaptive: true }, { timeout: { attempt: '1s' } });
    const [call, other] = await begun('a', 'b');
    await clock.advance('1s');
    expect(call!.result.error).toMatchObject({ code: 'TIMEOUT' });
    expect(snapshot()).toMatchObject({ limit: 9, active: 2, abandoned: 2, adaptive: { backoffs: 1 } });
    await call!.end();
    await other!.end();
    expect(snapshot()).toMatchObject({ limit: 9, active: 0, abandoned: 0, adaptive: { backoffs: 1 } });
  });

  it('falls when work that obeys its signal has timed out', async () => {
    const { provider, snapshot, clock } = bench({ concurrency: 10, adaptive: true }, { timeout: { attempt: '1s' } });
    const result = watch(provider.execute(({ signal }) => clock.sleep(5000, signal)));
    await clock.advance('1s');
    expect(result.error).toMatchObject({ code: 'TIMEOUT' });
    expect(snapshot()).toMatchObject({ limit: 9, active: 0, abandoned: 0 });
  });

  it('does not fall by a total timeout: the time may have gone in waiting', async () => {
    const { begun, snapshot, clock } = bench({ concurrency: 10, adaptive: true }, { timeout: { total: '1s' } });
    const [call] = await begun('a');
    await clock.advance('1s');
    expect(call!.result.error).toMatchObject({ code: 'TIMEOUT', scope: 'total' });
    expect(snapshot()).toMatchObject({ limit: 10, abandoned: 1, adaptive: { backoffs: 0 } });
  });

  it('learns nothing from a call that its caller aborted, whatever the reason', async () => {
    const { begun, snapshot } = bench({ concurrency: 1, adaptive: true });
    for (const reason of ['left', new Error('left'), { code: 'TIMEOUT', scope: 'attempt' }]) {
      const [call] = await begun('a');
      call!.caller.abort(reason);
      await turn();
      await call!.end();
    }
    expect(snapshot()).toMatchObject({ limit: 1, active: 0, adaptive: { backoffs: 0 } });
  });

  it('learns nothing from the timeout of something else, in which the call was made', async () => {
    const { provider, clock, snapshot } = bench({ concurrency: 10, adaptive: true });
    const outer = createProvider('checkout', { timeout: { attempt: '1s' } }, { clock });
    const result = watch(outer.execute(() => provider.execute(({ signal }) => clock.sleep(5000, signal))));
    await clock.advance('1s');
    expect(result.error).toMatchObject({ code: 'TIMEOUT', scope: 'attempt', provider: 'checkout' });
    expect(snapshot()).toMatchObject({ limit: 10, active: 0, adaptive: { backoffs: 0 } });
  });

  it('times the work, not the wait for a slot', async () => {
    const adaptive = { slowerThan: '1s' } as const;
    const { begun, snapshot, clock } = bench({ concurrency: 1, queue: 1, adaptive });
    const [first, second] = await begun('first', 'second');
    await clock.advance('1s');
    await first!.end();
    expect(snapshot()).toMatchObject({ limit: 2 });
    await clock.advance('1s');
    await second!.end();
    expect(snapshot()).toMatchObject({ adaptive: { backoffs: 0 } });
    const [third] = await begun('third');
    await clock.advance(1001);
    await third!.end();
    expect(snapshot()).toMatchObject({ limit: 1, adaptive: { backoffs: 1 } });
  });

  it('counts what is in flight when a call is admitted, not when it ends', async () => {
    const { begun, snapshot } = bench({ concurrency: 4, adaptive: true });
    const calls = await begun('a', 'b', 'c', 'd');
    for (const call of calls) await call.end();
    // The first found one in four in use, the others half of it or more.
    expect(snapshot()).toMatchObject({ limit: 4 });
    const [fifth, sixth] = await begun('e', 'f');
    await fifth!.end();
    expect(snapshot()).toMatchObject({ limit: 4 });
    await sixth!.end();
    expect(snapshot()).toMatchObject({ limit: 5 });
  });

  it('is each key’s own', async () => {
    const { begin, snapshot, provider } = bench({ concurrency: 2, adaptive: true });
    const events = recordEvents(provider);
    const call = begin('a', 'tenant');
    await turn();
    await call.fail(httpError(429));
    expect(snapshot()).toMatchObject({ limit: 2, keys: 1, adaptive: { backoffs: 0 } });
    expect(events.ofType('bulkhead.limitChanged')).toMatchObject([{ detail: { limit: 1, before: 2, keyed: true } }]);
    const running = begin('b', 'tenant');
    const refused = begin('c', 'tenant');
    await turn();
    expect(refused.result.error).toMatchObject({ code: 'BULKHEAD_FULL' });
    await running.end();
  });

  describe('reconfigured', () => {
    it('keeps what it has learned, within new bounds', async () => {
      const { begun, provider, snapshot } = bench({ concurrency: 10, adaptive: true });
      await (await begun('a'))[0]!.fail(httpError(429));
      provider.reconfigure({ retry: { attempts: 2 } });
      expect(snapshot()).toMatchObject({ limit: 9, adaptive: { backoffs: 1 } });
      provider.reconfigure({ bulkhead: { concurrency: 3, adaptive: { max: 5 } } });
      expect(snapshot()).toMatchObject({ concurrency: 3, limit: 5, adaptive: { backoffs: 1, max: 5 } });
    });

    it('tells that new bounds have changed it', async () => {
      const { provider } = bench({ concurrency: 50, adaptive: true });
      const events = recordEvents(provider);
      provider.reconfigure({ bulkhead: { concurrency: 5, adaptive: { max: 5 } } });
      provider.reconfigure({ bulkhead: { concurrency: 4 } });
      expect(events.ofType('bulkhead.limitChanged')).toMatchObject([{ detail: { limit: 5, before: 50 } }]);
    });

    it('goes on from the limit that there was with another algorithm', async () => {
      const { begun, provider, snapshot } = bench({ concurrency: 10, adaptive: { algorithm: 'aimd' } });
      await (await begun('a'))[0]!.fail(httpError(429));
      provider.reconfigure({ bulkhead: { adaptive: { algorithm: 'gradient' } } });
      expect(snapshot()).toMatchObject({ limit: 9, adaptive: { algorithm: 'gradient', backoffs: 0 } });
    });

    it('is switched off and on: the limit is the concurrency, and nothing is heard of earlier calls', async () => {
      const { begun, provider, snapshot, started } = bench({ concurrency: 2, queue: 5, adaptive: true });
      const calls = await begun('a', 'b', 'c', 'd');
      provider.reconfigure({ bulkhead: { adaptive: false, concurrency: 3 } });
      await turn();
      expect(started).toEqual(['a', 'b', 'c']);
      await calls[0]!.fail(httpError(429));
      expect(snapshot()).toMatchObject({ limit: 3, active: 3 });
      provider.reconfigure({ bulkhead: { adaptive: true } });
      await calls[1]!.fail(httpError(429));
      await calls[2]!.fail(httpError(429));
      expect(snapshot()).toMatchObject({ limit: 3, adaptive: { backoffs: 0 } });
    });

    it('admits those who wait when its lowest rises', async () => {
      const { begun, provider, started } = bench({ concurrency: 2, queue: 5, adaptive: true });
      await begun('a', 'b', 'c', 'd');
      provider.reconfigure({ bulkhead: { concurrency: 4, adaptive: { min: 3 } } });
      await turn();
      expect(started).toEqual(['a', 'b', 'c']);
    });
  });
});
