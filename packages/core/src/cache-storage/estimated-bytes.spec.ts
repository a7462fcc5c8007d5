import { describe, expect, it } from '@jest/globals';
import { estimatedBytes } from './estimated-bytes.js';

describe('estimatedBytes', () => {
  it('counts what holds content by its length', () => {
    expect(estimatedBytes('x'.repeat(1000))).toBeGreaterThanOrEqual(2000);
    expect(estimatedBytes(Buffer.alloc(5000))).toBeGreaterThanOrEqual(5000);
    expect(estimatedBytes(new Uint8Array(300).buffer)).toBeGreaterThanOrEqual(300);
    expect(estimatedBytes(new Map([['a', 'y'.repeat(400)]]))).toBeGreaterThanOrEqual(800);
    expect(estimatedBytes({ text: 'y'.repeat(400) })).toBeGreaterThanOrEqual(800);
  });

  it('never counts nothing', () => {
    for (const value of [undefined, null, 0, '', false, [], {}, () => 1]) {
      expect(estimatedBytes(value)).toBeGreaterThan(0);
    }
  });

  it('takes the items of a long list to be like its first ones', () => {
    const list = Array.from({ length: 100_000 }, () => ({ name: 'z'.repeat(50) }));
    expect(estimatedBytes(list)).toBeGreaterThan(100_000 * 100);
    expect(estimatedBytes(list)).toBeLessThan(100_000 * 300);
  });

  it('ends on data that goes in a circle', () => {
    const circle: { self?: unknown; text: string } = { text: 'abc' };
    circle.self = circle;
    expect(estimatedBytes(circle)).toBeLessThan(200);
  });
});
