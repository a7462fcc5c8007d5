import { describe, expect, it } from '@jest/globals';
import { Quotas } from './quotas.js';

const second = { limit: 5, per: 1000, burst: 2 };
const hour = { limit: 4, per: 3_600_000, burst: 3 };

describe('quotas', () => {
  it('admit a call when all of them do, and wait for the last', () => {
    const quotas = new Quotas([second, hour]);
    expect(quotas.most).toBe(2);
    expect(quotas.waitMs(0, 2)).toBe(0);
    quotas.take(0, 2);
    // 1000 ms ÷ (5 − 2) for the next, less what a timer may be late.
    expect(quotas.waitMs(0, 1)).toBeCloseTo(1000 / 3 - 50, 9);
    quotas.take(1000, 1);
    expect(quotas.waitMs(2000, 1)).toBe(3_600_000 - 2000 - 50);
  });

  it('take of each, and give back to each', () => {
    const quotas = new Quotas([second, hour]);
    const taken = quotas.take(0, 2);
    expect(quotas.isFresh(0)).toBe(false);
    expect(quotas.giveBack(taken, 0)).toBe(true);
    expect(quotas.isFresh(0)).toBe(true);
    expect(quotas.waitMs(0, 2)).toBe(0);
  });

  it('are fresh when each of them is', () => {
    const quotas = new Quotas([second, hour]);
    quotas.take(0, 1);
    expect(quotas.isFresh(1000)).toBe(false);
    expect(quotas.isFresh(3_600_000)).toBe(true);
    const reversed = new Quotas([hour, second]);
    reversed.take(0, 1);
    expect(reversed.isFresh(1000)).toBe(false);
  });

  it('go on where the quota of the same period stood', () => {
    const standing = new Quotas([second, hour]);
    standing.take(0, 2);
    const quotas = new Quotas([
      { limit: 8, per: 3_600_000, burst: 4 },
      { limit: 50, per: 1000, burst: 10 },
    ]);
    quotas.goOnFrom(standing, 500);
    // Of two taken of the hour 500 ms have been paid off, and a token is now had every 900 s.
    const owedMs = (2 - 500 / 3_600_000) * 900_000;
    expect(quotas.waitMs(500, 2)).toBe(0);
    expect(quotas.waitMs(500, 3)).toBeCloseTo(owedMs + 2 * 900_000 - (3 * 900_000 + 50), 6);
    expect(quotas.waitMs(500, 3)).toBeLessThan(900_000);
    const short = new Quotas([{ limit: 50, per: 1000, burst: 10 }]);
    short.goOnFrom(standing, 500);
    // Half a token of the second is not paid off.
    expect(short.waitMs(500, 11)).toBeCloseTo(12.5 + 250 - (225 + 24.75), 6);
  });

  it('start a new period with all that is not paid off anywhere, as far as it is a burst', () => {
    const standing = new Quotas([second, hour]);
    standing.take(0, 2);
    const quotas = new Quotas([{ limit: 60, per: 60_000, burst: 30 }]);
    quotas.goOnFrom(standing, 0);
    expect(quotas.waitMs(0, 28)).toBe(0);
    expect(quotas.waitMs(0, 29)).toBeGreaterThan(0);
    const many = new Quotas([{ limit: 1000, per: 3_600_000, burst: 200 }]);
    many.take(0, 200);
    const fast = new Quotas([{ limit: 10, per: 1000, burst: 2 }]);
    fast.goOnFrom(many, 0);
    // Two tokens of 125 ms each, and the tolerance is one less and what a timer may be late.
    expect(fast.waitMs(0, 1)).toBe(2 * 125 - (125 + 50));
  });

  it('say whether others are such as they are', () => {
    const quotas = new Quotas([second, hour]);
    expect(quotas.allow([{ ...second }, { ...hour }])).toBe(true);
    expect(quotas.allow([second])).toBe(false);
    expect(quotas.allow([second, { ...hour, burst: 2 }])).toBe(false);
  });

  it('take nothing back that was taken of others', () => {
    const before = new Quotas([second]);
    const taken = before.take(0, 2);
    const quotas = new Quotas([second]);
    quotas.goOnFrom(before, 0);
    expect(quotas.giveBack(taken, 0)).toBe(false);
    expect(quotas.waitMs(0, 1)).toBeGreaterThan(0);
  });
});
