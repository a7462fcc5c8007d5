import { describe, expect, it } from '@jest/globals';
import { isRefreshedEarly } from './early-refresh.js';

/** With 1 − 1/e the logarithm is −1: the end comes earlier by just what the last fetch took, times beta. */
const ONE = 1 - 1 / Math.E;

describe('an early refresh', () => {
  it.each([
    [100, 100, 1, true],
    [101, 100, 1, false],
    [200, 100, 2, true],
    [201, 100, 2, false],
    [50, 100, 0.5, true],
    [51, 100, 0.5, false],
  ])('with %p ms left, after a fetch of %p ms and with beta %p, is due: %p', (leftMs, tookMs, beta, due) => {
    expect(isRefreshedEarly(leftMs, tookMs, beta, ONE)).toBe(due);
  });

  it('is never due for what took no time, nor when chance says nothing', () => {
    expect(isRefreshedEarly(1, 0, 1, 0.999999)).toBe(false);
    expect(isRefreshedEarly(1, 1e9, 1, 0)).toBe(false);
  });

  it('comes with every number that random() can give', () => {
    expect(isRefreshedEarly(1, 1, 1, 1 - Number.EPSILON / 2)).toBe(true);
  });
});
