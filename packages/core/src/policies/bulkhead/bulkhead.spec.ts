import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { deferred } from '../../testing/deferred.js';
import { outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { policyContract } from '../../testing/policy-contract.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import { isBulkheadFullError } from './bulkhead-full.error.js';
import { bulkheadKind } from './bulkhead.kind.js';
import type { BulkheadOptions } from './bulkhead.options.js';
import { snapshotOf } from '../../testing/snapshot-of.js';

function bench(bulkhead: BulkheadOptions, more: ProviderOptions = {}) {
  const clock = new TestClock();
  const provider = createProvider('payments', { bulkhead, ...more }, { clock });
  const started: string[] = [];
  let running = 0;
  let most = 0;
  /** Begins a call that ends when the test says so. */
  const begin = (name: string) => {
    const work = deferred<string>();
    const caller = new AbortController();
    const run = async () => {
      started.push(name);
      most = Math.max(most, ++running);
      try {
        return await work.promise;
      } finally {
        running--;
      }
    };
    const result = watch(provider.execute(run, { signal: caller.signal }));
    return { result, caller, end: () => (work.resolve(name), turn()), work };
  };
  const snapshot = () => snapshotOf(provider, 'bulkhead');
  return { clock, provider, started, begin, snapshot, most: () => most };
}

describe('bulkhead', () => {
  policyContract(bulkheadKind);

  it('lets so many run at once and refuses the next, which says who refused', async () => {
    const { begin, started, provider } = bench({ concurrency: 2 });
    const events = recordEvents(provider);
    const calls = [begin('a'), begin('b'), begin('c')];
    await turn();
    expect(started).toEqual(['a', 'b']);
    expect(isBulkheadFullError(calls[2]!.result.error)).toBe(true);
    expect(calls[2]!.result.error).toMatchObject({
      name: 'BulkheadFullError',
      code: 'BULKHEAD_FULL',
      why: 'queue-full',
      provider: 'payments',
      operation: 'execute',
      retryAfterMs: undefined,
      message: 'payments: the bulkhead is full (queue full)',
    });
    expect(events.ofType('bulkhead.refused')).toMatchObject([{ operation: 'execute', detail: { why: 'queue-full' } }]);
    await calls[0]!.end();
    begin('d');
    await turn();
    expect(started).toEqual(['a', 'b', 'd']);
  });

  it('refuses without building a stack, which would be most of what a refusal costs', async () => {
    const { begin } = bench({ concurrency: 1 });
    begin('running');
    const refused = begin('refused');
    await turn();
    expect((refused.result.error as Error).stack).toBe(
      'BulkheadFullError: payments: the bulkhead is full (queue full)',
    );
  });

  it('charges nothing for a call whose caller has aborted already', async () => {
    const { provider, snapshot, started, begin } = bench({ concurrency: 1 });
    const result = watch(provider.execute(() => 'never', { signal: AbortSignal.abort('before') }));
    await turn();
    expect(result.error).toBe('before');
    expect(snapshot()).toMatchObject({ active: 0, admitted: 0, refused: 0 });
    begin('after');
    expect(started).toEqual(['after']);
  });

  it('leaves no listener on a signal that outlives many calls, and no timer, whether they ran, waited or were refused', async () => {
    const { provider, clock } = bench({ concurrency: 2, queue: 2, wait: '1s' });
    const { signal } = new AbortController();
    for (let i = 0; i < 200; i++) {
      const calls = [50, 20, 10, 1500, 5].map((ms) => outcomeOf(provider.execute(() => clock.sleep(ms), { signal })));
      await clock.advance('4s');
      await Promise.all(calls);
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(clock.pendingTimers('referenced')).toBe(0);
  });

  it('checks and takes in one step: of two hundred at once no more than the limit run', async () => {
    const { begin, most, snapshot } = bench({ concurrency: 10, queue: 1000 });
    const calls = Array.from({ length: 200 }, (_unused, i) => begin(String(i)));
    for (const call of calls) {
      await turn();
      await call.end();
    }
    expect(calls.map(({ result }) => result.value)).toEqual(calls.map((_unused, i) => String(i)));
    expect(most()).toBe(10);
    expect(snapshot()).toMatchObject({ active: 0, queued: 0, admitted: 200, refused: 0 });
  });

  it('lets those who wait go on first come, first served', async () => {
    const { begin, started } = bench({ concurrency: 1, queue: 5 });
    const calls = ['a', 'b', 'c', 'd'].map(begin);
    for (const call of calls) await call.end();
    expect(started).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives a freed slot to the head of the queue, before any newcomer of the same turn', async () => {
    const { begin, started } = bench({ concurrency: 1, queue: 1 });
    const first = begin('first');
    const queued = begin('queued');
    await turn();
    first.work.resolve('first');
    await first.work.promise;
    const newcomers = [begin('newcomer 1'), begin('newcomer 2')];
    await turn();
    expect(started.slice(0, 2)).toEqual(['first', 'queued']);
    expect(queued.result.error).toBeUndefined();
    expect(newcomers.filter(({ result }) => result.settled).length).toBeGreaterThanOrEqual(1);
  });

  it('lets a queued call leave in the same turn when its caller aborts, and its place is free', async () => {
    const { begin, clock, snapshot } = bench({ concurrency: 1, queue: 1, wait: '10s' });
    const first = begin('first');
    const queued = begin('queued');
    await turn();
    queued.caller.abort('left');
    const third = begin('third');
    await turn();
    expect(queued.result.error).toBe('left');
    expect(third.result.settled).toBe(false);
    expect(snapshot()).toMatchObject({ active: 1, queued: 1 });
    await first.end();
    await third.end();
    expect(third.result.value).toBe('third');
    expect(clock.pendingTimers('referenced')).toBe(0);
  });

  it('lets those who leave the middle of the queue leave the others in order', async () => {
    const { begin, started } = bench({ concurrency: 1, queue: 10 });
    const calls = ['a', 'b', 'c', 'd', 'e', 'f'].map(begin);
    await turn();
    for (const i of [1, 3, 5]) calls[i]!.caller.abort('left');
    for (const i of [0, 2, 4]) await calls[i]!.end();
    expect(started).toEqual(['a', 'c', 'e']);
  });

  it('gives a slot back that came in the same turn in which the caller aborted', async () => {
    const { begin, started, snapshot } = bench({ concurrency: 1, queue: 1 });
    const first = begin('first');
    const queued = begin('queued');
    await turn();
    first.work.resolve('first');
    await Promise.resolve().then(() => undefined);
    queued.caller.abort('left');
    await turn();
    await turn();
    expect(queued.result.error).toBe('left');
    expect(started).not.toContain('queued');
    expect(snapshot()).toMatchObject({ active: 0, queued: 0 });
  });

  it('refuses those who have waited too long', async () => {
    const { begin, clock, snapshot } = bench({ concurrency: 1, queue: 5, wait: '1s' });
    begin('first');
    const queued = begin('queued');
    await clock.advance(999);
    expect(queued.result.settled).toBe(false);
    await clock.advance(1);
    expect(queued.result.error).toMatchObject({
      code: 'BULKHEAD_FULL',
      why: 'waited-too-long',
      operation: 'execute',
      message: 'payments: the bulkhead is full (waited too long)',
    });
    expect(snapshot()).toMatchObject({ active: 1, queued: 0, refused: 1 });
  });

  it('keeps a slot for work that was aborted and still runs: otherwise the limit would be fiction', async () => {
    const { begin, clock, snapshot, most } = bench({ concurrency: 2 }, { timeout: { attempt: '1s' } });
    const stuck = [begin('a'), begin('b')];
    await clock.advance('1s');
    expect(stuck.map(({ result }) => (result.error as { code: string }).code)).toEqual(['TIMEOUT', 'TIMEOUT']);
    expect(snapshot()).toMatchObject({ active: 2, abandoned: 2 });
    const refused = begin('c');
    await turn();
    expect(refused.result.error).toMatchObject({ code: 'BULKHEAD_FULL' });
    await stuck[0]!.end();
    expect(snapshot()).toMatchObject({ active: 1, abandoned: 1 });
    begin('d');
    stuck[1]!.work.reject(new Error('late'));
    await turn();
    expect(snapshot()).toMatchObject({ active: 1, abandoned: 0 });
    expect(most()).toBe(2);
  });

  it('passes the slot of aborted work to the queue once it settles', async () => {
    const { begin, started } = bench({ concurrency: 1, queue: 1 });
    const stuck = begin('stuck');
    const queued = begin('queued');
    await turn();
    stuck.caller.abort('left');
    await turn();
    expect(started).toEqual(['stuck']);
    await stuck.end();
    await queued.end();
    expect(started).toEqual(['stuck', 'queued']);
  });

  it('runs what was queued in its caller’s async context', async () => {
    const { provider } = bench({ concurrency: 1, queue: 10 });
    const context = new AsyncLocalStorage<number>();
    const seen: unknown[] = [];
    const requests = [0, 1, 2, 3].map((request) =>
      context.run(request, () =>
        provider.execute(async () => {
          await turn();
          seen.push([request, context.getStore()]);
        }),
      ),
    );
    await Promise.all(requests);
    expect(seen).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  it('has slots for each key', async () => {
    const { provider } = bench({ concurrency: 1 });
    const events = recordEvents(provider);
    const work = deferred<string>();
    const call = (key: string) => watch(provider.execute(() => work.promise, { key }));
    const [first, second, other] = [call('a'), call('a'), call('b')];
    await turn();
    expect(second.error).toMatchObject({ code: 'BULKHEAD_FULL' });
    expect(events.ofType('bulkhead.refused')).toMatchObject([{ detail: { why: 'queue-full', keyed: true } }]);
    work.resolve('done');
    await turn();
    expect([first.value, other.value]).toEqual(['done', 'done']);
  });

  it('shows the calls inside, waiting or aborted, of all keys together', async () => {
    const { provider, clock, snapshot } = bench({ concurrency: 2, queue: 5 }, { timeout: { attempt: '1s' } });
    const work = deferred<string>();
    const call = (key?: string) => watch(provider.execute(() => work.promise, { ...(key !== undefined && { key }) }));
    const calls = ['a', 'a', 'a', 'b', undefined].map(call);
    await turn();
    expect(snapshot()).toMatchObject({ limit: 2, active: 4, abandoned: 0, queued: 1, keys: 2 });
    await clock.advance('1s');
    expect(calls.filter(({ settled }) => settled)).toHaveLength(4);
    expect(snapshot()).toMatchObject({ active: 4, abandoned: 4, queued: 1, keys: 2 });
    work.resolve('late');
    await turn();
    expect(snapshot()).toMatchObject({ active: 0, abandoned: 0, queued: 0, keys: 2 });
  });

  it('is forgotten with its key only while no call is inside', async () => {
    const { provider, clock, snapshot } = bench({ concurrency: 1 });
    const work = deferred<string>();
    const busy = watch(provider.execute(() => work.promise, { key: 'busy' }));
    await provider.execute(() => 'done', { key: 'idle' });
    await clock.advance('2h');
    await provider.execute(() => 'done', { key: 'new' });
    expect(snapshot()).toMatchObject({ keys: 2 });
    const refused = watch(provider.execute(() => 'never', { key: 'busy' }));
    await turn();
    expect(refused.error).toMatchObject({ code: 'BULKHEAD_FULL' });
    work.resolve('late');
    await turn();
    expect(busy.value).toBe('late');
  });

  describe('reconfigured', () => {
    it('lets more through at once', async () => {
      const { begin, provider, started } = bench({ concurrency: 1, queue: 5 });
      ['a', 'b', 'c', 'd'].map(begin);
      await turn();
      provider.reconfigure({ bulkhead: { concurrency: 3 } });
      await turn();
      expect(started).toEqual(['a', 'b', 'c']);
    });

    it('shrinks without cancelling what runs', async () => {
      const { begin, provider, started, snapshot } = bench({ concurrency: 3, queue: 5 });
      const calls = ['a', 'b', 'c', 'd', 'e'].map(begin);
      await turn();
      provider.reconfigure({ bulkhead: { concurrency: 1 } });
      await calls[0]!.end();
      await calls[1]!.end();
      expect(started).toEqual(['a', 'b', 'c']);
      expect(snapshot()).toMatchObject({ concurrency: 1, active: 1, queued: 2 });
      await calls[2]!.end();
      expect(started).toEqual(['a', 'b', 'c', 'd']);
      expect(calls.slice(0, 3).map(({ result }) => result.value)).toEqual(['a', 'b', 'c']);
    });
  });

  it('refuses those who wait when the provider is closed, and lets those who run end', async () => {
    const { begin, provider, clock, snapshot } = bench({ concurrency: 1, queue: 5, wait: '10s' });
    const events = recordEvents(provider);
    const running = begin('running');
    const queued = begin('queued');
    await turn();
    provider.close();
    await turn();
    expect(queued.result.error).toMatchObject({
      code: 'BULKHEAD_FULL',
      why: 'closed',
      operation: 'execute',
      message: 'payments: the bulkhead is closed',
    });
    expect(snapshot()).toMatchObject({ refused: 1 });
    expect(events.ofType('bulkhead.refused')).toMatchObject([{ operation: 'execute', detail: { why: 'closed' } }]);
    await running.end();
    expect(running.result.value).toBe('running');
    expect(clock.pendingTimers('referenced')).toBe(0);
  });

  it.each([undefined, 'tenant'])('lets no call wait once the provider is closed (key: %s)', async (key) => {
    const { provider, clock } = bench({ concurrency: 1, queue: 5, wait: '10s' });
    provider.close();
    const work = deferred<string>();
    const call = () => watch(provider.execute(() => work.promise, { ...(key !== undefined && { key }) }));
    const [running, refused] = [call(), call()];
    await turn();
    expect(refused.error).toMatchObject({ code: 'BULKHEAD_FULL', why: 'closed' });
    expect(clock.pendingTimers('referenced')).toBe(0);
    work.resolve('done');
    await turn();
    expect(running.value).toBe('done');
  });
});
