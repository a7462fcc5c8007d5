import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../create-provider.js';
import type { ProviderOptions } from '../../provider-options.js';
import { deferred, type Deferred } from '../../testing/deferred.js';
import { httpError, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { policyContract } from '../../testing/policy-contract.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import { circuitBreakerKind } from './circuit-breaker.kind.js';
import type { ExportedCircuit } from './circuit-breaker.js';
import { isCircuitOpenError } from './circuit-open.error.js';
import type { CircuitBreakerOptions } from './circuit-breaker.options.js';
import { readSettings } from '../../settings/read-settings.js';

function bench(circuitBreaker: CircuitBreakerOptions = {}, more: ProviderOptions = {}) {
  const clock = new TestClock();
  const provider = createProvider('payments', { circuitBreaker, ...more }, { clock });
  const circuit = provider.circuitBreaker!;
  const events = recordEvents(provider);
  const ok = () => provider.execute(async () => 'ok');
  const fail = () => provider.execute(() => Promise.reject(httpError(500))).catch(() => undefined);
  const many = async (times: number, call: () => Promise<unknown>) => {
    for (let i = 0; i < times; i++) await call();
  };
  /** Begins a call that ends when the test says so. */
  const begin = () => {
    const work: Deferred = deferred();
    const caller = new AbortController();
    let called = false;
    const run = () => {
      called = true;
      return work.promise;
    };
    const result = watch(provider.execute(run, { signal: caller.signal }));
    const end = async (how: unknown) => {
      if (how instanceof Error) work.reject(how);
      else work.resolve(how);
      await turn();
    };
    return { result, caller, succeed: () => end('ok'), fail: () => end(httpError(500)), end, wasCalled: () => called };
  };
  const snapshot = () => provider.snapshot().policies.find(({ kind }) => kind === 'circuitBreaker')!;
  return { clock, provider, circuit, events, ok, fail, many, begin, snapshot };
}

describe('circuit breaker', () => {
  policyContract(() => circuitBreakerKind.specs(readSettings(circuitBreakerKind.schema, {}, '').settings));

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
      const { circuit, ok, fail, many } = bench({ failureRate: 0.55, minimumCalls: 20 });
      await many(9, ok);
      await many(10, fail);
      expect(circuit.state).toBe('closed');
      await fail();
      expect(circuit.state).toBe('open');
    });

    it('not before the minimum of calls: one failure of one is no rate', async () => {
      const { circuit, fail, many } = bench({ minimumCalls: 20 });
      await many(19, fail);
      expect(circuit.state).toBe('closed');
      await fail();
      expect(circuit.state).toBe('open');
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

    it('not for what says nothing about the provider: throttled, refused, given up by the caller', async () => {
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
      ['an ignored error', (begun: ReturnType<ReturnType<typeof bench>['begin']>) => begun.end(httpError(429))],
      ['the caller’s abort', async (begun: ReturnType<ReturnType<typeof bench>['begin']>) => begun.caller.abort()],
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

    it('opens again when a trial ends too late, whoever looked in between', async () => {
      const { circuit, clock, begin } = await openThenWait({ halfOpen: { calls: 1, atMost: '10s' } });
      const late = begin();
      await clock.advance('11s');
      await late.succeed();
      expect(circuit.state).toBe('open');
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
      expect(snapshot()).toMatchObject({ state: 'closed', window: { calls: 0, failed: 0 } });
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
      expect(snapshot()).toMatchObject({ failed: 0, succeeded: 0, window: { calls: 0 } });
    });
  });

  describe('by hand', () => {
    it('isolates until it is closed by hand', async () => {
      const { circuit, clock, ok } = bench({ openFor: '1s' });
      circuit.isolate();
      await clock.advance('1d');
      const { error } = (await outcomeOf(ok())) as { error: { state: string; retryAfterMs?: number } };
      expect(error).toMatchObject({ code: 'CIRCUIT_OPEN', state: 'isolated', retryAfterMs: undefined });
      circuit.forceClosed();
      expect(await ok()).toBe('ok');
    });

    it('opens as if the provider had failed', async () => {
      const { circuit, clock, ok } = bench({ openFor: '1s', halfOpen: { calls: 1 } });
      circuit.forceOpen();
      await expect(ok()).rejects.toMatchObject({ state: 'open', retryAfterMs: 1000 });
      await clock.advance('1s');
      await ok();
      expect(circuit.state).toBe('closed');
    });

    it('forgets everything at a reset', async () => {
      const { circuit, fail, many, snapshot } = bench({ minimumCalls: 5 });
      await many(4, fail);
      circuit.reset();
      expect(snapshot()).toMatchObject({ state: 'closed', failed: 0, opened: 0, window: { calls: 0 } });
      await many(4, fail);
      expect(circuit.state).toBe('closed');
    });

    it('cancels nothing that is under way', async () => {
      const { circuit, begin } = bench();
      const call = begin();
      circuit.isolate();
      await call.succeed();
      expect(call.result.value).toBe('ok');
    });
  });

  describe('export and import', () => {
    const roundTrip = (exported: ExportedCircuit) => JSON.parse(JSON.stringify(exported)) as ExportedCircuit;

    it('carry remaining times, never timestamps, so that another process with another clock goes on', async () => {
      const one = bench({ openFor: '5s' });
      one.circuit.forceOpen();
      await one.clock.advance('2s');
      const exported = roundTrip(one.circuit.export());
      expect(exported).toEqual({ state: 'open', openForMs: 3000 });
      const other = bench({ openFor: '5s' });
      await other.clock.advance('9h');
      other.circuit.import(exported);
      await other.clock.advance(2999);
      expect(other.circuit.state).toBe('open');
      await other.clock.advance(1);
      expect(other.circuit.state).toBe('half-open');
    });

    it.each(['closed', 'half-open', 'isolated'] as const)('carry %s', (state) => {
      const { circuit } = bench();
      circuit.import({ state });
      expect(roundTrip(circuit.export())).toEqual({ state });
    });

    it.each([
      { state: 'open', openForMs: Number.NaN },
      { state: 'open', openForMs: -1 },
      { state: 'open', openForMs: Number.POSITIVE_INFINITY },
      { state: 'ajar' },
    ])('refuse %j, which would be open for ever or nothing at all', (exported) => {
      const { circuit } = bench();
      expect(() => circuit.import(exported as ExportedCircuit)).toThrow(TypeError);
      expect(circuit.state).toBe('closed');
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
      expect(events.all[0]).toMatchObject({
        type: 'circuitBreaker.opened',
        provider: 'payments',
        detail: { from: 'closed', reason: 'consecutive failures', openForMs: 5000 },
      });
    });
  });

  describe('reconfigured', () => {
    it('takes thresholds over at the next call and keeps what it counted', async () => {
      const { provider, circuit, fail, many, snapshot } = bench({ minimumCalls: 20 });
      await many(6, fail);
      provider.reconfigure({ circuitBreaker: { minimumCalls: 7 } });
      expect(snapshot()).toMatchObject({ failed: 6, window: { calls: 6 } });
      await fail();
      expect(circuit.state).toBe('open');
    });

    it('keeps what it counted when its window changes its length', async () => {
      const { provider, clock, fail, many, snapshot } = bench({ window: { time: '10s' } });
      await many(6, fail);
      provider.reconfigure({ circuitBreaker: { window: { time: '1m' } } });
      await clock.advance('30s');
      expect(snapshot()).toMatchObject({ window: { calls: 6, failed: 6 } });
    });

    it('decides what the new settings decide: it must not stay half-open with nobody let in', async () => {
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
      window: { calls: 2, failed: 1, slow: 0 },
      consecutiveFailures: 1,
      succeeded: 1,
      failed: 1,
      ignored: 0,
      refused: 0,
      opened: 0,
      keys: 0,
    });
  });
});
