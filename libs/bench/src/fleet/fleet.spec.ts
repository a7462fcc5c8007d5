import { describe, expect, it } from '@jest/globals';
import { Fleet } from './fleet.js';
import { jain, useOf } from './measure-fleet.js';
import { circuitReach, pauseReach } from './reach.js';

const EVEN = Array.from({ length: 20 }, () => 1);

async function settled(): Promise<Fleet> {
  const fleet = new Fleet({ hosts: 20, limit: 200, load: 'even', demand: 1.2 });
  await fleet.run(2000);
  return fleet;
}

describe('twenty simulated hosts that share a limit', () => {
  it('use nearly all of it, fairly, and are never throttled', async () => {
    const fleet = await settled();
    await fleet.run(5000);
    fleet.close();
    const use = useOf(fleet.arrivals, { limit: 200, fromMs: 2000, toMs: 7000, wanted: EVEN });
    expect(use.used).toBeGreaterThan(0.88);
    expect(use.refused).toBe(0);
    expect(use.fairness).toBeGreaterThan(0.9);
  });

  it('are hardly throttled while the store is away and when it comes back', async () => {
    const fleet = await settled();
    fleet.store.isAway = true;
    await fleet.run(5000);
    fleet.store.isAway = false;
    await fleet.run(5000);
    fleet.close();
    const use = useOf(fleet.arrivals, { limit: 200, fromMs: 3000, toMs: 12_000, wanted: EVEN });
    expect(use.used).toBeGreaterThan(0.85);
    expect(use.refused).toBeLessThan(0.01);
  });

  it('all learn of a pause, and of a circuit that a quorum has found open', async () => {
    expect((await pauseReach(20)).last).toBeLessThan(100);
    expect((await circuitReach(20)).last).toBeLessThan(100);
  });
});

describe('Jain’s index', () => {
  it('is 1 where all have the same, and 1 ÷ n where one has all', () => {
    expect(jain([3, 3, 3])).toBe(1);
    expect(jain([1, 0, 0, 0])).toBe(0.25);
    expect(jain([0, 0])).toBe(1);
  });
});
