import { describe, expect, it } from '@jest/globals';
import { outcomeOf, seededRandom } from '../../testing/calls.fixture.js';
import { bench } from './circuit-breaker.fixture.js';
import type { CircuitBreakerOptions } from './circuit-breaker.options.js';

describe('how long a circuit stays open', () => {
  const growing = {
    window: { consecutive: 1 },
    openFor: { initial: '1s', factor: 2, max: '5s', jitter: 'none', stableAfter: '10s' },
    halfOpen: { calls: 1 },
  } as const;

  it('grows with every trial that fails, up to its longest', async () => {
    const { fail, clock, events, circuit } = bench(growing);
    await fail();
    for (const openForMs of [1000, 2000, 4000, 5000, 5000]) {
      expect(events.all.at(-1)).toMatchObject({ type: 'circuitBreaker.opened', detail: { openForMs } });
      await clock.advance(openForMs - 1);
      expect(circuit.state).toBe('open');
      await clock.advance(1);
      await fail();
    }
    expect(events.ofType('circuitBreaker.opened').map(({ detail }) => detail['consecutiveOpens'])).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });

  it('is told as it was configured, whatever fractions the clock tells', async () => {
    const { fail, ok, clock, events, circuit, snapshot } = bench({ ...growing, ramp: { over: '10s' } });
    for (const fraction of [0.1, 0.3, 1234.1, 86_400_000.7]) {
      clock.block(fraction);
      await fail();
      expect(events.all.at(-1)).toMatchObject({ type: 'circuitBreaker.opened', detail: { openForMs: 1000 } });
      expect(snapshot()).toMatchObject({ openForMs: 1000 });
      await clock.advance('1s');
      await ok();
      expect(events.all.at(-1)).toMatchObject({ type: 'circuitBreaker.closed', detail: { rampMs: 10_000 } });
      expect(snapshot()).toMatchObject({ ramp: { leftMs: 10_000 } });
      circuit.import({ state: 'open', openForMs: 700 });
      expect(events.all.at(-1)).toMatchObject({ type: 'circuitBreaker.opened', detail: { openForMs: 700 } });
      circuit.reset();
    }
  });

  it('grows on after a recovery that did not last: one success is no stable time', async () => {
    const { fail, ok, many, clock, circuit, snapshot } = bench(growing);
    await fail();
    await clock.advance('1s');
    await ok();
    await many(100, ok);
    expect(snapshot()).toMatchObject({ state: 'closed', consecutiveOpens: 1 });
    await clock.advance(9999);
    await fail();
    expect(snapshot()).toMatchObject({ openForMs: 2000, consecutiveOpens: 2 });
    await clock.advance('2s');
    expect(circuit.state).toBe('half-open');
  });

  it('begins anew once the circuit was closed for a stable time', async () => {
    const { fail, ok, clock, snapshot } = bench(growing);
    await fail();
    await clock.advance('1s');
    await ok();
    await clock.advance('10s');
    expect(snapshot()).toMatchObject({ state: 'closed', consecutiveOpens: 0 });
    await fail();
    expect(snapshot()).toMatchObject({ openForMs: 1000, consecutiveOpens: 1 });
  });

  it('counts the stable time from the end of the ramp', async () => {
    const { fail, ok, clock, snapshot } = bench({ ...growing, ramp: { over: '5s' } });
    await fail();
    await clock.advance('1s');
    await ok();
    await clock.advance(14_999);
    expect(snapshot()).toMatchObject({ consecutiveOpens: 1 });
    await clock.advance(1);
    expect(snapshot()).toMatchObject({ consecutiveOpens: 0 });
  });

  it('is a different one for every process that jitters: with equal jitter from half of it', async () => {
    const options = { ...growing, openFor: { ...growing.openFor, jitter: 'equal' } } as const;
    const periods = [0, 0.5, 0.999].map((drawn) => {
      const { circuit, events } = bench(options, {}, () => drawn);
      circuit.forceOpen();
      return events.ofType('circuitBreaker.opened')[0]?.detail.openForMs;
    });
    expect(periods).toEqual([500, 750, 999.5]);
  });

  it('is what the seed says, and always within its bounds', async () => {
    const options = { ...growing, openFor: { ...growing.openFor, jitter: 'full' } } as const;
    const run = async () => {
      const { fail, clock, events } = bench(options, {}, seededRandom(7));
      await fail();
      for (let i = 0; i < 50; i++) {
        await clock.advance(Math.ceil(events.ofType('circuitBreaker.opened').at(-1)!.detail.openForMs));
        await fail();
      }
      return events.ofType('circuitBreaker.opened').map(({ detail }) => detail['openForMs'] as number);
    };
    const periods = await run();
    expect(await run()).toEqual(periods);
    expect(periods).toHaveLength(51);
    expect(Math.min(...periods)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...periods)).toBeLessThanOrEqual(5000);
    expect(new Set(periods).size).toBeGreaterThan(40);
  });

  describe('when the provider says when to come back', () => {
    const options = { window: { consecutive: 2 }, openFor: '5s', halfOpen: { calls: 1 } } as const;

    it('is at least as long as that', async () => {
      const { fail, clock, circuit, events, ok } = bench(options);
      await fail();
      await fail({ 'retry-after': '30' }, 503);
      expect(events.all[0]).toMatchObject({ detail: { openForMs: 30_000, hinted: true } });
      await clock.advance(29_999);
      await expect(ok()).rejects.toMatchObject({ state: 'open', retryAfterMs: 1 });
      await clock.advance(1);
      expect(circuit.state).toBe('half-open');
    });

    it('is its own period when that is longer', async () => {
      const { fail, events } = bench(options);
      await fail();
      await fail({ 'retry-after': '3' }, 503);
      expect(events.all[0]).toMatchObject({ detail: { openForMs: 5000, hinted: false } });
    });

    it('heeds an earlier failure too, and counts from when it came', async () => {
      const { fail, clock, snapshot } = bench(options);
      await fail({ 'retry-after': '30' }, 503);
      await clock.advance('10s');
      await fail();
      expect(snapshot()).toMatchObject({ state: 'open', openForMs: 20_000 });
    });

    it('heeds a trial that failed', async () => {
      const { fail, clock, snapshot } = bench(options);
      await fail();
      await fail();
      await clock.advance('5s');
      await fail({ 'retry-after': '30' }, 503);
      expect(snapshot()).toMatchObject({ state: 'open', openForMs: 30_000 });
    });

    it('heeds none of before the circuit last changed', async () => {
      const { fail, circuit, snapshot } = bench(options);
      await fail({ 'retry-after': '50' }, 503);
      circuit.forceClosed();
      await fail();
      await fail();
      expect(snapshot()).toMatchObject({ state: 'open', openForMs: 5000 });
    });

    it.each([
      ['a minute', {}, 60_000],
      ['as long as it may', { maxRetryAfter: '10m' }, 600_000],
      ['its own period where it may heed nothing', { maxRetryAfter: 0 }, 5000],
    ] as const)('is at most %s', async (_name, limit, openForMs) => {
      const { fail, snapshot } = bench({ ...options, ...limit });
      await fail();
      await fail({ 'retry-after': '86400' }, 503);
      expect(snapshot()).toMatchObject({ state: 'open', openForMs });
    });

    it('heeds no throttling: 429 closes the rate gate, and is no failure of the provider', async () => {
      const { fail, circuit, snapshot } = bench(options);
      await fail({ 'retry-after': '30' }, 429);
      await fail({ 'retry-after': '30' }, 429);
      expect(circuit.state).toBe('closed');
      await fail();
      await fail();
      expect(snapshot()).toMatchObject({ state: 'open', openForMs: 5000, ignored: 2 });
    });
  });
});

describe('the ramp of a circuit that has closed', () => {
  const options = {
    window: { count: 10 },
    minimumCalls: 10,
    openFor: '1s',
    halfOpen: { calls: 1 },
    ramp: { over: '10s', from: 0.2 },
  } as const;

  async function recovering(more: CircuitBreakerOptions = {}) {
    const made = bench({ ...options, ...more });
    made.circuit.forceOpen();
    await made.clock.advance('1s');
    await made.ok();
    /** How many of so many calls were let through. */
    const letThrough = async (calls: number) => {
      let called = 0;
      for (let i = 0; i < calls; i++) await outcomeOf(made.provider.execute(() => called++));
      return called;
    };
    return { ...made, letThrough };
  }

  it('lets a growing share of the calls through, and all of them in the end', async () => {
    const { circuit, clock, letThrough } = await recovering();
    expect(circuit.state).toBe('closed');
    const shares: number[] = [await letThrough(20)];
    for (let second = 1; second <= 10; second++) {
      await clock.advance('1s');
      shares.push(await letThrough(100));
    }
    expect(shares).toEqual([4, 28, 36, 44, 52, 60, 68, 76, 84, 92, 100]);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('refuses the others with an error that says so, and when all are let through', async () => {
    const { clock, ok, snapshot } = await recovering();
    await ok();
    await clock.advance('1s');
    const { error } = (await outcomeOf(ok())) as { error: Error };
    expect(error).toMatchObject({
      code: 'CIRCUIT_OPEN',
      state: 'recovering',
      retryAfterMs: 9000,
      provider: 'payments',
      operation: 'execute',
      message: 'payments: the circuit has just closed and lets a growing share of the calls through',
    });
    expect(snapshot()).toMatchObject({ state: 'closed', ramp: { share: 0.28, leftMs: 9000 }, refused: 1 });
  });

  it('counts failures like any closed circuit, and opens again', async () => {
    const { clock, fail, many, snapshot, events } = await recovering();
    await clock.advance('5s');
    await many(14, fail);
    expect(snapshot()).toMatchObject({ state: 'closed', window: { count: { calls: 9, failed: 9 } }, refused: 5 });
    await many(2, fail);
    expect(snapshot()).toMatchObject({ state: 'open', consecutiveOpens: 2 });
    expect(events.all.at(-1)).toMatchObject({ detail: { from: 'closed', reason: 'failure rate', calls: 10 } });
  });

  it('counts the calls that began in it when it is over', async () => {
    const { clock, begin, snapshot } = await recovering();
    const call = begin();
    await clock.advance('10s');
    await begin().succeed();
    expect(snapshot()).not.toHaveProperty('ramp');
    await call.fail();
    expect(snapshot()).toMatchObject({ window: { count: { calls: 2, failed: 1 } } });
  });

  it('is over when the new settings have none, and follows them when they have another', async () => {
    const { clock, provider, letThrough, snapshot } = await recovering();
    await clock.advance('5s');
    provider.reconfigure({ circuitBreaker: { ramp: { over: '20s', from: 0.6 } } });
    expect(snapshot()).toMatchObject({ ramp: { share: 0.7, leftMs: 15_000 } });
    provider.reconfigure({ circuitBreaker: { ramp: { over: '4s' } } });
    expect(snapshot()).not.toHaveProperty('ramp');
    expect(await letThrough(10)).toBe(10);
  });

  it('is none by default', async () => {
    const { circuit, clock, ok, many, snapshot } = bench({ openFor: '1s', halfOpen: { calls: 1 } });
    circuit.forceOpen();
    await clock.advance('1s');
    await ok();
    await many(100, ok);
    expect(snapshot()).toMatchObject({ state: 'closed', refused: 0, succeeded: 101 });
    expect(snapshot()).not.toHaveProperty('ramp');
  });
});
