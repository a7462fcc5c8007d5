import { describe, expect, it } from '@jest/globals';
import { countsOf, type WindowQuota } from './quota.js';

const window = (given: Partial<WindowQuota>): WindowQuota => ({
  limit: 10,
  burst: undefined,
  per: 1000,
  margin: 50,
  unit: undefined,
  countsRequests: false,
  ...given,
});

/** How long one more call waits once all of a window is taken at `takenAt`, from 0 on. */
function fullFor(quota: WindowQuota, takenAt = 0): number {
  const [count] = countsOf(quota);
  count!.take(takenAt, quota.limit, false);
  return count!.waitMs(0, 1);
}

describe('the counts of a quota', () => {
  it('are a window alone where all of it may come at once', () => {
    for (const burst of [undefined, 10]) {
      const counts = countsOf(window({ burst }));
      expect(counts.map(({ most }) => most)).toEqual([10]);
      expect(counts[0]!.heedsAnswers()).toBe(true);
    }
  });

  it('are a window and a pace where fewer may come at once, for which answers do not matter', () => {
    const counts = countsOf(window({ burst: 9 }));
    expect(counts.map(({ most }) => most)).toEqual([10, 9]);
    expect(counts.map((count) => count.heedsAnswers())).toEqual([false, false]);
  });

  it('have a pace that makes up for late timers, and spreads the margin over the limit', () => {
    const [, pace] = countsOf(window({ burst: 1 }));
    pace!.take(0, 1, false);
    expect(pace!.waitMs(0, 1)).toBe(105);
    pace!.take(120, 1, true);
    expect(pace!.waitMs(120, 1)).toBe(90);
  });

  it('are a bucket as the provider keeps it, which makes up for nothing', () => {
    const { per, margin, unit } = window({});
    const [bucket, ...others] = countsOf({ bucket: 1, refill: 10, per, margin, unit, countsRequests: false });
    expect([others, bucket!.most]).toEqual([[], 1]);
    bucket!.take(0, 1, false);
    expect(bucket!.waitMs(0, 1)).toBe(150);
    bucket!.take(160, 1, true);
    expect(bucket!.waitMs(160, 1)).toBe(150);
  });

  describe('of a large window', () => {
    const per = 25_600;

    it('are of each call up to a thousand and twenty-four, and of slices beyond, of which there are 256', () => {
      expect(fullFor(window({ limit: 1024, per }), 30)).toBe(30 + per + 50);
      expect(fullFor(window({ limit: 1025, per }), 30)).toBe(25_700);
      expect(fullFor(window({ limit: 1025, per }), 51)).toBe(25_800);
    });

    it('heed answers only while each call counts by itself', () => {
      const isHeeded = [1024, 1025].map((limit) => {
        const [count] = countsOf(window({ limit, per }));
        const receipt = count!.take(0, limit, false);
        count!.answered(receipt, 10);
        return [count!.heedsAnswers(), count!.waitMs(10, 1)];
      });
      expect(isHeeded).toEqual([
        [true, per],
        [false, 25_700 - 10],
      ]);
    });

    it.each([
      ['a short margin', 50, 25_700],
      ['one of which a slice is still a part', 1180, 26_800],
      ['one to which a slice would add too much', 1250, 26_800],
      ['a twentieth of the period', 1280, 26_800],
      ['a longer one', 1281, 26_900],
    ])('take the time that slices cost off the margin: %s', (_what, margin, fullUntil) => {
      expect(fullFor(window({ limit: 2000, per, margin }))).toBe(fullUntil);
    });
  });
});
