import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createProvider } from '../provider/create-provider.js';
import type { ProviderOptions } from '../provider/provider-options.js';
import { TestClock } from '../testing/test-clock.js';
import { SystemClock } from './system-clock.js';

const HOUR_MS = 3_600_000;

describe('A machine that was suspended', () => {
  let monotonic = 0;
  let wall = 0;
  let looks = 0;

  beforeEach(() => {
    [monotonic, wall, looks] = [1000, Date.UTC(2026, 0, 1), 0];
    jest.spyOn(performance, 'now').mockImplementation(() => monotonic);
    jest.spyOn(Date, 'now').mockImplementation(() => (looks++, wall));
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  function pass(ms: number): void {
    monotonic += ms;
    wall += ms;
  }

  function started(): SystemClock {
    const clock = new SystemClock();
    expect(clock.now()).toBe(1000);
    return clock;
  }

  it('finds the time gone by, once, within a tenth of a second', () => {
    const clock = started();
    wall += 8 * HOUR_MS;
    pass(100);
    expect(clock.now()).toBe(1100 + 8 * HOUR_MS);
    pass(5000);
    expect(clock.now()).toBe(6100 + 8 * HOUR_MS);
    wall += HOUR_MS;
    pass(100);
    expect(clock.now()).toBe(6200 + 9 * HOUR_MS);
  });

  it.each([
    ['set back by an hour', -HOUR_MS],
    ['set back by a second', -1000],
    ['put forward by ten seconds', 10_000],
  ])('is not seen in a wall clock that is %s', (_what, by) => {
    const clock = started();
    wall += by;
    for (let ms = 1100; ms < 5000; ms += 100) {
      pass(100);
      expect(clock.now()).toBe(ms);
    }
  });

  it('is not seen in clocks that drift apart over a long idle time', () => {
    const clock = started();
    pass(24 * HOUR_MS);
    wall += 43_200;
    expect(clock.now()).toBe(1000 + 24 * HOUR_MS);
  });

  it('costs one look at the wall clock in a tenth of a second', () => {
    const clock = started();
    for (let readings = 0; readings < 1000; readings++) clock.now();
    expect(looks).toBe(1);
    pass(100);
    for (let readings = 0; readings < 1000; readings++) clock.now();
    expect(looks).toBe(2);
  });
});

describe('What was kept before a suspension', () => {
  function bench(options: ProviderOptions) {
    const clock = new TestClock();
    return { clock, provider: createProvider('rates', options, { clock }) };
  }

  it('in a cache is not fresh after it', async () => {
    const { clock, provider } = bench({ cache: { ttl: '30s' } });
    let asked = 0;
    const ask = () => provider.execute(() => ++asked, { args: ['EUR'] });
    expect([await ask(), await ask()]).toEqual([1, 1]);
    clock.suspend('8h');
    expect(await ask()).toBe(2);
  });

  it('by a circuit and a pause is over after it', async () => {
    const { clock, provider } = bench({ circuitBreaker: { window: { consecutive: 1 } }, rateLimit: { limit: 10 } });
    await provider.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
    provider.observe({ status: 429, headers: { 'retry-after': '3600' } });
    expect(provider.circuitBreaker?.state).toBe('open');
    clock.suspend('8h');
    expect(await provider.execute(() => 'through')).toBe('through');
  });

  it('by a timer is not: that goes on where it stood', async () => {
    const clock = new TestClock();
    const run = jest.fn();
    clock.schedule(1000, run);
    clock.suspend('8h');
    expect(clock.nextTimerIn()).toBe(1000);
    await clock.advance(999);
    expect(run).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(run).toHaveBeenCalledTimes(1);
  });
});
