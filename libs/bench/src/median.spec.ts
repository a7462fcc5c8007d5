import { describe, expect, it } from '@jest/globals';
import { median } from './median.js';

describe('the median', () => {
  it('is the middle value, whatever the order', () => {
    expect(median([30, 10, 20])).toBe(20);
    expect(median([10, 9, 100])).toBe(10);
  });

  it('is the higher of the two middle ones of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(3);
  });

  it('leaves the values as they stood', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('is not a number when there is nothing to take it of', () => {
    expect(median([])).toBeNaN();
  });
});
