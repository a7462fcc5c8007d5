import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import { httpError, watch } from '../../testing/calls.fixture.js';
import { recordEvents } from '../../testing/record-events.js';
import { snapshotOf } from '../../testing/snapshot-of.js';
import { TestClock } from '../../testing/test-clock.js';
import { bench } from './circuit-breaker.fixture.js';

/** As `AbortSignal.timeout` aborts, which no fake clock moves. */
const TIMED_OUT = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
const SLOW = { slowCall: { over: '2s', rate: 0.5 }, minimumCalls: 4 } as const;

/** A provider that never answers. */
function hanging(circuitBreaker: object, trackCalls = false) {
  const clock = new TestClock();
  const provider = createProvider('payments', { circuitBreaker }, { clock, trackCalls });
  const hang = (signal?: AbortSignal) =>
    watch(provider.execute(() => new Promise(() => undefined), signal === undefined ? {} : { signal }));
  const shown = () => snapshotOf(provider, 'circuitBreaker');
  return { clock, provider, hang, shown };
}

describe('a provider that hangs', () => {
  it('opens the circuit while its calls are still under way', async () => {
    const { clock, provider, hang } = hanging(SLOW);
    const events = recordEvents(provider);
    for (let i = 0; i < 4; i++) hang();
    await clock.advance('2s');
    expect(provider.circuitBreaker!.state).toBe('closed');
    await clock.advance(1);
    expect(events.ofType('circuitBreaker.opened')[0]?.detail).toMatchObject({
      reason: 'slow call rate',
      calls: 4,
      slow: 4,
    });
  });

  it('opens the circuit although every caller leaves before the attempt’s own time is over', async () => {
    const { clock, provider, hang, shown } = hanging(SLOW);
    for (let i = 0; i < 4; i++) {
      const caller = new AbortController();
      hang(caller.signal);
      await clock.advance('3s');
      caller.abort(new Error('the user left'));
    }
    expect([provider.circuitBreaker!.state, shown().ignored]).toEqual(['open', 3]);
  });

  it.each<[string, object]>([
    ['a row of failures', { window: { consecutive: 4 } }],
    ['a count window', { window: { count: 4 }, minimumCalls: 4 }],
    ['a time window', { window: { time: '1m' }, minimumCalls: 4 }],
    ['no word on it', { openFor: '1h' }],
  ])(
    'opens the circuit although nothing but its callers’ AbortSignal.timeout ends the calls: with %s',
    async (_name, options) => {
      const { clock, provider, hang, shown } = hanging(options);
      const caller = createProvider('shop', {}, { clock });
      for (let i = 0; i < 20 && shown().state === 'closed'; i++) {
        const limit = new AbortController();
        // Every other call is made in one that has the signal.
        if (i % 2 === 0) hang(limit.signal);
        else watch(caller.execute(() => (hang(), new Promise(() => undefined)), { signal: limit.signal }));
        await clock.advance('5s');
        limit.abort(TIMED_OUT);
        await clock.advance(0);
      }
      expect([provider.circuitBreaker!.state, shown().ignored]).toEqual(['open', 0]);
    },
  );

  it('is not blamed where a time limit that others have used up ends calls', async () => {
    const { clock, provider, hang, shown } = hanging({ window: { consecutive: 4 } });
    for (let i = 0; i < 20; i++) {
      const limit = new AbortController();
      hang(limit.signal);
      await clock.advance(900);
      limit.abort(TIMED_OUT);
      await clock.advance(0);
    }
    expect([provider.circuitBreaker!.state, shown().ignored]).toEqual(['closed', 20]);
  });

  it.each<[string, object, (() => unknown)?]>([
    ['that succeed', {}],
    ['where slow calls count', { window: { consecutive: 4, count: 100 }, slowCall: { over: '1m' } }],
    ['that the provider refuses', {}, () => Promise.reject(httpError(404))],
  ])(
    'is found by callers who all wait for less than a second, once it is known how long its calls usually take: calls %s',
    async (_name, options, answer = () => undefined) => {
      const clock = new TestClock();
      const circuitBreaker = { window: { consecutive: 4 }, ...options };
      const provider = createProvider('payments', { circuitBreaker }, { clock });
      let hangs = false;
      const ask = async (limitMs: number) => {
        const limit = new AbortController();
        const work = () => (hangs ? new Promise(() => undefined) : clock.sleep(200).then(answer));
        watch(provider.execute(work, { signal: limit.signal }));
        await clock.advance(limitMs);
        limit.abort(TIMED_OUT);
        await clock.advance(0);
      };
      for (let i = 0; i < 16; i++) await ask(800);
      hangs = true;
      // Was asked late: others had used the time up.
      for (let i = 0; i < 8; i++) await ask(500);
      expect(provider.circuitBreaker!.state).toBe('closed');
      for (let i = 0; i < 4; i++) await ask(800);
      expect(provider.circuitBreaker!.state).toBe('open');
    },
  );

  it('is found in calls that are made within others of it, once it is known how long they usually take', async () => {
    const clock = new TestClock();
    const provider = createProvider('payments', { circuitBreaker: { window: { consecutive: 4 } } }, { clock });
    let hangs = false;
    const work = () => (hangs ? new Promise(() => undefined) : clock.sleep(200));
    const ask = async () => {
      const limit = new AbortController();
      watch(provider.execute(() => provider.execute(work), { signal: limit.signal }));
      await clock.advance(800);
      limit.abort(TIMED_OUT);
      await clock.advance(0);
    };
    for (let i = 0; i < 32; i++) await ask();
    hangs = true;
    for (let i = 0; i < 8; i++) await ask();
    expect(provider.circuitBreaker!.state).toBe('open');
  });

  it('is not blamed for a tenth of a second, however fast it usually is', async () => {
    const clock = new TestClock();
    const provider = createProvider('payments', { circuitBreaker: { window: { consecutive: 4 } } }, { clock });
    for (let i = 0; i < 16; i++) await provider.execute(() => 'at once', { signal: new AbortController().signal });
    for (let i = 0; i < 8; i++) {
      const limit = new AbortController();
      watch(provider.execute(() => new Promise(() => undefined), { signal: limit.signal }));
      await clock.advance(99);
      limit.abort(TIMED_OUT);
      await clock.advance(0);
    }
    expect(provider.circuitBreaker!.state).toBe('closed');
  });

  it('is not blamed for callers who leave early', async () => {
    const { clock, provider, hang, shown } = hanging(SLOW);
    for (let i = 0; i < 20; i++) {
      const caller = new AbortController();
      hang(caller.signal);
      await clock.advance('1s');
      caller.abort(new Error('the user left'));
    }
    expect([provider.circuitBreaker!.state, shown().ignored]).toEqual(['closed', 20]);
  });

  it('fails the trial of a half-open circuit as soon as the time is over', async () => {
    const { clock, provider, hang } = hanging({ ...SLOW, openFor: '1s', halfOpen: { calls: 1 } });
    provider.circuitBreaker!.forceOpen();
    await clock.advance('1s');
    hang();
    await clock.advance('2s');
    expect(provider.circuitBreaker!.state).toBe('half-open');
    await clock.advance(1);
    expect(provider.circuitBreaker!.state).toBe('open');
  });

  it('is no failure twice: a slow call that fails adds its failure to what was counted', async () => {
    const { clock, provider, begin, snapshot } = bench({ window: { time: '1m', count: 10 }, slowCall: { over: '2s' } });
    const calls = [begin(), begin()];
    await clock.advance('3s');
    await calls[0]!.fail();
    await calls[1]!.succeed();
    const counted = { calls: 2, failed: 1, slow: 2 };
    expect(snapshot()).toMatchObject({ window: { time: counted, count: counted }, failed: 1, succeeded: 1 });
    expect(provider.circuitBreaker!.state).toBe('closed');
  });
});

describe('a blocked event loop', () => {
  it('does not make calls slow whose results are there', async () => {
    const { clock, provider, begin, snapshot } = bench({ ...SLOW, minimumCalls: 1 });
    const calls = Array.from({ length: 10 }, () => begin());
    await clock.advance(60);
    clock.block('5s');
    await Promise.all(calls.map((call) => call.succeed()));
    await clock.advance(0);
    expect(provider.circuitBreaker!.state).toBe('closed');
    expect(snapshot()).toMatchObject({ window: { time: { calls: 10, slow: 0 } } });
  });
});

describe('waiting in a gate below', () => {
  it('is no part of how long a call takes', async () => {
    const { clock, begin, snapshot } = bench({ ...SLOW }, { bulkhead: { concurrency: 1, queue: 5 } });
    const [first, second] = [begin(), begin()];
    await clock.advance('1500ms');
    await first.succeed();
    await clock.advance('1900ms');
    await second.succeed();
    expect(snapshot()).toMatchObject({ window: { time: { calls: 2, slow: 0 } } });
    const [third, fourth] = [begin(), begin()];
    await clock.advance('1500ms');
    await third.succeed();
    await clock.advance('2001ms');
    expect(snapshot()).toMatchObject({ window: { time: { calls: 4, slow: 1 } } });
    await fourth.succeed();
    expect(clock.pendingTimers('referenced')).toBe(0);
  });
});

describe('the deadline of an outer call', () => {
  const nested = async (workedFor: string) => {
    const clock = new TestClock();
    const outer = createProvider('shop', { timeout: { total: '3s' } }, { clock });
    const inner = createProvider('payments', { circuitBreaker: { window: { consecutive: 3 } } }, { clock });
    const calls = Array.from({ length: 3 }, () =>
      watch(
        outer.execute(async () => {
          if (workedFor !== '3s') await clock.sleep(2900);
          return inner.execute(() => new Promise(() => undefined));
        }),
      ),
    );
    await clock.advance('3s');
    expect(calls.map(({ error }) => error)).toMatchObject(calls.map(() => ({ code: 'TIMEOUT', provider: 'shop' })));
    return inner.circuitBreaker!.state;
  };

  it('tells the inner circuit that its provider hangs', async () => {
    expect(await nested('3s')).toBe('open');
  });

  it('says nothing of a provider that was asked shortly before', async () => {
    expect(await nested('100ms')).toBe('closed');
  });
});

describe('a consecutive window', () => {
  it('is neither filled nor emptied by answers that refuse the request', async () => {
    const { circuit, fail, ok } = bench({ window: { consecutive: 5 } });
    for (let i = 0; i < 4; i++) {
      await fail();
      await fail({}, 404);
    }
    expect(circuit.state).toBe('closed');
    await fail({}, 401);
    await fail();
    expect(circuit.state).toBe('open');
    circuit.reset();
    for (let i = 0; i < 4; i++) await fail();
    await ok();
    for (let i = 0; i < 4; i++) await fail();
    expect(circuit.state).toBe('closed');
  });

  it('lets such an answer close a half-open circuit', async () => {
    const { circuit, clock, fail } = bench({ window: { consecutive: 5 }, openFor: '1s', halfOpen: { calls: 1 } });
    circuit.forceOpen();
    await clock.advance('1s');
    await fail({}, 404);
    expect(circuit.state).toBe('closed');
  });
});

describe('the defaults', () => {
  it('open the circuit of a provider that is down and is asked once a second', async () => {
    const clock = new TestClock();
    const provider = createProvider('payments', { circuitBreaker: true }, { clock });
    for (let i = 0; i < 10; i++) {
      await provider.execute(() => Promise.reject(httpError(503))).catch(() => undefined);
      await clock.advance('1s');
    }
    expect(provider.circuitBreaker!.state).toBe('open');
  });
});
