import { TestClock } from '@breakwater/core/testing';
import { describe, expect, it } from '@jest/globals';
import { Clock } from './clock.js';

describe('Clock', () => {
  it('wakes a sleeper in time, and not before', async () => {
    const source = new TestClock();
    const clock = new Clock(source);
    let woken = 0;
    void clock.sleep(10).then(() => (woken += 1));

    await source.advance(9);
    expect(woken).toBe(0);
    await source.advance(1);
    expect(woken).toBe(1);
    expect([clock.now(), clock.wallMs()]).toEqual([source.now(), source.wallNow()]);
  });

  it('does not run what was called off', async () => {
    const source = new TestClock();
    let ran = false;
    const callOff = new Clock(source).after(10, () => (ran = true));

    callOff();
    await source.advance(20);

    expect(ran).toBe(false);
    expect(source.pendingTimers()).toBe(0);
  });

  it('never wakes a sleeper when the service stops, or falls asleep after', async () => {
    const source = new TestClock();
    const clock = new Clock(source);
    let woken = 0;
    void clock.sleep(5).then(() => (woken += 1));
    clock.onApplicationShutdown();
    void clock.sleep(5).then(() => (woken += 1));

    expect(source.pendingTimers()).toBe(0);
    await source.advance(20);
    expect(woken).toBe(0);
  });

  it('is the clock of the machine unless told otherwise', async () => {
    const clock = new Clock();
    const before = clock.now();
    await clock.sleep(2);
    expect(clock.now() - before).toBeGreaterThanOrEqual(1);
    expect(Math.abs(clock.wallMs() - Date.now())).toBeLessThan(1000);
  });
});
