import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, integer, property, tuple } from 'fast-check';
import { CallWindow, type CallKind } from './call-window.js';

const START = 1_795_000_000_000;
const KINDS: readonly CallKind[] = ['ok', 'failed', 'refused', 'other'];

describe('CallWindow', () => {
  it('agrees with a list of all calls, whatever the times between them', () => {
    const gaps = array(tuple(integer({ min: 0, max: 90_000 }), constantFrom(...KINDS)), { maxLength: 60 });
    assert(
      property(gaps, (calls) => {
        const window = new CallWindow();
        const all: { second: number; kind: CallKind }[] = [];
        let now = START;
        for (const [gap, kind] of calls) {
          now += gap;
          window.record(kind, 10, now);
          window.attempted(now);
          all.push({ second: Math.floor(now / 1000), kind });
        }
        const second = Math.floor(now / 1000);
        const inMinute = all.filter((call) => call.second > second - 60);
        const count = (kind: CallKind) => inMinute.filter((call) => call.kind === kind).length;
        expect(window.minute(now)).toMatchObject({
          ...{ ok: count('ok'), failed: count('failed'), refused: count('refused'), other: count('other') },
          attempts: inMinute.length,
        });
        const seconds = window.seconds(0, now);
        const kept = all.filter((call) => call.second > second - 300);
        expect(seconds.map(([at]) => at)).toEqual([...new Set(kept.map((call) => call.second))]);
        expect(seconds.reduce((sum, [, ...numbers]) => sum + numbers.reduce((a, b) => a + b, 0), 0)).toBe(kept.length);
      }),
    );
  });

  it('knows percentiles to within 9 %, and leaves refused calls out', () => {
    const window = new CallWindow();
    for (let ms = 1; ms <= 1000; ms++) window.record('ok', ms, START);
    for (let i = 0; i < 500; i++) window.record('refused', 0.01, START);
    const { p50, p95, p99 } = window.minute(START);
    for (const [found, exact] of [
      [p50, 500],
      [p95, 950],
      [p99, 990],
    ] as const) {
      expect(found).toBeGreaterThanOrEqual(exact);
      expect(found).toBeLessThan(exact * 1.1);
    }
    expect(window.slices(0, START)).toEqual([[START / 1000, p50, p95, p99]]);
  });

  it('knows no percentile where nothing was timed, and forgets what is over five minutes old', () => {
    const window = new CallWindow();
    expect(window.minute(START)).toEqual({ ok: 0, failed: 0, refused: 0, other: 0, attempts: 0 });
    window.record('failed', 100_000_000, START);
    expect(window.minute(START).p50).toBeGreaterThan(100_000);
    expect(window.seconds(0, START + 299_000)).toHaveLength(1);
    expect(window.seconds(0, START + 301_000)).toEqual([]);
    expect(window.slices(0, START + 310_000)).toEqual([]);
    expect(window.total).toEqual({ ok: 0, failed: 1, refused: 0, other: 0 });
  });
});
