import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { slidingCount, type Slice, type SlidingWindow } from './sliding-count.js';

const window: SlidingWindow = { limit: 10, windowMs: 1000, slices: 10 };

describe('slidingCount', () => {
  it('admits the whole limit at once, and says when the next may come', () => {
    const { counted, result } = slidingCount([], 10, { window, now: 5 });
    expect(result).toEqual({ admitted: true, used: 10, retryAfterMs: 0 });
    // The slice ends at 100, and what it holds leaves a window later.
    expect(slidingCount(counted, 1, { window, now: 5 }).result).toEqual({
      admitted: false,
      used: 10,
      retryAfterMs: 1095,
    });
    expect(slidingCount(counted, 1, { window, now: 1100 }).result.admitted).toBe(true);
  });

  it('never admits more than the limit, however long one waits', () => {
    expect(slidingCount([], 11, { window, now: 0 }).result.retryAfterMs).toBe(Infinity);
  });

  it('takes what is given back from the oldest slice', () => {
    const first = slidingCount([], 4, { window, now: 0 }).counted;
    const second = slidingCount(first, 4, { window, now: 500 }).counted;
    const { counted, result } = slidingCount(second, -5, { window, now: 500 });
    expect(result.used).toBe(3);
    expect(counted).toEqual([[600, 3]]);
  });

  it('goes on from what was counted when the window is set anew', () => {
    const counted = slidingCount([], 10, { window, now: 0 }).counted;
    const wider = { limit: 20, windowMs: 2000, slices: 4 };
    expect(slidingCount(counted, 10, { window: wider, now: 50 }).result).toMatchObject({ admitted: true, used: 20 });
    expect(slidingCount(counted, 11, { window: wider, now: 50 }).result.admitted).toBe(false);
  });

  it('lets no window see more than the limit, whatever comes when', () => {
    const arrivals = fc.array(
      fc.record({ waitMs: fc.integer({ min: 0, max: 400 }), by: fc.integer({ min: 1, max: 6 }) }),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 12 }), (calls, slices) => {
        const rule = { ...window, slices };
        const admitted: { at: number; by: number }[] = [];
        let counted: readonly Slice[] = [];
        let now = 0;
        for (const { waitMs, by } of calls) {
          now += waitMs;
          const step = slidingCount(counted, by, { window: rule, now });
          counted = step.counted;
          expect(step.result.retryAfterMs > 0).toBe(!step.result.admitted);
          if (step.result.admitted) admitted.push({ at: now, by });
          const seen = admitted.filter(({ at }) => at > now - rule.windowMs).reduce((sum, call) => sum + call.by, 0);
          expect(seen).toBeLessThanOrEqual(rule.limit);
        }
      }),
    );
  });

  it('admits again when it said it would', () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(amounts, (list) => {
        let counted: readonly Slice[] = [];
        let now = 3;
        for (const by of list) {
          now += slidingCount(counted, by, { window, now }).result.retryAfterMs;
          const next = slidingCount(counted, by, { window, now });
          expect(next.result.admitted).toBe(true);
          counted = next.counted;
          now += 17;
        }
      }),
    );
  });
});
