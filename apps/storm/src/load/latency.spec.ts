import { describe, expect, it } from '@jest/globals';
import { answered, submissionAt } from '../testing/journeys.js';
import { latencyFromPlan, latencyInServer, latencyOf } from './latency.js';

describe('latency', () => {
  it('gives percentiles to three digits', () => {
    const { count, p50Ms, p95Ms, p99Ms } = latencyOf(Array.from({ length: 1_000 }, (_, index) => (index + 1) / 10));

    expect(count).toBe(1_000);
    expect(p50Ms).toBeCloseTo(50, 0);
    expect(p95Ms).toBeCloseTo(95, 0);
    expect(p99Ms).toBeCloseTo(99, 0);
  });

  it('is NaN where nothing was measured, so that no comparison with it holds', () => {
    const { p99Ms } = latencyOf([]);

    expect(p99Ms <= Infinity).toBe(false);
  });

  it('counts from the planned time: what waited before it was sent was slow', () => {
    const late = { ...submissionAt(1_000, answered(201), 300), sentAt: 1_290 };

    expect(latencyFromPlan([late]).p50Ms).toBeCloseTo(300, 0);
  });

  it('takes the server at its word where it gives one', () => {
    const submissions = [submissionAt(0, answered(503, { serverMs: 0.5 }), 9), submissionAt(0, answered(503), 9)];

    expect(latencyInServer(submissions)).toMatchObject({ count: 1, p99Ms: 0.5 });
  });
});
