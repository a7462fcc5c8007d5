import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { modelRuns } from '../../testing/model-runs.js';
import { LONGEST_DELAY_MS } from '../../time/clock.js';
import { openPeriodMs } from './open-period.js';

const terms = { initial: 1000, factor: 2, max: 10_000, jitter: 'none' } as const;

function random(value: number) {
  return { random: () => value };
}

describe('openPeriodMs', () => {
  it('grows with every open in a row, up to its cap', () => {
    const periods = [1, 2, 3, 4, 5, 6, 10_000].map((opens) => openPeriodMs(terms, opens, random(0.5)));
    expect(periods).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  });

  it('stays the same with a factor of 1', () => {
    expect(openPeriodMs({ ...terms, factor: 1 }, 50, random(0.5))).toBe(1000);
  });

  it.each([
    ['equal', 0, 1000],
    ['equal', 0.5, 1500],
    ['equal', 0.75, 1750],
    ['full', 0.25, 500],
    ['full', 0.5, 1000],
    ['full', 0, 1],
    ['none', 0.1, 2000],
  ] as const)('with jitter %s and %d of randomness is, for the second time, %d ms', (jitter, drawn, period) => {
    expect(openPeriodMs({ ...terms, jitter }, 2, random(drawn))).toBe(period);
  });

  it('draws no randomness without jitter', () => {
    const unused = {
      random: (): number => {
        throw new Error('drawn');
      },
    };
    expect(openPeriodMs(terms, 1, unused)).toBe(1000);
  });

  it('is never NaN, below 1 or above its cap, whatever the terms, the count and the generator', () => {
    const holds = fc.property(
      fc.record({
        initial: fc.integer({ min: 1, max: LONGEST_DELAY_MS }),
        factor: fc.double({ min: 1, max: 100, noNaN: true }),
        jitter: fc.constantFrom('none' as const, 'equal' as const, 'full' as const),
      }),
      fc.integer({ min: 1, max: LONGEST_DELAY_MS }),
      fc.integer({ min: 1, max: 10_000 }),
      fc.oneof(fc.double({ min: 0, max: 1 }), fc.constantFrom(Number.NaN, -1, 2, Infinity, -Infinity)),
      (some, cap, opens, drawn) => {
        const max = Math.max(some.initial, cap);
        const period = openPeriodMs({ ...some, max }, opens, random(drawn));
        expect(period).toBeGreaterThanOrEqual(1);
        expect(period).toBeLessThanOrEqual(max);
      },
    );
    fc.assert(holds, { numRuns: modelRuns(2000) });
  });
});
