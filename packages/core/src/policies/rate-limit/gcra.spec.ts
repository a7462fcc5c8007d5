import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { seededRandom } from '../../testing/calls.fixture.js';
import { modelRuns } from '../../testing/model-runs.js';
import { Gcra } from './gcra.js';

/** The most of these moments that any window of this length holds. */
function mostInAnyWindow(moments: readonly number[], lengthMs: number): number {
  let most = 0;
  for (let from = 0, to = 0; to < moments.length; to++) {
    while (moments[to]! - moments[from]! >= lengthMs) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

describe('GCRA', () => {
  it.each([
    [1, 1000, 1],
    [2, 1000, 1],
    [10, 1000, 1],
    [10, 1000, 2],
    [10, 1000, 9],
    [100, 1000, 20],
    [100, 60_000, 99],
    [7, 333, 3],
    [1000, 1000, 200],
  ])('lets %i per %i ms through with a burst of %i, in any window under random arrivals', (limit, perMs, burst) => {
    const random = seededRandom(limit * burst);
    const pace = new Gcra({ limit, per: perMs, burst });
    const admitted: number[] = [];
    let now = 0;
    for (let i = 0; i < 20_000; i++) {
      // Floods, pauses of up to three windows, and arrivals at the very moment in which the next is allowed.
      const dice = random();
      if (dice < 0.02) now += random() * perMs * 3;
      else if (dice < 0.3) now += pace.waitMs(now);
      else if (dice < 0.6) now += (random() * perMs) / limit;
      if (pace.waitMs(now) > 0) continue;
      pace.take(now);
      admitted.push(now);
    }
    expect(mostInAnyWindow(admitted, perMs)).toBeLessThanOrEqual(limit);
  });

  it('gives the whole burst at once, and then the rest of the limit over the window', () => {
    const pace = new Gcra({ limit: 100, per: 1000, burst: 20 });
    const admitted: number[] = [];
    for (let now = 0; now < 10_000; now += 1) {
      while (pace.waitMs(now) === 0) {
        pace.take(now);
        admitted.push(now);
      }
    }
    expect(admitted.filter((at) => at === 0)).toHaveLength(20);
    expect(mostInAnyWindow(admitted, 1000)).toBeLessThanOrEqual(100);
    // 80 a second are paced, and a burst is had once.
    expect(admitted.length).toBeGreaterThanOrEqual(20 + 80 * 10 - 3);
  });

  it('lets no 199 through a limit of 100: one call, a pause, then a flood', () => {
    const pace = new Gcra({ limit: 100, per: 1000, burst: 20 });
    const admitted: number[] = [];
    pace.take(0);
    admitted.push(0);
    for (let now = 900; now < 3000; now += 0.5) {
      while (pace.waitMs(now) === 0) {
        pace.take(now);
        admitted.push(now);
      }
    }
    expect(mostInAnyWindow(admitted, 1000)).toBeLessThanOrEqual(100);
  });

  it('does not drift when every timer fires a little late', () => {
    const pace = new Gcra({ limit: 50, per: 1000, burst: 10 });
    let now = 0;
    let admitted = 0;
    while (now < 60_000) {
      now += Math.ceil(pace.waitMs(now)) + 1.3;
      if (pace.waitMs(now) > 0) continue;
      pace.take(now);
      admitted++;
    }
    expect(admitted).toBeGreaterThanOrEqual(40 * 60);
  });

  it('says exactly how long the next has to wait', () => {
    const pace = new Gcra({ limit: 2, per: 1000, burst: 1 });
    pace.take(0);
    const wait = pace.waitMs(0);
    expect(wait).toBeGreaterThan(0);
    expect(pace.waitMs(wait - 0.001)).toBeGreaterThan(0);
    expect(pace.waitMs(wait)).toBe(0);
  });

  it('says how long several in line have to wait, from when all was paid off', () => {
    const pace = new Gcra({ limit: 5, per: 1000, burst: 1 });
    const tolerance = 50;
    expect(pace.intervalMs).toBe(250);
    expect(pace.waitMs(10_000, 1)).toBe(0);
    expect(pace.waitMs(10_000, 3)).toBe(500 - tolerance);
    pace.take(10_000);
    expect(pace.waitMs(10_000, 3)).toBe(750 - tolerance);
    expect(pace.waitMs(10_100, 3)).toBe(650 - tolerance);
  });

  it('takes several at once, up to a burst', () => {
    const pace = new Gcra({ limit: 100, per: 1000, burst: 20 });
    expect(pace.waitMs(0, 20)).toBe(0);
    expect(pace.waitMs(0, 21)).toBeGreaterThan(0);
    pace.take(0, 19);
    expect(pace.waitMs(0, 1)).toBe(0);
    expect(pace.waitMs(0, 2)).toBeGreaterThan(0);
    expect(pace.unpaid(0)).toBe(19);
    expect(pace.unpaid(12.5)).toBe(18);
  });

  it('starts with what another has not been paid', () => {
    const pace = new Gcra({ limit: 200, per: 1000, burst: 20 });
    pace.owe(20, 0);
    expect(pace.waitMs(0)).toBeGreaterThan(0);
    expect(pace.isFresh(0)).toBe(false);
    pace.owe(0, 5);
    expect(pace.waitMs(5)).toBe(0);
    expect(pace.isFresh(5)).toBe(true);
    expect(pace.isFresh(4)).toBe(false);
    expect(pace.unpaid(6)).toBe(0);
  });

  describe('what is given back', () => {
    it('can be had again at once, all of it', () => {
      const pace = new Gcra({ limit: 3, per: 60_000, burst: 2 });
      const first = pace.take(0);
      pace.take(0);
      expect(pace.waitMs(0)).toBeGreaterThan(0);
      pace.giveBack(1, 0, first, 0);
      expect(pace.waitMs(0)).toBe(0);
      pace.take(0);
      expect(pace.waitMs(0)).toBeGreaterThan(0);
    });

    it('is all of it, in whichever order those of one moment give it back', () => {
      for (const order of [
        [0, 1, 2],
        [2, 1, 0],
        [1, 2, 0],
      ]) {
        const pace = new Gcra({ limit: 60, per: 60_000, burst: 10 });
        const receipts = [2, 3, 1].map((tokens) => [tokens, pace.take(100, tokens)] as const);
        for (const i of order) pace.giveBack(receipts[i]![0], 100, receipts[i]![1], 100);
        expect(pace.unpaid(100)).toBeCloseTo(0, 9);
        expect(pace.isFresh(99)).toBe(false);
      }
    });

    it('is what stands in line behind those that time has paid off', () => {
      const pace = new Gcra({ limit: 3, per: 60_000, burst: 2 });
      pace.take(0);
      const second = pace.take(0);
      pace.giveBack(1, 0, second, 10_000);
      // As if there had been the first alone.
      expect(pace.unpaid(10_000) * pace.intervalMs).toBe(50_000);
    });

    it('is not had twice: what time has paid off was there for others', () => {
      const pace = new Gcra({ limit: 3, per: 60_000, burst: 2 });
      const { intervalMs } = pace;
      const first = pace.take(0);
      pace.take(intervalMs);
      pace.giveBack(1, 0, first, intervalMs);
      expect(pace.unpaid(intervalMs)).toBe(1);
    });

    it('is not had twice either where another of the same moment was given back before', () => {
      const pace = new Gcra({ limit: 3, per: 60_000, burst: 2 });
      const { intervalMs } = pace;
      const [first, second] = [pace.take(0), pace.take(0)];
      pace.giveBack(1, 0, first, 0);
      pace.take(intervalMs);
      pace.giveBack(1, 0, second, intervalMs);
      expect(pace.unpaid(intervalMs)).toBe(1);
    });

    it('does not depend on what was given back before it was taken', () => {
      const pace = new Gcra({ limit: 3, per: 60_000, burst: 2 });
      pace.giveBack(1, 0, pace.take(0), 0);
      pace.take(0);
      const last = pace.take(0);
      pace.giveBack(1, 0, last, pace.intervalMs / 2);
      expect(pace.unpaid(pace.intervalMs / 2)).toBe(0.5);
    });

    it('never moves the clock to before it was taken', () => {
      const pace = new Gcra({ limit: 3, per: 60_000, burst: 2 });
      const receipt = pace.take(500, 2);
      pace.giveBack(2, 500, receipt, 500);
      expect(pace.isFresh(500)).toBe(true);
      expect(pace.isFresh(499)).toBe(false);
    });

    it('leaves the promise whole in any window, under random arrivals, costs and times of giving back', () => {
      const taking = fc.record({
        afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 700 })),
        cost: fc.integer({ min: 1, max: 4 }),
        heldMs: fc.option(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1500 })), { nil: undefined }),
      });
      const property = fc.property(
        fc.constantFrom([4, 1000, 1], [10, 1000, 4], [10, 1000, 9], [7, 333, 5], [50, 1000, 10]),
        fc.array(taking, { maxLength: 80, size: 'max' }),
        ([limit, per, burst], takings) => {
          const pace = new Gcra({ limit: limit!, per: per!, burst: burst! });
          const used: { at: number; cost: number }[] = [];
          const held: { at: number; cost: number; receipt: number; until: number }[] = [];
          let now = 0;
          for (const { afterMs, cost, heldMs } of takings) {
            now += afterMs;
            for (let i = held.length - 1; i >= 0; i--) {
              const { at, cost, receipt, until } = held[i]!;
              if (until > now) continue;
              pace.giveBack(cost, at, receipt, now);
              held.splice(i, 1);
            }
            if (cost > burst! || pace.waitMs(now, cost) > 0) continue;
            const receipt = pace.take(now, cost);
            if (heldMs === undefined) used.push({ at: now, cost });
            else held.push({ at: now, cost, receipt, until: now + heldMs });
          }
          for (const { at: from } of used) {
            const within = used.filter(({ at }) => at >= from && at < from + per!);
            expect(within.reduce((sum, { cost }) => sum + cost, 0)).toBeLessThanOrEqual(limit!);
          }
        },
      );
      fc.assert(property, { numRuns: modelRuns(500) });
    });
  });
});
