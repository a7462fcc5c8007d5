import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { LatencyHistogram } from './latency-histogram.js';

function histogramOf(...recorded: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const ms of recorded) histogram.record(ms);
  return histogram;
}

describe('LatencyHistogram', () => {
  it('knows nothing before something is recorded', () => {
    expect(histogramOf().total).toBe(0);
    expect(histogramOf().quantile(0.95)).toBeUndefined();
  });

  it('answers with the bound of the bucket: exact at a bound, at most a tenth above within', () => {
    expect(histogramOf(1).quantile(0.5)).toBe(1);
    expect(histogramOf(128).quantile(0.5)).toBe(128);
    expect(histogramOf(100).quantile(0.5)).toBeCloseTo(107.635, 3);
    expect(histogramOf(107.7).quantile(0.5)).toBeCloseTo(117.377, 3);
  });

  it('takes everything up to an eighth of a millisecond together, and everything above 70 minutes', () => {
    expect(histogramOf(0, 0.1, 0.125).quantile(1)).toBe(0.125);
    expect(histogramOf(0.126).quantile(1)).toBeCloseTo(0.136, 3);
    expect(histogramOf(4_194_304).quantile(1)).toBe(4_194_304);
    expect(histogramOf(10_000_000, Infinity).quantile(0.1)).toBe(4_194_304);
  });

  it('counts so that at least the share asked for is within: of twenty, the nineteenth at 0.95', () => {
    const nineteenFast = [...Array.from({ length: 19 }, () => 2), 512];
    expect(histogramOf(...nineteenFast).quantile(0.95)).toBe(2);
    expect(histogramOf(...nineteenFast).quantile(0.951)).toBe(512);
    expect(histogramOf(...nineteenFast, 512).quantile(0.95)).toBe(512);
    expect(histogramOf(2, 512).quantile(1e-12)).toBe(2);
  });

  it('is not led astray by binary fractions: seven of a hundred are 0.07', () => {
    const recorded = Array.from({ length: 100 }, (_unused, i) => (i < 7 ? 2 : 512));
    expect(histogramOf(...recorded).quantile(0.07)).toBe(2);
  });

  it('finds its way from any quantile to any other, whatever is recorded in between', () => {
    const recorded = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 1000 })), {
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(recorded, (steps) => {
        const histogram = new LatencyHistogram();
        const all: number[] = [];
        for (const [exponent, permille] of steps) {
          histogram.record(2 ** exponent);
          all.push(2 ** exponent);
          const sorted = all.toSorted((a, b) => a - b);
          const share = permille / 1000;
          expect(histogram.quantile(share)).toBe(sorted[Math.ceil((permille * all.length) / 1000) - 1]);
        }
      }),
    );
  });

  it('remembers the last five hundred to a thousand', () => {
    const histogram = histogramOf(...Array.from({ length: 500 }, () => 2));
    for (let i = 0; i < 500; i++) histogram.record(512);
    expect(histogram.total).toBe(1000);
    expect(histogram.quantile(0.5)).toBe(2);
    expect(histogram.quantile(0.501)).toBe(512);
    histogram.record(512);
    expect(histogram.total).toBe(501);
    expect(histogram.quantile(0.01)).toBe(512);
    for (let i = 0; i < 500; i++) histogram.record(4);
    expect(histogram.total).toBe(501);
    expect(histogram.quantile(1)).toBe(512);
    for (let i = 0; i < 500; i++) histogram.record(4);
    expect(histogram.quantile(1)).toBe(4);
  });
});
