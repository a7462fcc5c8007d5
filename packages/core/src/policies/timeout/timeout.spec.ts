import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../engine/call.js';
import { currentCall } from '../../engine/current-call.js';
import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { deferred } from '../../testing/deferred.js';
import { httpError, turn, watch } from '../../testing/calls.fixture.js';
import { policyContract } from '../../testing/policy-contract.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import type { Environment } from '../../engine/policy.js';
import { retryHistory } from '../retry/retry-history.js';
import { isTimeoutError, TimeoutError } from './timeout.error.js';
import { timeoutKind } from './timeout.kind.js';

function bench(options: ProviderOptions) {
  const clock = new TestClock();
  return { clock, provider: createProvider('payments', options, { clock, random: () => 0.5 }) };
}

describe('timeout', () => {
  policyContract(timeoutKind, { options: { attempt: 1000, total: 5000 } });

  describe('of an attempt', () => {
    it('rejects when the method takes too long, and says so', async () => {
      const { clock, provider } = bench({ timeout: { attempt: '2s' } });
      const result = watch(provider.execute(() => deferred().promise, { operation: 'charge' }));
      await clock.advance(1999);
      expect(result.settled).toBe(false);
      await clock.advance(1);
      expect(isTimeoutError(result.error)).toBe(true);
      expect(result.error).toMatchObject({
        name: 'TimeoutError',
        code: 'TIMEOUT',
        scope: 'attempt',
        afterMs: 2000,
        provider: 'payments',
        operation: 'charge',
        message: 'payments: an attempt at charge took longer than 2000 ms',
      });
    });

    it('reaches the method through its signal', async () => {
      const { clock, provider } = bench({ timeout: { attempt: '2s' } });
      let seen: Call | undefined;
      const result = watch(provider.execute((call) => ((seen = call), deferred().promise)));
      await turn();
      expect(seen?.signal.aborted).toBe(false);
      await clock.advance('2s');
      expect(seen?.signal.reason).toBe(result.error);
    });

    it('of one call aborts no other', async () => {
      const { clock, provider } = bench({ timeout: { attempt: '2s' } });
      const slow = watch(provider.execute(() => deferred().promise));
      await clock.advance('1s');
      const healthy = deferred();
      let signal: AbortSignal | undefined;
      const other = watch(provider.execute((call) => ((signal = call.signal), healthy.promise)));
      await clock.advance('1s');
      expect([slow.settled, other.settled, signal?.aborted]).toEqual([true, false, false]);
      healthy.resolve('ok');
      await turn();
      expect(other.value).toBe('ok');
    });

    it('begins anew with every attempt', async () => {
      const { clock, provider } = bench({
        timeout: { attempt: '2s' },
        retry: { attempts: 3, backoff: { initial: 0 } },
      });
      let calls = 0;
      const result = watch(provider.execute(() => (++calls < 3 ? deferred().promise : Promise.resolve('third'))));
      await clock.advance('4s');
      expect([result.value, calls]).toEqual(['third', 3]);
    });

    it('does not run while the attempt waits in line', async () => {
      const { clock, provider } = bench({ timeout: { attempt: '2s' }, bulkhead: { concurrency: 1, queue: 1 } });
      const first = watch(provider.execute(() => clock.sleep(1900)));
      const second = watch(provider.execute(() => clock.sleep(1900)));
      await clock.advance('4s');
      expect([first.settled, first.error, second.settled, second.error]).toEqual([true, undefined, true, undefined]);
    });

    it('leaves no rejection unhandled when the method fails later, and runs the fallback once', async () => {
      let fallbacks = 0;
      const { clock, provider } = bench({ timeout: { attempt: '2s' }, fallback: () => ++fallbacks });
      const work = deferred();
      const result = watch(provider.execute(() => work.promise));
      await clock.advance('2s');
      work.reject(new Error('late'));
      await turn();
      expect([result.value, fallbacks]).toEqual([1, 1]);
    });

    it('lets a result win that had arrived while the event loop was blocked', async () => {
      const { clock, provider } = bench({ timeout: { attempt: '2s' } });
      const work = deferred();
      const result = watch(provider.execute(() => work.promise));
      await turn();
      clock.block('3s');
      setImmediate(() => work.resolve('in time'));
      await clock.advance(0);
      expect(result).toEqual({ settled: true, value: 'in time' });
    });
  });

  describe('in total', () => {
    it('covers all attempts and the waits between them', async () => {
      const { clock, provider } = bench({
        timeout: { total: '5s' },
        retry: { attempts: 100, backoff: { initial: '1s', jitter: 'none', kind: 'constant' }, budget: false },
      });
      let calls = 0;
      const result = watch(
        provider.execute(async () => {
          calls++;
          await clock.sleep(900);
          throw httpError(500);
        }),
      );
      await clock.advance('10s');
      expect(calls).toBe(3);
      expect(result.settled).toBe(true);
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it('rejects in the middle of an attempt, with its own scope', async () => {
      const { clock, provider } = bench({ timeout: { total: '5s' }, retry: {} });
      const events = recordEvents(provider);
      let calls = 0;
      const result = watch(provider.execute(() => (calls++, deferred().promise)));
      await clock.advance('5s');
      expect(result.error).toMatchObject({ code: 'TIMEOUT', scope: 'total', afterMs: 5000 });
      expect((result.error as Error).message).toBe('payments: execute took longer than 5000 ms');
      await clock.advance('1m');
      expect(calls).toBe(1);
      expect(events.ofType('timeout.expired').map(({ detail }) => detail)).toEqual([
        { scope: 'total', afterMs: 5000, attempt: 1 },
      ]);
    });

    it('tells with which attempt the time ran out', async () => {
      const { clock, provider } = bench({
        timeout: { total: '1s' },
        retry: { attempts: 5, backoff: { kind: 'constant', initial: 100, jitter: 'none' } },
      });
      const events = recordEvents(provider);
      let calls = 0;
      const result = watch(provider.execute(() => (++calls < 3 ? Promise.reject(httpError(500)) : deferred().promise)));
      await clock.advance('1s');
      expect(events.ofType('timeout.expired').map(({ detail }) => detail)).toEqual([
        { scope: 'total', afterMs: 1000, attempt: 3 },
      ]);
      expect(retryHistory(result.error)).toEqual({ attempts: 3, elapsedMs: 1000 });
    });

    it('rejects while the call waits in line, and frees its place at once', async () => {
      const { clock, provider } = bench({ timeout: { total: '5s' }, bulkhead: { concurrency: 1, queue: 1 } });
      void provider.execute(() => clock.sleep(60_000), { policies: ['bulkhead'] });
      const waiting = watch(provider.execute(() => 'never'));
      await clock.advance('5s');
      expect(waiting.error).toMatchObject({ code: 'TIMEOUT', scope: 'total' });
      expect(provider.snapshot().policies.find(({ kind }) => kind === 'bulkhead')).toMatchObject({ queued: 0 });
    });

    it('tells the method its deadline', async () => {
      const { clock, provider } = bench({ timeout: { total: '5s' } });
      await clock.advance('2s');
      expect(await provider.execute((call) => call.deadline)).toBe(7000);
    });
  });

  describe('of nested calls', () => {
    function nested(inner: ProviderOptions) {
      const clock = new TestClock();
      return {
        clock,
        outer: createProvider('checkout', { timeout: { total: '3s' } }, { clock }),
        inner: createProvider('payments', inner, { clock }),
      };
    }

    it('is inherited: the inner call has no more time than the outer one', async () => {
      const { clock, outer, inner } = nested({ timeout: { total: '1m' } });
      await clock.advance('1s');
      const deadline = await outer.execute(() => inner.execute((call) => call.deadline));
      expect(deadline).toBe(4000);
    });

    it('keeps the inner call’s own deadline where that is earlier', async () => {
      const { outer, inner } = nested({ timeout: { total: '1s' } });
      expect(await outer.execute(() => inner.execute((call) => call.deadline))).toBe(1000);
    });

    it('gives the inner call up with the outer one, with the outer one’s reason', async () => {
      const { clock, outer, inner } = nested({ retry: { attempts: 10 } });
      let calls = 0;
      let innerResult: { error?: unknown } = {};
      let signal: AbortSignal | undefined;
      const result = watch(
        outer.execute(async () => {
          const work = inner.execute((call) => ((signal = call.signal), calls++, deferred().promise));
          innerResult = watch(work);
          return work;
        }),
      );
      await clock.advance('3s');
      expect(result.error).toMatchObject({ code: 'TIMEOUT', provider: 'checkout', scope: 'total' });
      expect(innerResult.error).toBe(result.error);
      expect(signal?.reason).toBe(result.error);
      await clock.advance('1m');
      expect(calls).toBe(1);
    });

    it('does not sleep past the outer deadline', async () => {
      const { clock, outer, inner } = nested({ retry: { backoff: { initial: '4s', jitter: 'none' } } });
      const down = httpError(500);
      const result = watch(outer.execute(() => inner.execute(() => Promise.reject(down))));
      await clock.advance(0);
      expect(result.error).toBe(down);
    });

    it('ends with the outer call, also for what has begun in it', async () => {
      const { clock, outer, inner } = nested({
        retry: { attempts: 5, backoff: { kind: 'constant', initial: 2000, jitter: 'none' } },
      });
      const calledAt: number[] = [];
      let left: { error?: unknown } = {};
      const down = httpError(500);
      await outer.execute(() => {
        left = watch(inner.execute(() => (calledAt.push(clock.now()), Promise.reject(down))));
      });
      await clock.advance('1m');
      expect([left.error, calledAt]).toEqual([down, [0, 2000, 4000, 6000, 8000]]);
    });

    it('does not hold what an ended call has left running', async () => {
      const { clock, outer, inner } = nested({});
      let detached: Promise<unknown> | undefined;
      const go = deferred();
      await outer.execute(async () => {
        detached = go.promise.then(() => inner.execute(async (call) => (await clock.sleep(60_000), call.deadline)));
      });
      go.resolve(undefined);
      await clock.advance('1m');
      expect(await detached).toBe(Infinity);
    });

    it('keeps the current call apart from its parent', async () => {
      const { outer, inner } = nested({});
      const seen = await outer.execute(async () => {
        const within = await inner.execute(() => currentCall()?.provider);
        return [within, currentCall()?.provider];
      });
      expect(seen).toEqual(['payments', 'checkout']);
    });
  });

  describe('and the caller’s signal', () => {
    it('gives the caller’s own reason, not a timeout that had not come', async () => {
      const { clock, provider } = bench({ timeout: { attempt: '5s', total: '9s' } });
      const caller = new AbortController();
      const reason = new Error('left');
      const result = watch(provider.execute(() => deferred().promise, { signal: caller.signal }));
      await clock.advance(10);
      caller.abort(reason);
      await turn();
      expect(result.error).toBe(reason);
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it('rejects before anything is charged when it is aborted already', async () => {
      const { provider } = bench({
        rateLimit: { limit: 1 },
        bulkhead: {},
        circuitBreaker: {},
        retry: {},
        timeout: { total: '1s' },
      });
      let called = false;
      const result = watch(provider.execute(() => (called = true), { signal: AbortSignal.abort('left') }));
      await turn();
      expect([result.error, called]).toEqual(['left', false]);
      expect(await provider.execute(() => 'has the only token')).toBe('has the only token');
    });

    it('has no listener left after a hundred thousand calls', async () => {
      const { clock, provider } = bench({ timeout: { attempt: '1s', total: '2s' }, retry: {} });
      const { signal } = new AbortController();
      for (let i = 0; i < 100_000; i++) await provider.execute(() => i, { signal });
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      expect(clock.pendingTimers('referenced')).toBe(0);
      expect(clock.pendingTimers()).toBeLessThanOrEqual(2);
    });

    it('serves many calls at once', async () => {
      const { provider } = bench({ timeout: { attempt: '1s' } });
      const caller = new AbortController();
      const results = Array.from({ length: 100 }, () =>
        watch(provider.execute(() => deferred().promise, { signal: caller.signal })),
      );
      await turn();
      caller.abort('all of you');
      await turn();
      expect(results.every(({ error }) => error === 'all of you')).toBe(true);
      expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    });
  });

  it.each([
    [{ attempt: 1000 }, [['attemptTimeout', 1000]]],
    [{ total: 5000 }, [['totalTimeout', 5000]]],
    [
      { attempt: 1000, total: 5000 },
      [
        ['totalTimeout', 5000],
        ['attemptTimeout', 1000],
      ],
    ],
  ])('given as %j is one policy of the method for each limit', (given, expected) => {
    const specs = timeoutKind.specs(given);
    expect(specs).toMatchObject(
      expected.map(([name, settings]) => ({ kind: 'timeout', scope: 'method', name, settings })),
    );
    for (const spec of specs) expect(spec.create({} as Environment).kind).toBe('timeout');
  });

  it('of one method is not that of another', async () => {
    const { clock, provider } = bench({
      methods: { charge: { timeout: { attempt: '1s', total: '2s' } }, refund: { timeout: { attempt: '3s' } } },
    });
    const charge = watch(provider.execute(() => deferred().promise, { operation: 'charge' }));
    const refund = watch(provider.execute(() => deferred().promise, { operation: 'refund' }));
    await clock.advance('2s');
    expect([charge.error, refund.settled]).toMatchObject([{ scope: 'attempt', afterMs: 1000 }, false]);
    await clock.advance('1s');
    expect(refund.error).toMatchObject({ scope: 'attempt', afterMs: 3000 });
  });

  it('does not limit the whole when only the attempt is limited', async () => {
    const { provider } = bench({ timeout: { attempt: '1s' } });
    expect(await provider.execute((call) => call.deadline)).toBe(Infinity);
  });

  it('says what took too long where no operation has a name', () => {
    const messageOf = (scope: 'attempt' | 'total') => new TimeoutError(scope, 5, { provider: 'payments' }).message;
    expect(messageOf('total')).toBe('payments: a call took longer than 5 ms');
    expect(messageOf('attempt')).toBe('payments: an attempt at a call took longer than 5 ms');
  });

  it('takes a new length of the whole over at the next call', async () => {
    const { clock, provider } = bench({ timeout: { total: '2s' } });
    const before = watch(provider.execute(() => deferred().promise));
    provider.reconfigure({ timeout: { total: '5s' } });
    const after = watch(provider.execute(() => deferred().promise));
    await clock.advance('2s');
    expect([before.settled, after.settled]).toEqual([true, false]);
    await clock.advance('3s');
    expect(after.error).toMatchObject({ scope: 'total', afterMs: 5000 });
  });

  it('takes a new length over at the next call', async () => {
    const { clock, provider } = bench({ timeout: { attempt: '2s' } });
    const before = watch(provider.execute(() => deferred().promise));
    provider.reconfigure({ timeout: { attempt: '5s' } });
    const after = watch(provider.execute(() => deferred().promise));
    await clock.advance('2s');
    expect([before.settled, after.settled]).toEqual([true, false]);
    await clock.advance('3s');
    expect(after.settled).toBe(true);
  });
});
