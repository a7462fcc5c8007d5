import { describe, expect, it } from '@jest/globals';
import { arrivalsFor } from './arrivals.js';
import { LIMITERS } from './limiters.js';
import { idealLog, refusedOf, simulate } from './simulate.js';
import { mostInAnyWindow, refusedByServer } from './strict-server.js';

const [breakwater, paced] = LIMITERS;

describe('the simulator of limits', () => {
  it.each([2, 3, 5, 10, 20])('shows that %i a second are used to the full and never exceeded', async (limit) => {
    const second = { name: '', limit, perMs: 1000 };
    for (const arrivals of arrivalsFor(limit, 1000, 400)) {
      const { throughput = 1, mostInWindow, refusedByServer } = await simulate(breakwater!, second, arrivals);
      expect(throughput).toBeGreaterThanOrEqual(0.95);
      expect(mostInWindow).toBeLessThanOrEqual(limit);
      expect(refusedByServer.slice(0, 3)).toEqual([0, 0, 0]);
      const pace = await simulate(paced!, second, arrivals);
      expect(pace.throughput ?? 1).toBeGreaterThanOrEqual(0.9);
      expect(pace.refusedByServer.slice(0, 3)).toEqual([0, 0, 0]);
    }
  });

  it.each([
    [3, 0.03],
    [5, 0.015],
    [10, 0.005],
    [100, 0.005],
  ])('refuses few of those that may wait two seconds at 90 %% load of %i a second', async (limit, most) => {
    const arrivals = arrivalsFor(limit, 1000, 6000, 6000).find(({ name }) => name === 'Poisson 90 %')!;
    expect(await refusedOf(breakwater!, { name: '', limit, perMs: 1000 }, arrivals)).toBeLessThanOrEqual(most);
  });

  it.each([2, 5, 10, 20])('sends %i a second under a flood so that 30 ms of jitter draw no 429', async (limit) => {
    const flood = { name: 'flood', at: Array<number>(limit * 60).fill(0), saturates: true };
    const { throughput, refusedByServer } = await simulate(breakwater!, { name: '', limit, perMs: 1000 }, flood);
    expect(throughput).toBeGreaterThanOrEqual(0.95);
    expect(refusedByServer.slice(0, 3)).toEqual([0, 0, 0]);
  });

  it('sends a burst of the whole limit at once', async () => {
    for (const limit of [3, 100, 5000]) {
      const burst = arrivalsFor(limit, 60_000, 5000)[0]!;
      const { p95Ms, refused } = await simulate(breakwater!, { name: '', limit, perMs: 60_000 }, burst);
      expect([limit, p95Ms, refused]).toEqual([limit, 0, 0]);
    }
  });

  it('counts the fullest window, and what a strict server refuses', () => {
    expect(mostInAnyWindow([0, 999, 1000, 2000], 1000)).toBe(2);
    expect(refusedByServer([0, 0, 0, 1000], 2, 1000)).toBe(0.25);
    expect(refusedByServer([], 2, 1000)).toBe(0);
  });

  it('has an ideal that refuses nothing which a log would take', () => {
    const flood = { name: 'flood', at: [0, 0, 0, 0], saturates: true };
    const ideal = idealLog({ name: '', limit: 2, perMs: 1000 }, flood);
    expect(ideal).toMatchObject({ throughput: 1, p95Ms: 1000, refused: 0, mostInWindow: 2 });
  });
});
