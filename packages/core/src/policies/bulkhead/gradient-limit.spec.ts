import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { modelRuns } from '../../testing/model-runs.js';
import type { AdaptiveLimitSettings } from './adaptive-limit.options.js';
import { GradientLimit } from './gradient-limit.js';
import { SimulatedService } from './simulated-service.fixture.js';

function limitOf(start: number, options: Partial<AdaptiveLimitSettings> = {}) {
  const limit = new GradientLimit(start, { algorithm: 'gradient', min: 1, max: 200, ...options });
  const learn = (times: number, tookMs: number, more: { turnedAway?: boolean; inFlight?: number } = {}) => {
    for (let i = 0; i < times; i++) {
      limit.learn({ inFlight: limit.limit, backoffs: 0, tookMs, turnedAway: false, ...more });
    }
  };
  /** Thirty calls in an idle provider: from them on, what is usual is learned only while there is room. */
  const warmUp = (tookMs: number) => learn(30, tookMs, { inFlight: 1 });
  const times = () => {
    const { usualMs, nowMs } = limit.snapshot();
    return { usualMs, nowMs };
  };
  return { limit, learn, warmUp, times };
}

describe('gradient limit', () => {
  it('rises by a fifth of four in a round of calls that take as long as usual', () => {
    const { limit, learn, warmUp } = limitOf(10);
    warmUp(100);
    expect(limit.limit).toBe(10);
    learn(12, 100);
    expect(limit.limit).toBe(10);
    learn(1, 100);
    expect(limit.limit).toBe(11);
  });

  it('rises faster with more smoothing, and aims higher with a longer queue', () => {
    const smooth = limitOf(10, { smoothing: 1 });
    smooth.warmUp(100);
    smooth.learn(3, 100);
    expect(smooth.limit.limit).toBe(11);
    const long = limitOf(10, { queueSize: 50 });
    long.warmUp(100);
    long.learn(1, 100);
    expect(long.limit.limit).toBe(11);
  });

  it('does not change while less than half of the limit is in use', () => {
    const { limit, learn, warmUp } = limitOf(10);
    warmUp(100);
    learn(100, 100, { inFlight: 4 });
    learn(100, 1000, { inFlight: 4 });
    expect(limit.limit).toBe(10);
    learn(1, 1000, { inFlight: 5 });
    expect(limit.limit).not.toBe(10);
  });

  it('bears what is half as long again as usual, and falls when it takes longer', () => {
    const { limit, learn, warmUp } = limitOf(20);
    warmUp(100);
    learn(100, 150);
    const { limit: risen } = limit;
    expect(risen).toBeGreaterThan(20);
    learn(100, 151);
    expect(limit.limit).toBeLessThanOrEqual(risen + 3);
    learn(100, 300);
    expect(limit.limit).toBeLessThan(risen);
  });

  it('bears as much as it is told to', () => {
    const { limit, learn, warmUp } = limitOf(20, { tolerance: 3 });
    warmUp(100);
    learn(50, 300);
    const { limit: risen } = limit;
    expect(risen).toBeGreaterThan(20);
    learn(100, 400);
    expect(limit.limit).toBeLessThan(risen);
  });

  it('goes a tenth down at most in a round, however long calls take', () => {
    const { limit, learn, warmUp } = limitOf(100, { max: 100 });
    warmUp(100);
    learn(100, 1_000_000);
    expect(limit.limit).toBe(89);
  });

  it('goes a tenth down in a round of calls that were turned away, however few are in flight, and learns no time from them', () => {
    const { limit, learn, warmUp, times } = limitOf(100);
    warmUp(100);
    learn(10, 5, { turnedAway: true, inFlight: 1 });
    expect(limit.limit).toBe(98);
    learn(90, 5, { turnedAway: true, inFlight: 1 });
    expect(limit.limit).toBe(89);
    expect(limit.backoffs).toBe(100);
    expect(times()).toEqual({ usualMs: 100, nowMs: 100 });
  });

  it('shows what is usual and what is now', () => {
    const { limit, learn, warmUp } = limitOf(10, { min: 2, max: 50 });
    expect(limit.snapshot()).toEqual({ algorithm: 'gradient', min: 2, max: 50, backoffs: 0, usualMs: 0, nowMs: 0 });
    warmUp(100);
    learn(1, 210);
    expect(limit.snapshot()).toEqual({ algorithm: 'gradient', min: 2, max: 50, backoffs: 0, usualMs: 100, nowMs: 120 });
  });

  it('begins with plain averages of what it has seen, until there is enough for its windows', () => {
    const { learn, warmUp, times } = limitOf(10);
    learn(1, 100);
    expect(times()).toEqual({ usualMs: 100, nowMs: 100 });
    learn(1, 200);
    expect(times()).toEqual({ usualMs: 150, nowMs: 150 });
    const later = limitOf(10);
    later.warmUp(100);
    later.learn(30, 200, { inFlight: 1 });
    expect(later.times().usualMs).toBe(150);
    warmUp(100);
    expect(times().nowMs).toBe(100);
  });

  it('begins with the plain average of its first thirty calls, also of those that fill the limit', () => {
    const { learn, times } = limitOf(10);
    learn(15, 100);
    learn(15, 200);
    expect(times().usualMs).toBe(150);
    learn(100, 250);
    expect(times().usualMs).toBe(150);
  });

  it('learns what is usual only while less than half of the limit is in use: queueing never becomes the usual', () => {
    const { learn, warmUp, times } = limitOf(10, { longWindow: 40, tolerance: 2 });
    warmUp(100);
    learn(1000, 180, { inFlight: 100 });
    expect(times()).toEqual({ usualMs: 100, nowMs: 180 });
    learn(300, 180, { inFlight: 1 });
    expect(times()).toEqual({ usualMs: 180, nowMs: 180 });
  });

  it('averages what is usual over six hundred calls unless told otherwise', () => {
    const usual = limitOf(10);
    usual.warmUp(100);
    usual.learn(600, 200, { inFlight: 1 });
    expect(usual.times().usualMs).toBeGreaterThan(190);
    const short = limitOf(10, { longWindow: 1 });
    short.warmUp(100);
    short.learn(1, 150, { inFlight: 1 });
    expect(short.times().usualMs).toBe(150);
  });

  it('learns anew what is usual at its lowest: a provider that has become slower for good does not keep it there', () => {
    const { limit, learn, warmUp, times } = limitOf(10, { min: 2, longWindow: 100 });
    warmUp(100);
    learn(40, 1000);
    expect(limit.limit).toBeLessThan(10);
    learn(400, 1000);
    expect(limit.limit).toBeGreaterThanOrEqual(2);
    learn(2000, 1000);
    expect(times().usualMs).toBeGreaterThan(660);
    expect(limit.limit).toBeGreaterThan(2);
  });

  it('comes down quickly when calls take less than half of what was usual', () => {
    const { learn, warmUp, times } = limitOf(10);
    warmUp(1000);
    learn(100, 100);
    expect(times().usualMs).toBeLessThanOrEqual(200);
    expect(times().usualMs).toBeGreaterThan(180);
  });

  it('rises when calls take no time at all', () => {
    const { limit, learn } = limitOf(10);
    learn(100, 0);
    expect(limit.limit).toBeGreaterThan(10);
  });

  it('takes new settings over and keeps what it has learned', () => {
    const { limit, learn, warmUp, times } = limitOf(10);
    warmUp(100);
    limit.reconfigure({ algorithm: 'gradient', min: 1, max: 5 });
    expect(limit.limit).toBe(5);
    learn(100, 100);
    expect(limit.limit).toBe(5);
    limit.reconfigure({ algorithm: 'gradient', min: 7, max: 9 });
    expect(limit.limit).toBe(7);
    expect(times().usualMs).toBe(100);
  });

  it(`is a whole number within its bounds whatever it learns (${modelRuns(500)} runs)`, () => {
    const sample = fc.record({
      inFlight: fc.integer({ min: 1, max: 300 }),
      backoffs: fc.constant(0),
      tookMs: fc.double({ min: 0, max: 100_000, noNaN: true }),
      turnedAway: fc.boolean(),
    });
    const property = fc.property(fc.integer({ min: 1, max: 50 }), fc.array(sample), (min, samples) => {
      const limit = new GradientLimit(min + 5, { algorithm: 'gradient', min, max: min + 10 });
      for (const each of samples) {
        limit.learn(each);
        if (!Number.isInteger(limit.limit) || limit.limit < min || limit.limit > min + 10) return false;
      }
      return true;
    });
    expect(fc.defaultReportMessage(fc.check(property, { numRuns: modelRuns(500) }))).toBeUndefined();
  });

  describe('against a service', () => {
    it('settles at the tolerance times what the service works on at once, though it never turns anything away', async () => {
      const adaptive = { algorithm: 'gradient' } as const;
      const service = new SimulatedService({ capacity: 20, backlog: 10_000 }, { concurrency: 5, adaptive });
      service.setClients(200);
      await service.limits(8);
      const limits = await service.limits(30);
      expect(Math.min(...limits)).toBeGreaterThanOrEqual(26);
      expect(Math.max(...limits)).toBeLessThanOrEqual(34);
      service.setClients(0);
      await service.clock.advance('10s');
    });

    it('follows a service that loses half of what it could take', async () => {
      const adaptive = { algorithm: 'gradient' } as const;
      const service = new SimulatedService({ capacity: 20, backlog: 10_000 }, { concurrency: 5, adaptive });
      service.setClients(200);
      await service.limits(8);
      service.capacity = 10;
      await service.limits(8);
      const limits = await service.limits(10);
      expect(Math.min(...limits)).toBeGreaterThanOrEqual(12);
      expect(Math.max(...limits)).toBeLessThanOrEqual(18);
      service.setClients(0);
      await service.clock.advance('20s');
    });
  });
});
