import { describe, expect, it } from '@jest/globals';
import { deferred } from '../../testing/deferred.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { httpError, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { policyContract } from '../../testing/policy-contract.js';
import { bench, type BegunCall } from './circuit-breaker.fixture.js';
import { circuitBreakerKind } from './circuit-breaker.kind.js';
import type { CircuitBreakerOptions } from './circuit-breaker.options.js';
import { isCircuitOpenError } from './circuit-open.error.js';

describe('circuit breaker', () => {
  policyContract(circuitBreakerKind);

  describe('with everything that it can do', () => {
    const everything: CircuitBreakerOptions = {
      window: { time: '10s', count: 100, consecutive: 5 },
      slowCall: { over: '1s' },
      openFor: { initial: '1s', max: '1m' },
      ramp: { over: '10s' },
    };
    policyContract(circuitBreakerKind, { options: everything });
  });

  describe('opens', () => {
    it('after so many failures in a row', async () => {
      const { circuit, ok, fail, many } = bench({ window: { consecutive: 3 } });
      await many(2, fail);
      await ok();
      await many(2, fail);
      expect(circuit.state).toBe('closed');
      await fail();
      expect(circuit.state).toBe('open');
    });

    it('when the failure rate is reached, not only when it is passed', async () => {
      const { circuit, ok, fail, many } = bench({ failureRate: 0.5, minimumCalls: 10 });
      await many(5, ok);
      await many(4, fail);
      expect(circuit.state).toBe('closed');
      await fail();
      expect(circuit.state).toBe('open');
    });

    it('at 11 failures of 20 for a rate of 0.55, which binary fractions would miss', async () => {
      const { circuit, ok, fail, many } = bench({ window: { time: '10s' }, failureRate: 0.55, minimumCalls: 20 });
      await many(9, ok);
      await many(10, fail);
      expect(circuit.state).toBe('closed');
      await fail();
      expect(circuit.state).toBe('open');
    });

    it('not before the minimum of calls: one failure of one is no rate', async () => {
      const { circuit, fail, many } = bench({ window: { time: '10s' }, minimumCalls: 20 });
      await many(19, fail);
      expect(circuit.state).toBe('closed');
      await fail();
      expect(circuit.state).toBe('open');
    });

    it('by the last calls, however long ago they were', async () => {
      const { circuit, clock, ok, fail } = bench({ window: { count: 4 }, failureRate: 0.75 });
      for (const call of [fail, fail, ok]) {
        await call();
        await clock.advance('1h');
      }
      expect(circuit.state).toBe('closed');
      await fail();
      expect(circuit.state).toBe('open');
    });

    it('not for what was pushed out of the last calls by others', async () => {
      const { circuit, ok, fail } = bench({ window: { count: 4 }, failureRate: 0.5 });
      for (const call of [fail, ok, ok, ok, fail, ok, ok, ok, fail]) await call();
      expect(circuit.state).toBe('closed');
      await fail();
      expect(circuit.state).toBe('open');
    });

    it('when too many of the last calls are slow, failed or not', async () => {
      const { circuit, clock, begin } = bench({
        window: { count: 4 },
        slowCall: { over: '1s', rate: 0.5 },
        failureRate: 1,
        minimumCalls: 4,
      });
      const call = async (ms: number, how: 'succeed' | 'fail') => {
        const begun = begin();
        await clock.advance(ms);
        await begun[how]();
      };
      await call(1000, 'succeed');
      await call(1001, 'fail');
      await call(999, 'fail');
      expect(circuit.state).toBe('closed');
      await call(1001, 'succeed');
      expect(circuit.state).toBe('open');
    });

    it('by whichever of three windows is first', async () => {
      const all = { window: { time: '1s', count: 3, consecutive: 2 }, minimumCalls: 4, failureRate: 0.6 } as const;
      const reasonAfter = async (calls: readonly ('ok' | 'fail')[], pauseMs = 0) => {
        const made = bench(all);
        for (const call of calls) {
          await made.clock.advance(pauseMs);
          await made[call]();
        }
        return [made.circuit.state, made.events.ofType('circuitBreaker.opened')[0]?.detail.window];
      };
      expect(await reasonAfter(['fail', 'fail'])).toEqual(['open', 'consecutive']);
      expect(await reasonAfter(['fail', 'ok', 'fail'], 5000)).toEqual(['open', 'count']);
      expect(await reasonAfter(['fail', 'ok', 'ok', 'fail'])).toEqual(['closed', undefined]);
    });

    it('by either of two windows', async () => {
      const both = { window: { time: '10s', consecutive: 3 }, failureRate: 0.5, minimumCalls: 6 } as const;
      const inARow = bench(both);
      await inARow.many(3, inARow.fail);
      expect(inARow.circuit.state).toBe('open');
      const byRate = bench(both);
      for (let i = 0; i < 3; i++) {
        await byRate.ok();
        await byRate.fail();
      }
      expect(byRate.circuit.state).toBe('open');
    });

    it('when too many calls are slow, failed or not', async () => {
      const { circuit, clock, begin } = bench({ slowCall: { over: '1s', rate: 0.5 }, minimumCalls: 4 });
      const call = async (ms: number) => {
        const { succeed } = begin();
        await clock.advance(ms);
        await succeed();
      };
      await call(100);
      await call(100);
      await call(1001);
      expect(circuit.state).toBe('closed');
      await call(1001);
      expect(circuit.state).toBe('open');
    });

    it('not for calls that took exactly as long as is allowed', async () => {
      const { circuit, clock, begin } = bench({ slowCall: { over: '1s', rate: 0.1 }, minimumCalls: 1 });
      const { succeed } = begin();
      await clock.advance(1000);
      await succeed();
      expect(circuit.state).toBe('closed');
    });

    it('not for failures that the window has forgotten after it was idle', async () => {
      const { circuit, clock, fail, many } = bench({ window: { time: '10s' }, minimumCalls: 5 });
      await many(4, fail);
      await clock.advance('10s');
      await many(4, fail);
      expect(circuit.state).toBe('closed');
      await clock.advance('1h');
      await fail();
      expect(circuit.state).toBe('closed');
    });

    it('not for what says nothing about the provider: throttled, refused, aborted by the caller', async () => {
      const { circuit, provider, begin, snapshot } = bench(
        { window: { consecutive: 1 } },
        { bulkhead: { concurrency: 1 } },
      );
      await provider.execute(() => Promise.reject(httpError(429))).catch(() => undefined);
      const inside = begin();
      await turn();
      await expect(provider.execute(() => 1)).rejects.toMatchObject({ code: 'BULKHEAD_FULL' });
      inside.caller.abort(new Error('the user left'));
      await turn();
      expect(circuit.state).toBe('closed');
      expect(snapshot()).toMatchObject({ ignored: 3, failed: 0, succeeded: 0 });
    });

    it('not for what the provider refuses for good: a 404 shows that it is well', async () => {
      const { circuit, provider } = bench({ window: { consecutive: 1 } });
      for (const status of [400, 401, 403, 404, 409, 422]) {
        await provider.execute(() => Promise.reject(httpError(status))).catch(() => undefined);
      }
      expect(circuit.state).toBe('closed');
    });

    it('for calls that take longer than their timeout', async () => {
      const { circuit, clock, begin } = bench({ window: { consecutive: 1 } }, { timeout: { attempt: '1s' } });
      begin();
      await clock.advance('1s');
      expect(circuit.state).toBe('open');
    });
  });

  describe('open', () => {
    it('refuses at once, without calling, and says who refused and when to come back', async () => {
      const { clock, provider, fail } = bench({ window: { consecutive: 1 }, openFor: '5s' });
      await fail();
      await clock.advance('2s');
      let called = false;
      const { error } = (await outcomeOf(provider.execute(() => (called = true), { operation: 'charge' }))) as {
        error: Error;
      };
      expect(called).toBe(false);
      expect(isCircuitOpenError(error)).toBe(true);
      expect(error).toMatchObject({
        name: 'CircuitOpenError',
        code: 'CIRCUIT_OPEN',
        state: 'open',
        provider: 'payments',
        operation: 'charge',
        retryAfterMs: 3000,
      });
      expect(error.message).toBe('payments: the circuit is open');
    });

    it('goes half-open when it has been open for long enough, to the millisecond, without a timer', async () => {
      const { circuit, clock, fail, events } = bench({ window: { consecutive: 1 }, openFor: '5s' });
      await fail();
      expect(clock.pendingTimers()).toBe(0);
      await clock.advance(4999);
      expect(circuit.state).toBe('open');
      await clock.advance(1);
      expect(events.types).toEqual(['circuitBreaker.opened']);
      expect(circuit.state).toBe('half-open');
      expect(events.types).toEqual(['circuitBreaker.opened', 'circuitBreaker.halfOpened']);
    });
  });

  describe('half-open', () => {
    const openThenWait = async (options: CircuitBreakerOptions = {}, more: ProviderOptions = {}) => {
      const made = bench({ window: { consecutive: 1 }, openFor: '1s', ...options }, more);
      await made.fail();
      await made.clock.advance('1s');
      return made;
    };

    it('lets exactly so many of a thousand waiting callers through, in flight and in total', async () => {
      const { begin } = await openThenWait({ halfOpen: { calls: 3 } });
      const calls = Array.from({ length: 1000 }, begin);
      await turn();
      expect(calls.filter(({ wasCalled }) => wasCalled())).toHaveLength(3);
      const refused = calls.filter(({ result }) => result.settled);
      expect(refused).toHaveLength(997);
      expect(refused[0]!.result.error).toMatchObject({
        code: 'CIRCUIT_OPEN',
        state: 'half-open',
        retryAfterMs: 1000,
      });
    });

    it('counts the call that flips it to half-open as one of them', async () => {
      const { begin } = await openThenWait({ halfOpen: { calls: 1 } });
      const first = begin();
      const second = begin();
      await turn();
      expect([first.wasCalled(), second.wasCalled()]).toEqual([true, false]);
    });

    it('closes when enough of them succeed, as soon as that is decided', async () => {
      const { circuit, begin } = await openThenWait({ halfOpen: { calls: 4, successRate: 0.5 } });
      const trials = [begin(), begin(), begin(), begin()];
      await trials[0]!.fail();
      await trials[1]!.succeed();
      expect(circuit.state).toBe('half-open');
      await trials[2]!.succeed();
      expect(circuit.state).toBe('closed');
    });

    it('opens again as soon as enough of them can succeed no more, and the wait begins anew', async () => {
      const { circuit, clock, begin, ok } = await openThenWait({ halfOpen: { calls: 4, successRate: 0.5 } });
      const trials = [begin(), begin(), begin()];
      await trials[0]!.fail();
      await trials[1]!.fail();
      expect(circuit.state).toBe('half-open');
      await trials[2]!.fail();
      expect(circuit.state).toBe('open');
      await clock.advance(999);
      await expect(ok()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    });

    it('decides by the trials that it permits, whatever the minimum of calls is', async () => {
      const { circuit, ok, many } = await openThenWait({ minimumCalls: 100, halfOpen: { calls: 2 } });
      await many(2, ok);
      expect(circuit.state).toBe('closed');
    });

    it('takes a slow success for a failure', async () => {
      const slowCall = { window: { time: '10s' as const, consecutive: 1 }, slowCall: { over: '1s' as const } };
      const { circuit, clock, begin } = await openThenWait({ ...slowCall, halfOpen: { calls: 1 } });
      const trial = begin();
      await clock.advance('2s');
      await trial.succeed();
      expect(circuit.state).toBe('open');
    });

    it.each([
      ['an ignored error', (begun: BegunCall) => begun.end(httpError(429))],
      ['the caller’s abort', async (begun: BegunCall) => begun.caller.abort()],
    ])('gives a permit back after %s, which decides nothing', async (_name, endIgnored) => {
      const { circuit, begin } = await openThenWait({ halfOpen: { calls: 1 } });
      for (let i = 0; i < 5; i++) {
        const trial = begin();
        await turn();
        expect(trial.wasCalled()).toBe(true);
        await endIgnored(trial);
        await turn();
        expect(circuit.state).toBe('half-open');
      }
      await begin().succeed();
      expect(circuit.state).toBe('closed');
    });

    it('gives the permit back when a gate below refuses', async () => {
      const { circuit, provider, begin } = await openThenWait(
        { halfOpen: { calls: 1 } },
        { bulkhead: { concurrency: 1 } },
      );
      const work = deferred();
      const inside = provider.execute(() => work.promise, { policies: ['bulkhead'] });
      await expect(provider.execute(() => 1)).rejects.toMatchObject({ code: 'BULKHEAD_FULL' });
      work.resolve(1);
      await inside;
      await begin().succeed();
      expect(circuit.state).toBe('closed');
    });

    it('gives the permit back when the method throws before there is a promise, and when the fallback throws', async () => {
      const throwing = () => {
        throw httpError(429);
      };
      const fallback = () => {
        throw new Error('the fallback failed too');
      };
      const { circuit, provider, begin } = await openThenWait({ halfOpen: { calls: 1 } }, { fallback });
      await expect(provider.execute(throwing)).rejects.toThrow('the fallback failed too');
      await begin().succeed();
      expect(circuit.state).toBe('closed');
    });

    it('takes a trial that timed out for a failure that has ended, though its work goes on', async () => {
      const { circuit, clock, begin, snapshot } = await openThenWait(
        { halfOpen: { calls: 2, successRate: 0.5 } },
        { timeout: { attempt: '1s' } },
      );
      begin();
      await clock.advance('1s');
      expect(snapshot()).toMatchObject({ state: 'half-open', trial: { inFlight: 0, succeeded: 0, failed: 1 } });
      await begin().succeed();
      expect(circuit.state).toBe('closed');
    });

    it('opens again when trials hang, found without a timer at the next admission', async () => {
      const { circuit, clock, begin } = await openThenWait({ halfOpen: { calls: 1, atMost: '10s' } });
      const hanging = begin();
      await clock.advance(9999);
      expect(circuit.state).toBe('half-open');
      await clock.advance(1);
      expect(clock.pendingTimers()).toBe(0);
      const refused = begin();
      await turn();
      expect(refused.result.error).toMatchObject({ state: 'open', retryAfterMs: 1000 });
      await hanging.succeed();
      expect(circuit.state).toBe('open');
    });

    it('opens again when a trial ends too late, also where its state was read in between', async () => {
      const { circuit, clock, begin } = await openThenWait({ halfOpen: { calls: 1, atMost: '10s' } });
      const late = begin();
      await clock.advance('11s');
      await late.succeed();
      expect(circuit.state).toBe('open');
    });

    it('takes calls that overlap for what they are: none of them hangs because there always is one', async () => {
      const { circuit, clock, begin, events } = await openThenWait({ halfOpen: { calls: 3, atMost: '10s' } });
      const trials = [begin()];
      await clock.advance('4s');
      trials.push(begin());
      await clock.advance('4s');
      trials.push(begin());
      await trials[0]!.succeed();
      await clock.advance('4s');
      await trials[1]!.succeed();
      await clock.advance('5s');
      await trials[2]!.succeed();
      expect(circuit.state).toBe('closed');
      expect(events.ofType('circuitBreaker.opened')).toHaveLength(1);
    });

    it('opens again when one of its trials hangs while others come and go', async () => {
      const { circuit, clock, begin, events } = await openThenWait({ halfOpen: { calls: 3, atMost: '10s' } });
      begin();
      await clock.advance('5s');
      await begin().succeed();
      await clock.advance('4s');
      await begin().end(httpError(429));
      await clock.advance(999);
      expect(circuit.state).toBe('half-open');
      await clock.advance(1);
      expect(circuit.state).toBe('open');
      expect(events.all.at(-1)).toMatchObject({ detail: { reason: 'trial took too long' } });
    });

    it('does not take a trial for one that hangs while it waits in a gate below', async () => {
      const { circuit, clock, provider, begin } = await openThenWait(
        { halfOpen: { calls: 1, atMost: '10s' } },
        { bulkhead: { concurrency: 1, queue: 1 } },
      );
      const held = deferred();
      const holding = provider.execute(() => held.promise, { policies: ['bulkhead'] });
      const trial = begin();
      await clock.advance('1m');
      expect([circuit.state, trial.wasCalled()]).toEqual(['half-open', false]);
      held.resolve('done');
      await holding;
      await turn();
      expect(trial.wasCalled()).toBe(true);
      await clock.advance(9999);
      await trial.succeed();
      expect(circuit.state).toBe('closed');
    });

    it('waits for callers as long as it takes: an idle half-open circuit lets the next one try', async () => {
      const { circuit, clock, begin } = await openThenWait({ halfOpen: { calls: 2, atMost: '10s' } });
      await begin().succeed();
      await clock.advance('1h');
      await begin().succeed();
      expect(circuit.state).toBe('closed');
    });

    it('starts to count anew once it has closed', async () => {
      const { circuit, begin, ok, fail, snapshot } = await openThenWait({
        window: { time: '10s' },
        minimumCalls: 1,
        failureRate: 1,
        halfOpen: { calls: 1 },
      });
      await begin().succeed();
      expect(snapshot()).toMatchObject({ state: 'closed', window: { time: { calls: 0, failed: 0, slow: 0 } } });
      await ok();
      await fail();
      expect(circuit.state).toBe('closed');
    });
  });

  describe('calls that outlast the state in which they began', () => {
    it('change nothing when they succeed: a late success does not close the circuit', async () => {
      const { circuit, clock, begin, fail } = bench({
        window: { consecutive: 1 },
        openFor: '1s',
        halfOpen: { calls: 1 },
      });
      const old = begin();
      await fail();
      await clock.advance('1s');
      const trial = begin();
      await old.succeed();
      expect(circuit.state).toBe('half-open');
      const another = begin();
      await turn();
      expect(another.wasCalled()).toBe(false);
      await trial.succeed();
      expect(circuit.state).toBe('closed');
    });

    it('change nothing when they fail: a late failure does not re-open the circuit', async () => {
      const { circuit, clock, begin, fail } = bench({
        window: { consecutive: 1 },
        openFor: '1s',
        halfOpen: { calls: 1 },
      });
      const old = [begin(), begin()];
      await fail();
      await clock.advance('1s');
      const trial = begin();
      await old[0]!.fail();
      expect(circuit.state).toBe('half-open');
      await trial.succeed();
      await old[1]!.fail();
      expect(circuit.state).toBe('closed');
    });

    it('count in no total either', async () => {
      const { begin, circuit, snapshot } = bench();
      const old = begin();
      circuit.forceClosed();
      await old.fail();
      expect(snapshot()).toMatchObject({ failed: 0, succeeded: 0, window: { time: { calls: 0 } } });
    });
  });

  describe('calls that have waited in a gate below while the state changed', () => {
    /** A call that holds the only slot, and another that waits for it. */
    async function queued(key?: string) {
      const made = bench({ window: { consecutive: 5 }, openFor: '1s' }, { bulkhead: { concurrency: 1, queue: 1 } });
      const { provider } = made;
      const held = deferred();
      const holding = provider.execute(() => held.promise, key === undefined ? {} : { key });
      let called = false;
      const waiting = watch(provider.execute(() => (called = true), key === undefined ? {} : { key }));
      await turn();
      const free = async () => {
        held.resolve('done');
        await holding;
        await turn();
      };
      return { ...made, waiting, free, wasCalled: () => called };
    }

    it.each([undefined, 'tenant'])('are refused when the circuit has opened, with the key %s', async (key) => {
      const { circuit, free, waiting, wasCalled, provider } = await queued(key);
      circuit.forceOpen();
      await free();
      expect(waiting.error).toMatchObject({ code: 'CIRCUIT_OPEN', state: 'open' });
      expect(wasCalled()).toBe(false);
      circuit.reset();
      expect(await provider.execute(() => 'ok', key === undefined ? {} : { key })).toBe('ok');
    });

    it.each([undefined, 'tenant'])('are refused when the circuit is isolated, with the key %s', async (key) => {
      const { circuit, free, waiting, wasCalled } = await queued(key);
      circuit.isolate();
      await free();
      expect(waiting.error).toMatchObject({ code: 'CIRCUIT_OPEN', state: 'isolated' });
      expect(wasCalled()).toBe(false);
    });

    it('are trials when it was open for long enough meanwhile, and are let through when it has closed again', async () => {
      const open = await queued();
      open.circuit.forceOpen();
      await open.clock.advance('1s');
      await open.free();
      expect(open.waiting.value).toBe(true);
      expect(open.snapshot()).toMatchObject({ state: 'half-open', trial: { inFlight: 0, succeeded: 1, failed: 0 } });
      const closed = await queued();
      closed.circuit.forceOpen();
      closed.circuit.forceClosed();
      await closed.free();
      expect(closed.waiting.value).toBe(true);
      expect(closed.snapshot()).toMatchObject({ state: 'closed', succeeded: 1, refused: 0 });
    });
  });

  describe('listeners', () => {
    it('are told after the new state holds, and can look and act', async () => {
      const { provider, circuit, fail, events } = bench({ window: { consecutive: 1 } });
      const seen: string[] = [];
      provider.events.on(({ type }) => {
        if (type !== 'circuitBreaker.opened') return;
        seen.push(circuit.state);
        circuit.forceClosed();
      });
      await fail();
      expect(seen).toEqual(['open']);
      expect(circuit.state).toBe('closed');
      expect(events.types).toEqual(['circuitBreaker.opened', 'circuitBreaker.closed']);
    });

    it('that call the provider when it goes half-open do not take the permit of the call that found it so', async () => {
      const { provider, circuit, clock, fail, ok } = bench({
        window: { consecutive: 1 },
        openFor: '1s',
        halfOpen: { calls: 1 },
      });
      const probes: unknown[] = [];
      provider.events.on(({ type }) => {
        if (type === 'circuitBreaker.halfOpened') probes.push(outcomeOf(provider.execute(() => 'probe')));
      });
      await fail();
      await clock.advance('1s');
      expect(await ok()).toBe('ok');
      expect(await Promise.all(probes)).toMatchObject([{ error: { code: 'CIRCUIT_OPEN', state: 'half-open' } }]);
      expect(circuit.state).toBe('closed');
    });

    it('that force a state when it goes half-open let the call decide nothing that found it so', async () => {
      const { provider, circuit, clock, fail, snapshot } = bench({ window: { consecutive: 1 }, openFor: '1s' });
      provider.events.on(({ type }) => {
        if (type === 'circuitBreaker.halfOpened') circuit.isolate();
      });
      await fail();
      await clock.advance('1s');
      await fail();
      expect(snapshot()).toMatchObject({ state: 'isolated', failed: 1, consecutiveFailures: 0 });
    });

    it('that throw or reject harm neither the call nor the circuit', async () => {
      const { provider, circuit, fail, ok } = bench({ window: { consecutive: 1 }, openFor: '1s' });
      provider.events.on(() => {
        throw new Error('a listener');
      });
      provider.events.on(() => Promise.reject(new Error('an async listener')) as unknown as void);
      await fail();
      expect(circuit.state).toBe('open');
      circuit.forceClosed();
      expect(await ok()).toBe('ok');
    });

    it('learn why it opened', async () => {
      const { events, fail } = bench({ window: { consecutive: 1 }, openFor: '5s' });
      await fail();
      expect(events.all).toEqual([
        {
          type: 'circuitBreaker.opened',
          provider: 'payments',
          operation: undefined,
          at: Date.UTC(2026, 0, 1),
          detail: {
            from: 'closed',
            reason: 'consecutive failures',
            window: 'consecutive',
            calls: 1,
            failed: 1,
            openForMs: 5000,
            consecutiveOpens: 1,
            hinted: false,
          },
        },
      ]);
    });

    it('learn of every change, and why', async () => {
      const { events, circuit, clock, begin, ok, fail } = bench({
        window: { count: 2 },
        openFor: '1s',
        halfOpen: { calls: 1, atMost: '3s' },
        ramp: { over: '4s' },
      });
      await fail();
      await fail();
      await clock.advance('1s');
      await fail();
      await clock.advance('1s');
      begin();
      await clock.advance('3s');
      await outcomeOf(ok());
      await clock.advance('1s');
      await ok();
      circuit.isolate();
      circuit.forceOpen();
      circuit.forceClosed();
      circuit.reset();
      expect(events.all.map(({ type, detail }) => [type, detail])).toEqual([
        [
          'circuitBreaker.opened',
          {
            from: 'closed',
            reason: 'failure rate',
            window: 'count',
            calls: 2,
            failed: 2,
            slow: 0,
            openForMs: 1000,
            consecutiveOpens: 1,
            hinted: false,
          },
        ],
        ['circuitBreaker.halfOpened', { from: 'open', reason: 'open for long enough' }],
        [
          'circuitBreaker.opened',
          { from: 'half-open', reason: 'trial failed', openForMs: 1000, consecutiveOpens: 2, hinted: false },
        ],
        ['circuitBreaker.halfOpened', { from: 'open', reason: 'open for long enough' }],
        [
          'circuitBreaker.opened',
          { from: 'half-open', reason: 'trial took too long', openForMs: 1000, consecutiveOpens: 3, hinted: false },
        ],
        ['circuitBreaker.halfOpened', { from: 'open', reason: 'open for long enough' }],
        ['circuitBreaker.closed', { from: 'half-open', reason: 'trial succeeded', rampMs: 4000 }],
        ['circuitBreaker.isolated', { from: 'closed', reason: 'forced' }],
        [
          'circuitBreaker.opened',
          { from: 'isolated', reason: 'forced', openForMs: 1000, consecutiveOpens: 4, hinted: false },
        ],
        ['circuitBreaker.closed', { from: 'open', reason: 'forced' }],
        ['circuitBreaker.closed', { from: 'closed', reason: 'reset' }],
      ]);
    });

    it('that call the provider again while they are told find a circuit that holds', async () => {
      const { provider, clock, fail, ok, snapshot } = bench({
        window: { consecutive: 1 },
        openFor: '1s',
        halfOpen: { calls: 2 },
      });
      const inside: unknown[] = [];
      provider.events.on(({ type }) => {
        if (type !== 'circuitBreaker.closed') inside.push(outcomeOf(provider.execute(() => type)));
      });
      await fail();
      await clock.advance('1s');
      expect(await ok()).toBe('ok');
      expect(await Promise.all(inside)).toMatchObject([
        { error: { code: 'CIRCUIT_OPEN', state: 'open' } },
        { value: 'circuitBreaker.halfOpened' },
      ]);
      expect(snapshot()).toMatchObject({ state: 'closed', refused: 1, opened: 1, succeeded: 2 });
    });
  });

  describe('reconfigured', () => {
    it('takes thresholds over at the next call and keeps what it counted', async () => {
      const { provider, circuit, fail, many, snapshot } = bench({ minimumCalls: 20 });
      await many(6, fail);
      provider.reconfigure({ circuitBreaker: { minimumCalls: 7 } });
      expect(snapshot()).toMatchObject({ failed: 6, window: { time: { calls: 6 } } });
      await fail();
      expect(circuit.state).toBe('open');
    });

    it('keeps what it counted when its window changes its length', async () => {
      const { provider, clock, fail, many, snapshot } = bench({ window: { time: '10s' } });
      await many(6, fail);
      provider.reconfigure({ circuitBreaker: { window: { time: '1m' } } });
      await clock.advance('30s');
      expect(snapshot()).toMatchObject({ window: { time: { calls: 6, failed: 6 } } });
    });

    it('keeps as many of the last calls as a smaller window holds', async () => {
      const { provider, circuit, ok, fail, snapshot } = bench({ window: { count: 10 }, minimumCalls: 10 });
      for (const call of [fail, fail, ok, fail]) await call();
      provider.reconfigure({ circuitBreaker: { window: { count: 3 } } });
      expect(snapshot()).toMatchObject({ failed: 3, window: { count: { calls: 3, failed: 2 } } });
      expect(circuit.state).toBe('closed');
      await fail();
      expect(circuit.state).toBe('open');
    });

    it('lets an open circuit be open for as long as it was to be', async () => {
      const { provider, circuit, clock } = bench({ openFor: '5s' });
      circuit.forceOpen();
      provider.reconfigure({ circuitBreaker: { openFor: '1s' } });
      await clock.advance(4999);
      expect(circuit.state).toBe('open');
      await clock.advance(1);
      expect(circuit.state).toBe('half-open');
      circuit.forceOpen();
      await clock.advance('1s');
      expect(circuit.state).toBe('half-open');
    });

    it('cancels nothing that is under way, and counts it', async () => {
      const { provider, begin, snapshot } = bench({ window: { count: 10 } });
      const call = begin();
      provider.reconfigure({ circuitBreaker: { window: { count: 20 }, slowCall: { over: '1ms' } } });
      await call.succeed();
      expect(call.result.value).toBe('ok');
      expect(snapshot()).toMatchObject({ succeeded: 1, window: { count: { calls: 1, slow: 0 } } });
    });

    it('decides what the new settings decide: it must not stay half-open with no trial let in', async () => {
      const { provider, circuit, clock, begin, fail } = bench({
        window: { consecutive: 1 },
        openFor: '1s',
        halfOpen: { calls: 10, successRate: 0.5 },
      });
      await fail();
      await clock.advance('1s');
      for (let i = 0; i < 4; i++) await begin().succeed();
      for (let i = 0; i < 3; i++) await begin().fail();
      expect(circuit.state).toBe('half-open');
      provider.reconfigure({ circuitBreaker: { halfOpen: { calls: 7 } } });
      expect(circuit.state).toBe('closed');
    });
  });

  it('has neither a timer nor an error with a stack while idle and refusing', async () => {
    const { clock, circuit, ok } = bench();
    circuit.forceOpen();
    const { error } = (await outcomeOf(ok())) as { error: Error };
    expect(error.stack).not.toContain('    at ');
    expect(clock.pendingTimers()).toBe(0);
  });

  it('shows its state as plain JSON', async () => {
    const { snapshot, ok, fail } = bench();
    await ok();
    await fail();
    expect(snapshot()).toEqual({
      kind: 'circuitBreaker',
      state: 'closed',
      mode: 'enforce',
      consecutiveOpens: 0,
      window: { time: { calls: 2, failed: 1, slow: 0 } },
      consecutiveFailures: 1,
      succeeded: 1,
      failed: 1,
      ignored: 0,
      refused: 0,
      wouldRefuse: 0,
      opened: 0,
      openKeys: 0,
      halfOpenKeys: 0,
      keys: 0,
    });
  });

  it('shows in each state what belongs to it', async () => {
    const { snapshot, clock, begin, ok, fail } = bench({
      window: { consecutive: 1, count: 5 },
      openFor: '5s',
      halfOpen: { calls: 2 },
      ramp: { over: '10s', from: 0.2 },
    });
    await fail();
    await clock.advance(1000.5);
    await outcomeOf(ok());
    const opened = { consecutiveOpens: 1, opened: 1, failed: 1, refused: 1 };
    expect(snapshot()).toMatchObject({ state: 'open', openForMs: 4000, ...opened });
    await clock.advance('4s');
    expect(snapshot()).not.toHaveProperty('openForMs');
    const trials = [begin(), begin()];
    await trials[0]!.succeed();
    expect(snapshot()).toMatchObject({
      state: 'half-open',
      trial: { inFlight: 1, succeeded: 1, failed: 0 },
      ...opened,
      succeeded: 1,
    });
    await trials[1]!.succeed();
    await clock.advance('5s');
    expect(snapshot()).toMatchObject({
      state: 'closed',
      ramp: { share: 0.6, leftMs: 5000 },
      window: { count: { calls: 0, failed: 0, slow: 0 } },
      ...opened,
      succeeded: 2,
    });
    expect(snapshot()).not.toHaveProperty('trial');
    await clock.advance('5s');
    expect(snapshot()).not.toHaveProperty('ramp');
  });
});
