import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { modelRuns } from '../../testing/model-runs.js';
import { CountWindow } from './count-window.js';

describe('CountWindow', () => {
  it('counts calls, failures and slow calls', () => {
    const window = new CountWindow(10);
    window.record(true, false);
    window.record(false, true);
    window.record(true, true);
    window.record(false, false);
    expect(window).toMatchObject({ size: 10, total: 4, failed: 2, slow: 2 });
  });

  it('forgets the oldest call with each new one once it is full', () => {
    const window = new CountWindow(3);
    window.record(true, true);
    window.record(true, false);
    window.record(false, true);
    expect(window).toMatchObject({ total: 3, failed: 2, slow: 2 });
    window.record(false, false);
    expect(window).toMatchObject({ total: 3, failed: 1, slow: 1 });
    window.record(false, false);
    expect(window).toMatchObject({ total: 3, failed: 0, slow: 1 });
    window.record(false, false);
    expect(window).toMatchObject({ total: 3, failed: 0, slow: 0 });
  });

  it('agrees with a list of the latest calls, whatever its size, also where a word of bits ends', () => {
    const sizes = fc.constantFrom(1, 2, 15, 16, 17, 31, 32, 33, 100);
    const calls = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 250, size: 'max' });
    const agrees = fc.property(sizes, calls, (size, made) => {
      const window = new CountWindow(size);
      made.forEach(([failed, slow], i) => {
        window.record(failed, slow);
        const latest = made.slice(0, i + 1).slice(-size);
        expect([window.total, window.failed, window.slow]).toEqual([
          latest.length,
          latest.filter((call) => call[0]).length,
          latest.filter((call) => call[1]).length,
        ]);
      });
    });
    fc.assert(agrees, { numRuns: modelRuns(60) });
  });

  it('keeps the latest calls, in their order, when its size changes', () => {
    const resizes = fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 90, size: 'max' }),
      fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 50, size: 'max' }),
      (size, other, before, after) => {
        const window = new CountWindow(size);
        for (const call of before) window.record(...call);
        const resized = window.resized(other);
        for (const call of after) resized.record(...call);
        const latest = [...before.slice(-size).slice(-other), ...after].slice(-other);
        expect([resized.size, resized.total, resized.failed, resized.slow]).toEqual([
          other,
          latest.length,
          latest.filter((call) => call[0]).length,
          latest.filter((call) => call[1]).length,
        ]);
      },
    );
    fc.assert(resizes, { numRuns: modelRuns(200) });
  });

  it('is empty once cleared, and begins anew', () => {
    const window = new CountWindow(20);
    for (let i = 0; i < 30; i++) window.record(true, true);
    window.clear();
    expect(window).toMatchObject({ total: 0, failed: 0, slow: 0 });
    for (let i = 0; i < 30; i++) window.record(false, false);
    expect(window).toMatchObject({ total: 20, failed: 0, slow: 0 });
    window.record(true, false);
    expect(window).toMatchObject({ total: 20, failed: 1, slow: 0 });
  });

  it('takes as much memory full as empty: two bits a call', () => {
    const window = new CountWindow(100);
    const { words } = window as unknown as { words: number[] };
    expect(words).toHaveLength(7);
    for (let i = 0; i < 1000; i++) window.record(true, true);
    expect((window as unknown as { words: number[] }).words).toBe(words);
    expect(words).toHaveLength(7);
  });
});
