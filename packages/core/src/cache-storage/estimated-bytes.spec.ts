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

  it('ends on data that is nested without end', () => {
    let list: unknown = null;
    for (let i = 0; i < 100_000; i++) list = { next: list };
    expect(estimatedBytes(list)).toBeGreaterThan(1000);
  });

  it('takes lists of lists that nothing fills for some number of bytes', () => {
    let lists: unknown = 'x';
    for (let i = 0; i < 60; i++) lists = Object.assign(new Array(4_000_000_000), { 0: lists });
    expect(Number.isSafeInteger(estimatedBytes(lists))).toBe(true);
  });

  it('takes data that cannot be looked at for something small', () => {
    const broken = {
      get name(): string {
        throw new Error('not loaded');
      },
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const value of [broken, [broken], proxy]) expect(estimatedBytes(value)).toBeGreaterThan(0);
  });
});
