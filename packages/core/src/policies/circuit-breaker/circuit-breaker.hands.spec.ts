import { describe, expect, it } from '@jest/globals';
import { environmentOf, httpError, liveCall, outcomeOf } from '../../testing/calls.fixture.js';
import type { CircuitBreaker, ExportedCircuit } from './circuit-breaker.js';
import { bench } from './circuit-breaker.fixture.js';

describe('a circuit breaker that an operator steers', () => {
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
      expect(snapshot()).toMatchObject({ state: 'closed', failed: 0, opened: 0, window: { time: { calls: 0 } } });
      await many(4, fail);
      expect(circuit.state).toBe('closed');
    });

    it('closes at once, without a ramp, and remembers former outages until it was closed for long enough', async () => {
      const openFor = { initial: '1s', jitter: 'none', stableAfter: '5s' } as const;
      const { circuit, clock, snapshot } = bench({ openFor, ramp: { over: '10s' } });
      circuit.forceOpen();
      circuit.forceClosed();
      expect(snapshot()).toMatchObject({ state: 'closed', consecutiveOpens: 1 });
      expect(snapshot()).not.toHaveProperty('ramp');
      await clock.advance(4999);
      circuit.forceOpen();
      expect(snapshot()).toMatchObject({ openForMs: 2000, consecutiveOpens: 2 });
      circuit.forceOpen();
      expect(snapshot()).toMatchObject({ openForMs: 2000, consecutiveOpens: 2, opened: 3 });
      circuit.reset();
      expect(snapshot()).toMatchObject({ consecutiveOpens: 0, opened: 0 });
      circuit.forceOpen();
      expect(snapshot()).toMatchObject({ openForMs: 1000, consecutiveOpens: 1 });
    });

    it.each([
      ['isolates', ['isolate', 'forceOpen']],
      ['isolates and closes', ['isolate', 'forceClosed', 'forceOpen']],
      ['closes', ['forceClosed', 'forceOpen']],
    ] as const)('does not bring former outages back that were forgotten when it %s', async (_name, hands) => {
      const { circuit, clock, snapshot } = bench({
        openFor: { initial: '1s', factor: 2, jitter: 'none', stableAfter: '5s' },
      });
      circuit.forceOpen();
      circuit.forceClosed();
      await clock.advance('5s');
      for (const hand of hands) {
        expect(snapshot()).toMatchObject({ consecutiveOpens: 0 });
        circuit[hand]();
      }
      expect(snapshot()).toMatchObject({ consecutiveOpens: 1, openForMs: 1000 });
    });

    it('opens what is open for no less than it was, and as the provider has asked for', async () => {
      const { circuit, clock, fail, events, snapshot } = bench({ window: { consecutive: 1 }, openFor: '5s' });
      await fail({ 'retry-after': '60' }, 503);
      await clock.advance('1s');
      circuit.forceOpen();
      expect(snapshot()).toMatchObject({ state: 'open', openForMs: 59_000 });
      expect(events.all.at(-1)).toMatchObject({ detail: { from: 'open', openForMs: 59_000, consecutiveOpens: 1 } });
      await clock.advance('55s');
      circuit.forceOpen();
      expect(snapshot()).toMatchObject({ state: 'open', openForMs: 5000, consecutiveOpens: 1 });
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
    const moved = (exported: ExportedCircuit) => JSON.parse(JSON.stringify(exported)) as ExportedCircuit;
    const options = {
      window: { consecutive: 1 },
      openFor: { initial: '1s', factor: 2, jitter: 'none', stableAfter: '20s' },
      halfOpen: { calls: 2 },
      ramp: { over: '10s' },
    } as const;

    it('carry remaining times, never timestamps, so that another process with another clock goes on', async () => {
      const one = bench({ openFor: '5s' });
      one.circuit.forceOpen();
      await one.clock.advance('2s');
      const exported = moved(one.circuit.export());
      expect(exported).toEqual({ state: 'open', consecutiveOpens: 1, openForMs: 3000 });
      const other = bench({ openFor: '5s' });
      await other.clock.advance('9h');
      other.circuit.import(exported);
      await other.clock.advance(2999);
      expect(other.circuit.state).toBe('open');
      await other.clock.advance(1);
      expect(other.circuit.state).toBe('half-open');
    });

    it('carry the longest time that a circuit can be open, whatever the clock says', () => {
      const { circuit, clock } = bench({ openFor: 2_147_483_647 });
      // Added and subtracted again, it is a little more.
      clock.block(3.3);
      circuit.forceOpen();
      circuit.import(moved(circuit.export()));
      expect(circuit.export()).toMatchObject({ state: 'open', openForMs: 2_147_483_647 });
    });

    it('find what time has brought about', async () => {
      const { circuit, clock, fail } = bench(options);
      await fail();
      await clock.advance('1s');
      expect(circuit.export()).toEqual({
        state: 'half-open',
        consecutiveOpens: 1,
        trial: { succeeded: 0, failed: 0 },
      });
    });

    it('carry a trial with the calls that have ended; those under way are let through anew', async () => {
      const one = bench(options);
      await one.fail();
      await one.clock.advance('1s');
      await one.begin().succeed();
      one.begin();
      const exported = moved(one.circuit.export());
      expect(exported).toEqual({ state: 'half-open', consecutiveOpens: 1, trial: { succeeded: 1, failed: 0 } });
      const other = bench(options);
      other.circuit.import(exported);
      expect(other.snapshot()).toMatchObject({ trial: { inFlight: 0, succeeded: 1, failed: 0 } });
      await other.ok();
      expect(other.circuit.state).toBe('closed');
    });

    it('decide a trial that the settings of the other side decide', () => {
      const { circuit, events } = bench({ halfOpen: { calls: 1 } });
      circuit.import({ state: 'half-open', trial: { succeeded: 1, failed: 0 } });
      expect(circuit.state).toBe('closed');
      circuit.import({ state: 'half-open', trial: { succeeded: 0, failed: 1 } });
      expect(circuit.state).toBe('open');
      expect(events.all.map(({ detail }) => 'reason' in detail && detail.reason)).toEqual([
        'imported',
        'trial succeeded',
        'imported',
        'trial failed',
      ]);
    });

    it('carry how far a ramp has come, and what is remembered of former outages', async () => {
      const one = bench(options);
      await one.fail();
      await one.clock.advance('1s');
      await one.many(2, one.ok);
      await one.clock.advance('4s');
      const exported = moved(one.circuit.export());
      expect(exported).toEqual({ state: 'closed', consecutiveOpens: 1, rampForMs: 6000, stableInMs: 26_000 });
      const other = bench(options);
      await other.clock.advance('3d');
      other.circuit.import(exported);
      expect(other.snapshot()).toMatchObject({ ramp: { share: 0.46, leftMs: 6000 }, consecutiveOpens: 1 });
      await other.clock.advance(25_999);
      expect(moved(other.circuit.export())).toEqual({ state: 'closed', consecutiveOpens: 1, stableInMs: 1 });
      await other.fail();
      expect(other.snapshot()).toMatchObject({ state: 'open', openForMs: 2000, consecutiveOpens: 2 });
    });

    it('forget former outages when that time has come', async () => {
      const { circuit, clock, fail, snapshot } = bench(options);
      circuit.import({ state: 'closed', consecutiveOpens: 3, stableInMs: 500 });
      await clock.advance(500);
      expect(circuit.export()).toEqual({ state: 'closed', consecutiveOpens: 0 });
      await fail();
      expect(snapshot()).toMatchObject({ openForMs: 1000, consecutiveOpens: 1 });
    });

    it('give a closed circuit that says nothing of it its stable time', async () => {
      const { circuit, clock, snapshot } = bench(options);
      circuit.import({ state: 'closed', consecutiveOpens: 3, rampForMs: 500 });
      await clock.advance(20_499);
      expect(snapshot()).toMatchObject({ consecutiveOpens: 3 });
      await clock.advance(1);
      expect(snapshot()).toMatchObject({ consecutiveOpens: 0 });
    });

    it.each([
      [{ state: 'closed' }, { state: 'closed', consecutiveOpens: 0 }],
      [{ state: 'isolated' }, { state: 'isolated', consecutiveOpens: 0 }],
      [{ state: 'open' }, { state: 'open', consecutiveOpens: 1, openForMs: 1000 }],
    ] as const)('take %j', (given, full) => {
      const { circuit, events } = bench(options);
      circuit.import(given);
      expect(moved(circuit.export())).toEqual(full);
      expect(events.all[0]).toMatchObject({ detail: { from: 'closed', reason: 'imported' } });
    });

    it('say for how long an imported circuit is open', async () => {
      const { circuit, clock, events } = bench(options);
      await clock.advance('1m');
      circuit.import({ state: 'open', openForMs: 700, consecutiveOpens: 3 });
      expect(events.all[0]).toMatchObject({
        type: 'circuitBreaker.opened',
        detail: { openForMs: 700, consecutiveOpens: 3 },
      });
      circuit.import({ state: 'closed' });
      expect(events.all[1]?.detail).toEqual({ from: 'open', reason: 'imported' });
    });

    it.each([{ state: 'open', openForMs: Number.NaN }, { state: 'ajar' }, { state: 'closed', openForMs: 1 }])(
      'refuse %j, and change nothing',
      (exported) => {
        const { circuit, events } = bench();
        expect(() => circuit.import(exported as ExportedCircuit)).toThrow(TypeError);
        expect(circuit.state).toBe('closed');
        expect(events.all).toEqual([]);
      },
    );

    it('let no call of before count in what is taken up', async () => {
      const { circuit, begin, snapshot } = bench(options);
      const old = begin();
      circuit.import(circuit.export());
      await old.fail();
      expect(snapshot()).toMatchObject({ state: 'closed', failed: 0 });
    });
  });

  describe('with metrics only', () => {
    const options = {
      mode: 'metricsOnly',
      window: { consecutive: 2 },
      openFor: '1s',
      halfOpen: { calls: 2 },
    } as const;

    it('counts, changes its state and tells, and never refuses', async () => {
      const { circuit, clock, events, ok, fail, snapshot } = bench(options);
      await fail();
      await fail();
      expect(circuit.state).toBe('open');
      expect(await ok()).toBe('ok');
      expect(await ok()).toBe('ok');
      expect(snapshot()).toMatchObject({
        mode: 'metricsOnly',
        state: 'open',
        failed: 2,
        succeeded: 0,
        refused: 0,
        wouldRefuse: 2,
      });
      await clock.advance('1s');
      await ok();
      await ok();
      expect(circuit.state).toBe('closed');
      expect(events.types).toEqual(['circuitBreaker.opened', 'circuitBreaker.halfOpened', 'circuitBreaker.closed']);
      expect(events.all.map(({ detail }) => 'mode' in detail && detail.mode)).toEqual([
        'metricsOnly',
        'metricsOnly',
        'metricsOnly',
      ]);
      expect(snapshot()).toMatchObject({ succeeded: 2, wouldRefuse: 2 });
    });

    it('counts a call once that waits in a gate below', async () => {
      const { circuit, begin, snapshot } = bench(options, { bulkhead: { concurrency: 1, queue: 1 } });
      circuit.forceOpen();
      const [first, second] = [begin(), begin()];
      await first.succeed();
      await second.succeed();
      expect([second.result.value, snapshot()['wouldRefuse']]).toEqual(['ok', 2]);
    });

    it('decides as if it had refused: what it lets through beside the trial decides nothing', async () => {
      const { circuit, clock, begin, fail, snapshot } = bench(options);
      await fail();
      await fail();
      await clock.advance('1s');
      const calls = [begin(), begin(), begin(), begin()];
      expect(snapshot()).toMatchObject({ state: 'half-open', trial: { inFlight: 2 }, wouldRefuse: 2 });
      await calls[2]!.fail();
      await calls[3]!.fail();
      expect(circuit.state).toBe('half-open');
      await calls[0]!.succeed();
      await calls[1]!.succeed();
      expect(circuit.state).toBe('closed');
      expect(snapshot()).toMatchObject({ succeeded: 2, failed: 2, wouldRefuse: 2 });
    });

    it('refuses nothing in a ramp either', async () => {
      const { clock, ok, fail, many, snapshot } = bench({ ...options, ramp: { over: '10s', from: 0.5 } });
      await many(2, fail);
      await clock.advance('1s');
      await many(2, ok);
      await many(10, ok);
      expect(snapshot()).toMatchObject({ state: 'closed', wouldRefuse: 5, refused: 0, succeeded: 7 });
    });

    it('lets calls through even while isolated, with a key and without', async () => {
      const { circuit, provider, ok, snapshot } = bench(options);
      circuit.isolate();
      expect(await ok()).toBe('ok');
      expect(await provider.execute(() => 'ok', { key: 'tenant' })).toBe('ok');
      expect(snapshot()).toMatchObject({ state: 'isolated', wouldRefuse: 1 });
    });

    it('can be switched on and off while it is open, from the next call on', async () => {
      const { provider, ok, many, fail, snapshot } = bench({ ...options, mode: 'enforce' });
      await many(2, fail);
      await expect(ok()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
      provider.reconfigure({ circuitBreaker: { mode: 'metricsOnly' } });
      expect(await ok()).toBe('ok');
      provider.reconfigure({ circuitBreaker: { mode: 'enforce' } });
      await expect(ok()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
      expect(snapshot()).toMatchObject({ state: 'open', refused: 2, wouldRefuse: 1 });
    });

    it('is no word in the events of a circuit that enforces', async () => {
      const { events, circuit } = bench();
      circuit.forceOpen();
      expect(events.all[0]?.detail).not.toHaveProperty('mode');
    });
  });

  describe('with keys', () => {
    const options = {
      window: { consecutive: 1 },
      openFor: { initial: '1s', stableAfter: '5s', jitter: 'none' },
      halfOpen: { calls: 1 },
      ramp: { over: '2s' },
    } as const;

    /** The circuits of keys, as the gate that keeps them sees them. */
    function keyed() {
      const { circuit: handle, clock } = bench(options);
      const circuit = handle as CircuitBreaker;
      const told: string[] = [];
      const key = circuit.forKey({ ...environmentOf(clock), emit: (type) => void told.push(type) });
      let usedAt = 0;
      const call = (failed: boolean) => {
        const begun = liveCall(undefined, 'tenant', clock);
        usedAt = clock.now();
        const ticket = key.enter(begun) as number;
        const outcome = { kind: failed ? 'unknown' : 'success' } as const;
        begun.end(outcome);
        key.leave(ticket, outcome, begun);
      };
      const idle = () => key.idle(clock.now(), usedAt);
      return { circuit, clock, key, call, idle, told };
    }

    it('can forget one only when it is closed, past its ramp, and stable: else an outage would seem the first', async () => {
      const { clock, call, idle } = keyed();
      expect(idle()).toBe(true);
      call(false);
      expect(idle()).toBe(true);
      call(true);
      expect(idle()).toBe(false);
      await clock.advance('1s');
      expect(idle()).toBe(false);
      call(false);
      expect(idle()).toBe(false);
      await clock.advance(6999);
      expect(idle()).toBe(false);
      await clock.advance(1);
      expect(idle()).toBe(true);
    });

    it('has no key idle whose ramp goes on, even if nothing else is remembered', async () => {
      const { key, clock, idle } = keyed();
      key.import({ state: 'closed', rampForMs: 100 });
      expect(idle()).toBe(false);
      await clock.advance(100);
      expect(idle()).toBe(true);
    });

    it('changes no state of a key when asked whether it may be forgotten', async () => {
      const { key, clock, idle, told } = keyed();
      key.forceOpen();
      await clock.advance('1h');
      expect([idle(), key.remembers(clock.now())]).toEqual([false, false]);
      expect(told).toEqual(['circuitBreaker.opened']);
      expect(key.state).toBe('half-open');
    });

    it('can forget one that is open when no call has come for an hour after its time, and one that is half-open for an hour', async () => {
      const { key, clock, call, idle } = keyed();
      call(true);
      await clock.advance(3_600_999);
      expect(idle()).toBe(false);
      await clock.advance(1);
      expect(idle()).toBe(true);
      const ignored = liveCall(undefined, 'tenant', clock);
      key.leave(key.enter(ignored) as number, { kind: 'throttled' }, ignored);
      expect([key.state, idle()]).toEqual(['half-open', true]);
      call(true);
      await clock.advance('2s');
      expect([key.state, idle()]).toEqual(['half-open', false]);
      await clock.advance(3_597_999);
      expect(idle()).toBe(false);
      await clock.advance(1);
      expect(idle()).toBe(true);
      key.isolate();
      await clock.advance('1d');
      expect(idle()).toBe(false);
    });

    it('gives each key a state, a streak of opens and a ramp of its own', async () => {
      const { key, circuit, clock, call } = keyed();
      call(true);
      expect([key.state, circuit.state, circuit.forKey(environmentOf(clock)).state]).toEqual([
        'open',
        'closed',
        'closed',
      ]);
      await clock.advance('1s');
      call(true);
      expect(key.export()).toEqual({ state: 'open', consecutiveOpens: 2, openForMs: 2000 });
      expect(circuit.export()).toEqual({ state: 'closed', consecutiveOpens: 0 });
    });

    it('keeps more than a thousand keys rather than forget one that is open', async () => {
      const { provider } = bench(options);
      const fail = (key: string) => outcomeOf(provider.execute(() => Promise.reject(httpError(500)), { key }));
      await fail('sick');
      for (let i = 0; i < 1100; i++) await provider.execute(() => i, { key: `tenant ${i}` });
      expect(await fail('sick')).toMatchObject({ error: { code: 'CIRCUIT_OPEN', state: 'open' } });
    });

    it('does by hand to every key what it does to the whole, and a key that comes later begins closed', async () => {
      const { circuit, provider, clock, snapshot } = bench({ ...options, ramp: undefined });
      const run = (key: string, work: () => unknown = () => 'ok') => outcomeOf(provider.execute(work, { key }));
      const OPEN = { error: { code: 'CIRCUIT_OPEN', state: 'open' } };
      await run('a');
      await run('b', () => Promise.reject(httpError(500)));
      expect(snapshot()).toMatchObject({ state: 'closed', keys: 2, openKeys: 1, halfOpenKeys: 0 });
      circuit.forceOpen();
      expect(snapshot()).toMatchObject({ state: 'open', keys: 2, openKeys: 2, halfOpenKeys: 0 });
      expect([await run('a'), await run('b'), await run('later')]).toMatchObject([OPEN, OPEN, { value: 'ok' }]);
      await clock.advance('1s');
      void run('a', () => new Promise(() => undefined));
      expect(snapshot()).toMatchObject({ state: 'half-open', keys: 3, openKeys: 1, halfOpenKeys: 1 });
      circuit.forceClosed();
      expect(snapshot()).toMatchObject({ state: 'closed', openKeys: 0, halfOpenKeys: 0 });
      expect([await run('a'), await run('b')]).toEqual([{ value: 'ok' }, { value: 'ok' }]);
      await run('b', () => Promise.reject(httpError(500)));
      expect(snapshot()).toMatchObject({ openKeys: 1 });
      circuit.reset();
      expect(await run('b')).toEqual({ value: 'ok' });
    });

    it('ends with a listener that calls every key that it is told to be open', async () => {
      const { circuit, provider, events } = bench(options);
      for (const key of ['a', 'b', 'c']) await provider.execute(() => 'ok', { key });
      const called: unknown[] = [];
      provider.events.on(() => {
        for (const key of ['a', 'b', 'c', `${called.length}`])
          called.push(outcomeOf(provider.execute(() => key, { key })));
      });
      circuit.forceOpen();
      expect(events.types).toHaveLength(4);
      expect(await Promise.all(called)).toHaveLength(16);
    });

    it('refuses calls of a key while the whole is isolated, and counts them at the key', () => {
      const { circuit, key, clock } = keyed();
      circuit.isolate();
      expect(key.enter(liveCall(undefined, 'tenant', clock))).toMatchObject({
        code: 'CIRCUIT_OPEN',
        state: 'isolated',
      });
      expect(key.snapshot(0)).toMatchObject({ state: 'closed', refused: 1 });
      circuit.forceClosed();
      expect(key.enter(liveCall(undefined, 'tenant', clock))).toBe(0);
    });
  });
});
