import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { modelRuns } from '../../testing/model-runs.js';
import { leastOf, reaches } from './share.js';

describe('reaches', () => {
  it.each([
    [11, 20, 0.55],
    [7, 10, 0.7],
    [29, 100, 0.29],
    [57, 100, 0.57],
    [1, 3, 1 / 3],
    [2, 3, 2 / 3],
    [1, 1, 1],
    [1, 1_000_000, 0.000001],
  ])('holds when %d of %d are exactly %d, and not for one less', (part, whole, share) => {
    expect(reaches(part, whole, share)).toBe(true);
    expect(reaches(part - 1, whole, share)).toBe(false);
    expect(reaches(part + 1, whole, share)).toBe(true);
  });

  it('agrees with fractions of whole numbers, for every share of up to four decimals and every count', () => {
    const inTenThousandths = fc.integer({ min: 1, max: 10_000 });
    const counts = fc.integer({ min: 1, max: 1_000_000 }).chain((whole) => fc.tuple(fc.nat(whole), fc.constant(whole)));
    const agrees = fc.property(inTenThousandths, counts, (share, [part, whole]) =>
      expect(reaches(part, whole, share / 10_000)).toBe(BigInt(part) * 10_000n >= BigInt(share) * BigInt(whole)),
    );
    fc.assert(agrees, { numRuns: modelRuns(2000) });
  });

  it('holds for nothing of something at no share, however small', () => {
    expect([reaches(0, 10, 1e-12), reaches(1, 10, 1e-12)]).toEqual([false, true]);
  });
});

describe('leastOf', () => {
  it.each([
    [20, 0.55, 11],
    [21, 0.55, 12],
    [3, 2 / 3, 2],
    [3, 0.67, 3],
    [7, 3 / 7, 3],
    [10, 0.3, 3],
    [1, 0.01, 1],
    [100, 1, 100],
  ])('of %d at %d is %d', (whole, share, least) => {
    expect(leastOf(whole, share)).toBe(least);
  });

  it('is the part for every share that is a fraction of whole numbers', () => {
    const wrong: unknown[] = [];
    for (let whole = 1; whole <= 300; whole++) {
      for (let part = 1; part <= whole; part++) if (leastOf(whole, part / whole) !== part) wrong.push([part, whole]);
    }
    expect(wrong).toEqual([]);
  });
});
