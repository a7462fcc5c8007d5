import { describe, expect, it } from '@jest/globals';
import { turn } from '../../testing/calls.fixture.js';
import { bench } from './circuit-breaker.fixture.js';
import type { CircuitBreakerOptions } from './circuit-breaker.options.js';

/** How often the clock is read while something is done. */
async function reads(clock: { reads: number }, act: () => unknown): Promise<number> {
  const before = clock.reads;
  await act();
  return clock.reads - before;
}

const SLOW = { slowCall: { over: '1s' } } as const;

describe('a closed circuit reads the clock', () => {
  it.each<[string, CircuitBreakerOptions, number, number]>([
    ['not at all with a consecutive window', { window: { consecutive: 5 } }, 0, 0],
    ['not at all with a count window', { window: { count: 100 } }, 0, 0],
    ['not at all with both', { window: { count: 100, consecutive: 5 } }, 0, 0],
    ['once, at the end, with a time window', { window: { time: '10s' } }, 0, 1],
    ['once, at the end, with all windows', { window: { time: '10s', count: 100, consecutive: 5 } }, 0, 1],
    ['once, at admission, when it must know how long calls take', { window: { count: 100 }, ...SLOW }, 1, 0],
    ['twice when it must know how long calls take, in a time window', { window: { time: '10s' }, ...SLOW }, 1, 1],
  ])('%s', async (_name, options, atAdmission, atTheEnd) => {
    const { clock, beginUnsignalled: begin, fail } = bench({ ...options, minimumCalls: 1000 });
    await begin().succeed();
    let call: ReturnType<typeof begin>;
    expect(await reads(clock, () => (call = begin()))).toBe(atAdmission);
    expect(await reads(clock, () => call.succeed())).toBe(atTheEnd);
    // A failure that opens nothing costs no more.
    expect(await reads(clock, () => fail())).toBe(atAdmission + atTheEnd);
  });

  it.each<[string, CircuitBreakerOptions, number]>([
    ['count window', { window: { count: 100 } }, 0],
    ['time window', { window: { time: '10s' } }, 1],
  ])(
    'once more, at admission, when a signal of its caller can end the call: with a %s',
    async (_name, options, end) => {
      const { clock, begin } = bench(options);
      let call: ReturnType<typeof begin>;
      expect(await reads(clock, () => (call = begin()))).toBe(1);
      expect(await reads(clock, () => call.succeed())).toBe(end);
    },
  );

  it('not at all for a call that says nothing about the provider', async () => {
    const { clock, begin } = bench({ window: { time: '10s' } });
    const call = begin();
    const aborted = async () => {
      call.caller.abort();
      await turn();
    };
    expect(await reads(clock, aborted)).toBe(0);
  });

  it('again as seldom once its ramp is over', async () => {
    const { circuit, clock, ok } = bench({
      window: { count: 10 },
      openFor: '1s',
      halfOpen: { calls: 1 },
      ramp: { over: '1s' },
    });
    circuit.forceOpen();
    await clock.advance('1s');
    await ok();
    await clock.advance('1s');
    expect(await reads(clock, ok)).toBe(1);
    expect(await reads(clock, ok)).toBe(0);
  });
});

describe('a circuit has no timer', () => {
  it('open, half-open, in its ramp or closed', async () => {
    const { circuit, clock, ok } = bench({ openFor: '1s', halfOpen: { calls: 1 }, ramp: { over: '1s' } });
    const timers = [clock.pendingTimers()];
    circuit.forceOpen();
    timers.push(clock.pendingTimers());
    await clock.advance('1s');
    expect(circuit.state).toBe('half-open');
    timers.push(clock.pendingTimers());
    await ok();
    timers.push(clock.pendingTimers());
    await clock.advance('1s');
    await ok();
    timers.push(clock.pendingTimers());
    expect(timers).toEqual([0, 0, 0, 0, 0]);
  });
});
