import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { modelRuns } from '../../testing/model-runs.js';
import { TokenBucket } from './token-bucket.js';

/** The bucket as a provider keeps it: it refuses what it has not. */
class ProvidersBucket {
  private level: number;
  private at = 0;

  constructor(
    private readonly size: number,
    private readonly intervalMs: number,
  ) {
    this.level = size;
  }

  accepts(at: number, tokens: number): boolean {
    this.level = Math.min(this.size, this.level + (at - this.at) / this.intervalMs);
    this.at = at;
    if (this.level + 1e-6 < tokens) return false;
    this.level -= tokens;
    return true;
  }
}

const bucket = (size: number, intervalMs: number, marginMs = 0) => new TokenBucket({ size, intervalMs, marginMs });

describe('token bucket', () => {
  it('has all it holds at once, and the rest as it comes back', () => {
    const shop = bucket(40, 500);
    expect(shop.waitMs(0, 40)).toBe(0);
    for (let i = 0; i < 40; i++) shop.take(0, 1, false);
    expect(shop.waitMs(0, 1)).toBe(500);
    expect(shop.waitMs(0, 3)).toBe(1500);
    expect(shop.used(0)).toBe(40);
    expect(shop.used(500)).toBe(39);
    expect(shop.waitMs(20_000, 40)).toBe(0);
  });

  it('refills from when a call arrives, which is later than it is sent', () => {
    const shop = bucket(2, 500, 50);
    shop.take(0, 2, false);
    expect(shop.waitMs(0, 1)).toBe(550);
    shop.take(550, 1, false);
    // While it lacks something it refills all the time.
    expect(shop.waitMs(550, 1)).toBe(500);
  });

  it('has those far behind in line wait until the first have arrived, beside what they wait for', () => {
    const shop = bucket(2, 500, 50);
    expect([shop.waitMs(0, 1), shop.waitMs(0, 2), shop.waitMs(0, 3), shop.waitMs(0, 4)]).toEqual([0, 0, 550, 1050]);
  });

  it('begins to refill anew only where it was full', () => {
    const shop = bucket(4, 100, 90);
    shop.take(0, 2, false);
    shop.take(100, 1, false);
    expect(shop.used(100)).toBe(3);
    const full = bucket(4, 100, 90);
    full.take(0, 2, false);
    full.take(290, 1, false);
    expect(full.used(290)).toBe(1);
    expect(full.departures(290)).toEqual([{ at: 380, tokens: 1 }]);
  });

  it('heeds no answers, and hands on nothing while it is full', () => {
    const shop = bucket(4, 100, 90);
    expect([shop.heedsAnswers(), shop.departures(0)]).toEqual([false, []]);
    shop.take(0, 2, false);
    expect(shop.heedsAnswers()).toBe(false);
    expect([shop.departures(289).length, shop.departures(290)]).toEqual([1, []]);
  });

  it('makes up for a timer that is less than 50 ms late', () => {
    for (const [lateMs, waitMs] of [
      [49, 51],
      [50, 100],
    ] as const) {
      const pace = new TokenBucket({ size: 1, intervalMs: 100, marginMs: 0, catchesUp: true });
      pace.take(0, 1, false);
      pace.take(100 + lateMs, 1, true);
      expect(pace.waitMs(100 + lateMs, 1)).toBe(waitMs);
    }
  });

  it('makes up for late timers only where the pace is its own', () => {
    const pace = new TokenBucket({ size: 1, intervalMs: 10, marginMs: 0, catchesUp: true });
    const shop = bucket(1, 10);
    for (const late of [pace, shop]) late.take(0, 1, false);
    for (const late of [pace, shop]) late.take(12, 1, true);
    expect([pace.waitMs(12, 1), shop.waitMs(12, 1)]).toEqual([8, 10]);
    pace.take(500, 1, true);
    expect(pace.waitMs(500, 1)).toBe(10);
  });

  it('takes more, or gives back, when a call turns out to cost something else', () => {
    const shop = bucket(100, 10);
    const receipt = shop.take(0, 50, false);
    shop.settle({ receipt, takenAt: 0, from: 50, to: 70 }, 0);
    expect(shop.used(0)).toBe(70);
    shop.settle({ receipt, takenAt: 0, from: 70, to: 20 }, 100);
    expect(shop.used(100)).toBe(10);
  });

  describe('what is given back', () => {
    const giveBack = (of: TokenBucket, tokens: number, takenAt: number, receipt: number, now: number) =>
      of.settle({ receipt, takenAt, from: tokens, to: 0 }, now);

    it('can be had again at once, all of it', () => {
      const shop = bucket(2, 60_000);
      const first = shop.take(0, 1, false);
      shop.take(0, 1, false);
      expect(shop.waitMs(0, 1)).toBeGreaterThan(0);
      giveBack(shop, 1, 0, first, 0);
      expect(shop.waitMs(0, 1)).toBe(0);
      shop.take(0, 1, false);
      expect(shop.waitMs(0, 1)).toBeGreaterThan(0);
    });

    it('is all of it, in whichever order those of one moment give it back', () => {
      for (const order of [
        [0, 1, 2],
        [2, 1, 0],
        [1, 2, 0],
      ]) {
        const shop = bucket(10, 1200);
        const receipts = [2, 3, 1].map((tokens) => [tokens, shop.take(100, tokens, false)] as const);
        for (const i of order) giveBack(shop, receipts[i]![0], 100, receipts[i]![1], 100);
        expect(shop.used(100)).toBe(0);
        expect(shop.isFresh(99)).toBe(false);
      }
    });

    it('is not had twice: what time has brought back was there for others', () => {
      const shop = bucket(2, 60_000);
      const first = shop.take(0, 1, false);
      shop.take(60_000, 1, false);
      giveBack(shop, 1, 0, first, 60_000);
      expect(shop.used(60_000)).toBe(1);
    });

    it('is not had twice either where another of the same moment was given back before', () => {
      const shop = bucket(2, 60_000);
      const [first, second] = [shop.take(0, 1, false), shop.take(0, 1, false)];
      giveBack(shop, 1, 0, first, 0);
      shop.take(60_000, 1, false);
      giveBack(shop, 1, 0, second, 60_000);
      expect(shop.used(60_000)).toBe(1);
    });

    it('does not depend on what was given back before it was taken', () => {
      const shop = bucket(2, 60_000);
      giveBack(shop, 1, 0, shop.take(0, 1, false), 0);
      shop.take(0, 1, false);
      const last = shop.take(0, 1, false);
      giveBack(shop, 1, 0, last, 30_000);
      expect(shop.waitMs(30_000, 2)).toBe(30_000);
    });
  });

  it('never sends what the provider’s own bucket would refuse, however late calls arrive and whatever is given back', () => {
    const taking = fc.record({
      afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 700 })),
      cost: fc.integer({ min: 1, max: 4 }),
      lateMs: fc.integer({ min: 0, max: 50 }),
      givenBackAfterMs: fc.option(fc.integer({ min: 0, max: 1500 }), { nil: undefined }),
    });
    const property = fc.property(
      fc.constantFrom([1, 250], [4, 250], [9, 100], [40, 500], [5, 66.6]),
      fc.array(taking, { maxLength: 80, size: 'max' }),
      ([size, intervalMs], takings) => {
        const ours = bucket(size!, intervalMs!, 50);
        const arrivals: { at: number; cost: number }[] = [];
        const held: { at: number; cost: number; receipt: number; until: number }[] = [];
        let now = 0;
        for (const { afterMs, cost, lateMs, givenBackAfterMs } of takings) {
          now += afterMs;
          for (let i = held.length - 1; i >= 0; i--) {
            const { at, cost, receipt, until } = held[i]!;
            if (until > now) continue;
            ours.settle({ receipt, takenAt: at, from: cost, to: 0 }, now);
            held.splice(i, 1);
          }
          if (cost > size! || ours.waitMs(now, cost) > 0) continue;
          const receipt = ours.take(now, cost, false);
          if (givenBackAfterMs === undefined) arrivals.push({ at: now + lateMs, cost });
          else held.push({ at: now, cost, receipt, until: now + givenBackAfterMs });
        }
        const theirs = new ProvidersBucket(size!, intervalMs!);
        for (const { at, cost } of arrivals.toSorted((a, b) => a.at - b.at))
          expect(theirs.accepts(at, cost)).toBe(true);
      },
    );
    fc.assert(property, { numRuns: modelRuns(500) });
  });
});
