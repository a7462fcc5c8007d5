import { describe, expect, it } from '@jest/globals';
import { watch } from '../../testing/calls.fixture.js';
import { deferred } from '../../testing/deferred.js';
import { TestClock } from '../../testing/test-clock.js';
import { endsWithin } from './ends-within.js';

describe('whether something ends within a time', () => {
  it.each([20, 50, 51, 1000])('is known once it has not: %d ms', async (ms) => {
    const clock = new TestClock();
    const known = watch(endsWithin(ms, deferred<void>().promise, clock));
    await clock.advance(ms - 1);
    expect(known.settled).toBe(false);
    await clock.advance(1);
    expect(known).toMatchObject({ settled: true, value: false });
    expect(clock.pendingTimers()).toBe(0);
  });

  it.each([10, 60])('is known when it has: after %d ms, with no timer left', async (after) => {
    const clock = new TestClock();
    const work = deferred<void>();
    const known = watch(endsWithin(1000, work.promise, clock));
    await clock.advance(after);
    work.resolve();
    await clock.advance(50);
    expect(known).toMatchObject({ settled: true, value: true });
    expect(clock.pendingTimers()).toBe(0);
  });

  it('costs many calls one timer, as long as the answers are quick', () => {
    const clock = new TestClock();
    for (let i = 0; i < 100; i++) void endsWithin(30_000, deferred<void>().promise, clock);
    expect(clock.pendingTimers()).toBe(1);
  });
});
