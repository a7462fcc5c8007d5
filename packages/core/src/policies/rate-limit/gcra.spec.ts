import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../testing/calls.fixture.js';
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
    const pace = new Gcra(limit, perMs, burst);
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
    const pace = new Gcra(100, 1000, 20);
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
    const pace = new Gcra(100, 1000, 20);
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
    const pace = new Gcra(50, 1000, 10);
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
    const pace = new Gcra(2, 1000, 1);
    pace.take(0);
    const wait = pace.waitMs(0);
    expect(wait).toBeGreaterThan(0);
    expect(pace.waitMs(wait - 0.001)).toBeGreaterThan(0);
    expect(pace.waitMs(wait)).toBe(0);
  });

  it('goes on where another stood, so that new settings are no second burst', () => {
    const old = new Gcra(100, 1000, 20);
    for (let i = 0; i < 20; i++) old.take(0);
    const pace = new Gcra(200, 1000, 20);
    pace.goOnFrom(old, 0);
    expect(pace.waitMs(0)).toBeGreaterThan(0);
    const fresh = new Gcra(200, 1000, 20);
    fresh.goOnFrom(new Gcra(100, 1000, 20), 5);
    expect(fresh.waitMs(5)).toBe(0);
  });
});
