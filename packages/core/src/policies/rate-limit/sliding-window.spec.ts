import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { modelRuns } from '../../testing/model-runs.js';
import type { TokenCount } from './token-count.js';
import { SlidingWindow } from './sliding-window.js';

const ring = (limit: number, perMs: number, marginMs: number, untilAnswered = true) =>
  new SlidingWindow({ limit, perMs, marginMs, sliceMs: 0, untilAnswered });

const SHAPES: readonly [string, (limit: number, per: number, margin: number) => TokenCount][] = [
  ['ring', ring],
  [
    'slices',
    (limit, perMs, marginMs) =>
      new SlidingWindow({ limit, perMs, marginMs, sliceMs: perMs / 256, untilAnswered: false }),
  ],
];

describe.each(SHAPES)('sliding window as %s', (name, make) => {
  it('has the whole limit at once, and again when the first has left', () => {
    const window = make(100, 1000, 0);
    expect(window.waitMs(0, 100)).toBe(0);
    expect(window.waitMs(0, 101)).toBeGreaterThan(0);
    for (let i = 0; i < 100; i++) window.take(0, 1, false);
    const wait = window.waitMs(0, 1);
    expect(wait).toBeGreaterThanOrEqual(1000);
    expect(wait).toBeLessThan(1004);
    expect(window.waitMs(wait - 0.001, 1)).toBeGreaterThan(0);
    expect(window.waitMs(wait, 100)).toBe(0);
    expect([window.used(wait), window.isFresh(wait)]).toEqual([0, true]);
  });

  it('counts a call for as long as it may still arrive', () => {
    const window = make(1, 1000, 50);
    window.take(0, 1, false);
    expect(window.waitMs(1049, 1)).toBeGreaterThan(0);
    expect(window.waitMs(1054, 1)).toBe(0);
  });

  it('says how long those far behind in line wait: a period more for every full window before them', () => {
    const window = make(10, 1000, 0);
    window.take(0, 10, false);
    for (const [tokens, periods] of [
      [1, 1],
      [10, 1],
      [11, 2],
      [20, 2],
      [35, 4],
    ] as const) {
      const wait = window.waitMs(0, tokens);
      expect(wait).toBeGreaterThanOrEqual(periods * 1000);
      expect(wait).toBeLessThan(periods * 1010);
    }
    const fresh = make(10, 1000, 0);
    expect(fresh.waitMs(0, 10)).toBe(0);
    expect(fresh.waitMs(0, 11)).toBeGreaterThanOrEqual(1000);
    expect(fresh.waitMs(0, 11)).toBeLessThan(1010);
  });

  it('forgets nothing when it is asked about a moment to come', () => {
    const window = make(2, 1000, 0);
    window.take(0, 2, false);
    expect(window.waitMs(5000, 2)).toBe(0);
    expect(window.waitMs(500, 1)).toBeGreaterThan(0);
    expect(window.used(500)).toBe(2);
  });

  it('has what is given back at once, and once', () => {
    const window = make(3, 1000, 0);
    const receipts = [0, 1, 2].map(() => window.take(0, 1, false));
    window.settle({ receipt: receipts[1]!, takenAt: 0, from: 1, to: 0 }, 5);
    expect(window.waitMs(5, 1)).toBe(0);
    window.take(5, 1, false);
    expect(window.waitMs(5, 1)).toBeGreaterThan(0);
    window.settle({ receipt: receipts[0]!, takenAt: 0, from: 1, to: 0 }, 5000);
    expect(window.waitMs(5000, 3)).toBe(0);
    expect(window.waitMs(5000, 4)).toBeGreaterThan(0);
  });

  it('remembers nothing of what has long left, after any pause', () => {
    const window = make(2, 1000, 0);
    window.take(0, 2, false);
    for (const now of [1e6, 1e9, 1e12]) {
      expect(window.waitMs(now, 2)).toBe(0);
      window.take(now, 2, false);
      expect(window.waitMs(now, 1)).toBeGreaterThan(0);
    }
  });

  it('hands on what it still counts, and takes it over', () => {
    const window = make(10, 1000, 0);
    window.take(0, 2, false);
    window.take(600, 3, false);
    const other = make(6, 1000, 0);
    other.adopt(window.departures(700), 700);
    expect(other.used(700)).toBe(5);
    expect(other.waitMs(700, 1)).toBe(0);
    expect(other.waitMs(700, 2)).toBeGreaterThanOrEqual(300);
    expect(other.waitMs(700, 2)).toBeLessThan(310);
  });

  it(`holds never more than the limit in any window, whatever is taken, given back, settled and answered (${name})`, () => {
    const step = fc.record({
      afterMs: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 1500 }),
        fc.double({ min: 0, max: 90, noNaN: true }),
      ),
      cost: fc.integer({ min: 1, max: 5 }),
      lateMs: fc.integer({ min: 0, max: 50 }),
      then: fc.constantFrom('arrives', 'arrives', 'arrives', 'is answered', 'is given back', 'is settled'),
      thenAfterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1200 })),
      settledCost: fc.integer({ min: 0, max: 8 }),
    });
    const property = fc.property(
      fc.constantFrom([1, 100], [3, 1000], [7, 333], [20, 1000], [9, 60_000]),
      fc.array(step, { maxLength: 120, size: 'max' }),
      ([limit, per], steps) => {
        const margin = 50;
        const window = make(limit!, per!, margin);
        const arrivals: { at: number; cost: number }[] = [];
        const later: { due: number; run: (now: number) => void }[] = [];
        let now = 0;
        const runDue = () => {
          for (;;) {
            const next = later.filter(({ due }) => due <= now).sort((a, b) => a.due - b.due)[0];
            if (next === undefined) return;
            later.splice(later.indexOf(next), 1);
            next.run(next.due);
          }
        };
        for (const { afterMs, cost, lateMs, then, thenAfterMs, settledCost } of steps) {
          now += afterMs;
          runDue();
          if (cost > limit! || window.waitMs(now, cost) > 0) continue;
          const takenAt = now;
          const receipt = window.take(now, cost, false);
          const due = now + thenAfterMs;
          const arrive = (at: number, cost: number) => arrivals.push({ at, cost });
          const run: Record<typeof then, (now: number) => void> = {
            arrives: () => undefined,
            'is answered': (now) => window.answered(receipt, now),
            'is given back': (now) => window.settle({ receipt, takenAt, from: cost, to: 0 }, now),
            'is settled': (now) => {
              window.settle({ receipt, takenAt, from: cost, to: settledCost }, now);
            },
          };
          // A call that cost less than it took arrived all the same.
          if (then === 'is answered') arrive(Math.min(takenAt + lateMs, due), cost);
          else if (then === 'arrives') arrive(takenAt + lateMs, cost);
          else if (then === 'is settled') arrive(takenAt + lateMs, Math.min(cost, settledCost));
          later.push({ due, run: run[then] });
        }
        now += 10_000;
        runDue();
        for (const { at: from } of arrivals) {
          const within = arrivals.filter(({ at }) => at >= from && at < from + per!);
          expect(within.reduce((sum, { cost }) => sum + cost, 0)).toBeLessThanOrEqual(limit!);
        }
      },
    );
    fc.assert(property, { numRuns: modelRuns(500) });
  });
});

describe('sliding window as slices', () => {
  it('keeps those together that leave in one slice, when its last has arrived', () => {
    const window = new SlidingWindow({ limit: 100, perMs: 1000, marginMs: 0, sliceMs: 100, untilAnswered: false });
    for (const at of [1, 50, 100]) window.take(at, 2);
    expect(window.departures(100)).toEqual([{ at: 100, tokens: 6 }]);
    window.take(101, 3);
    expect(window.departures(101)).toEqual([
      { at: 100, tokens: 6 },
      { at: 200, tokens: 3 },
    ]);
    expect([window.used(1099), window.used(1100), window.used(1200)]).toEqual([9, 3, 0]);
  });
});

describe('sliding window as ring', () => {
  it('lets a call leave a period after its answer, where that came sooner than it had to', () => {
    const window = ring(1, 1000, 50);
    const receipt = window.take(0, 1);
    window.answered(receipt, 12);
    expect(window.waitMs(12, 1)).toBe(1000);
    window.answered(receipt, 700);
    expect(window.waitMs(700, 1)).toBe(312);
  });

  it('expects an answer at any moment, and goes by the margin once it is past', () => {
    const window = ring(1, 1000, 50);
    window.take(0, 1);
    expect([window.waitMs(0, 1), window.waitMs(30, 1), window.waitMs(60, 1)]).toEqual([1000, 1000, 990]);
    expect([window.waitMs(1049, 1), window.waitMs(1050, 1)]).toEqual([1, 0]);
  });

  it('counts a call for the whole margin where answers do not matter', () => {
    const window = ring(1, 1000, 50, false);
    window.take(0, 1);
    expect([window.heedsAnswers(), window.waitMs(0, 1), window.waitMs(0, 2)]).toEqual([false, 1050, 2100]);
  });

  it('takes those in line to be answered as late as the latest', () => {
    const window = ring(1, 1000, 50);
    window.answered(window.take(0, 1), 12);
    expect(window.waitMs(12, 3)).toBe(1000 + 2 * 1012);
  });

  it('takes those in line to be answered as late as the latest, late in the life of the process, too', () => {
    const window = ring(1, 1000, 50);
    window.answered(window.take(5000, 1), 5012);
    expect(window.waitMs(5012, 3)).toBe(1000 + 2 * 1012);
    window.answered(window.take(6012, 1), 6012 + 400);
    expect(window.waitMs(6412, 3)).toBe(650 + 2 * 1050);
  });

  it('heeds all answers of a small limit, and those of a larger one once half of it is taken', () => {
    const heedsAfter = (limit: number, tokens: number) => {
      const window = ring(limit, 1000, 50);
      if (tokens > 0) window.take(0, tokens);
      return window.heedsAnswers();
    };
    expect([heedsAfter(64, 0), heedsAfter(65, 0), heedsAfter(65, 32), heedsAfter(65, 33)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect([heedsAfter(66, 32), heedsAfter(66, 33), heedsAfter(66, 66)]).toEqual([false, true, true]);
  });

  it('hands on what it counts now alone: neither what has left nor what was given back', () => {
    const window = ring(20, 1000, 0);
    for (let i = 0; i < 8; i++) window.take(i, 1);
    window.take(1500, 1);
    expect(window.departures(1500)).toEqual([{ at: 1500, tokens: 1 }]);
    const receipt = window.take(1600, 2);
    window.take(1700, 3);
    window.settle({ receipt, takenAt: 1600, from: 2, to: 0 }, 1700);
    expect(window.departures(1700)).toEqual([
      { at: 1500, tokens: 1 },
      { at: 1700, tokens: 3 },
    ]);
    expect(window.departures(2500)).toEqual([{ at: 1700, tokens: 3 }]);
  });

  it('corrects nothing that has left it', () => {
    const window = ring(10, 1000, 0);
    const receipt = window.take(0, 1);
    expect(window.used(1000)).toBe(0);
    window.settle({ receipt, takenAt: 0, from: 1, to: 5 }, 1000);
    expect(window.used(1000)).toBe(0);
    window.settle({ receipt, takenAt: 0, from: 0, to: 5 }, 1000);
    expect(window.used(1000)).toBe(0);
  });

  it('counts what took nothing once it costs something, until a period after it was sent, and no sooner than others leave', () => {
    const window = ring(10, 1000, 0);
    const first = window.take(0, 0);
    for (let i = 0; i < 10; i++) window.take(100, 0);
    window.take(200, 1);
    const receipt = window.settle({ receipt: first, takenAt: 0, from: 0, to: 4 }, 300);
    expect(window.used(300)).toBe(5);
    window.settle({ receipt, takenAt: 0, from: 4, to: 2 }, 400);
    expect(window.departures(400)).toEqual([
      { at: 200, tokens: 1 },
      { at: 200, tokens: 2 },
    ]);
    expect([window.used(999), window.used(1199), window.used(1200)]).toEqual([3, 3, 0]);
  });

  it('counts nothing more of a call whose period is over, while others still count', () => {
    const window = ring(10, 1000, 50);
    const [free, answered] = [window.take(0, 0), window.take(0, 1)];
    window.answered(answered, 10);
    for (let i = 0; i < 10; i++) window.take(900, 0);
    window.take(900, 3);
    expect(window.used(1020)).toBe(3);
    window.settle({ receipt: answered, takenAt: 0, from: 1, to: 5 }, 1020);
    expect(window.used(1020)).toBe(3);
    window.settle({ receipt: free, takenAt: 0, from: 0, to: 5 }, 1050);
    expect(window.used(1050)).toBe(3);
  });

  it('finds its departures again, whichever were given back in between', () => {
    const window = ring(100, 1000, 0);
    const receipts = Array.from({ length: 100 }, (_, i) => window.take(i, 1));
    receipts.forEach((receipt, i) => i % 3 !== 0 && window.settle({ receipt, takenAt: i, from: 1, to: 0 }, 100));
    for (let i = 0; i < 66; i++) window.take(200, 1);
    expect(window.used(200)).toBe(100);
    window.settle({ receipt: receipts[99]!, takenAt: 99, from: 1, to: 0 }, 200);
    window.settle({ receipt: receipts[0]!, takenAt: 0, from: 1, to: 0 }, 200);
    expect(window.used(200)).toBe(98);
    expect(window.used(1198.5)).toBe(66);
  });

  it('does not grow with what is taken and given back, however often', () => {
    const window = ring(5, 3_600_000, 0);
    window.take(0, 1);
    for (let i = 0; i < 100_000; i++) {
      const receipt = window.take(i, 1);
      window.take(i, 1);
      window.settle({ receipt, takenAt: i, from: 1, to: 0 }, i);
      window.settle({ receipt: receipt + 1, takenAt: i, from: 1, to: 0 }, i);
    }
    expect((window as unknown as { ids: number[] }).ids.length).toBeLessThanOrEqual(16);
  });
});
