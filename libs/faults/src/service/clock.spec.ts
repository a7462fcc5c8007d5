import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Clock } from './clock.js';

describe('Clock', () => {
  it('wakes a sleeper in time', async () => {
    const before = performance.now();
    await new Clock().sleep(10);
    expect(performance.now() - before).toBeGreaterThanOrEqual(9);
  });

  it('never wakes whoever sleeps when the service stops, or falls asleep after', async () => {
    const clock = new Clock();
    let woken = 0;
    void clock.sleep(5).then(() => (woken += 1));
    clock.onApplicationShutdown();
    void clock.sleep(5).then(() => (woken += 1));

    await sleep(20);

    expect(woken).toBe(0);
  });
});
