import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { modelRuns } from '../../testing/model-runs.js';
import { AimdLimit } from './aimd-limit.js';
import { SimulatedService } from './simulated-service.fixture.js';

function limitOf(
  start: number,
  options: { min?: number; max?: number; backoffRatio?: number; slowerThan?: number } = {},
) {
  const limit = new AimdLimit(start, { algorithm: 'aimd', min: 1, max: 200, ...options });
  /** So many calls that were admitted under the present limit, and filled it. */
  const learn = (
    times: number,
    more: { turnedAway?: boolean; tookMs?: number; inFlight?: number; backoffs?: number } = {},
  ) => {
    for (let i = 0; i < times; i++) {
      limit.learn({ inFlight: limit.limit, backoffs: limit.backoffs, tookMs: 100, turnedAway: false, ...more });
    }
  };
  return { limit, learn };
}

describe('additive increase, multiplicative decrease', () => {
  it('lets one more through after as many successes as the limit, and not before', () => {
    const { limit, learn } = limitOf(4);
    learn(3);
    expect(limit.limit).toBe(4);
    learn(1);
    expect(limit.limit).toBe(5);
    learn(4);
    expect(limit.limit).toBe(5);
    learn(1);
    expect(limit.limit).toBe(6);
  });

  it('does not rise when less than half of the limit was in use: it is not known whether more would do', () => {
    const { limit, learn } = limitOf(10);
    learn(1000, { inFlight: 4 });
    expect(limit.limit).toBe(10);
    learn(10, { inFlight: 5 });
    expect(limit.limit).toBe(11);
  });

  it('falls by a tenth, rounded down, when work was turned away', () => {
    const { limit, learn } = limitOf(20);
    learn(1, { turnedAway: true });
    expect(limit.limit).toBe(18);
    learn(1, { turnedAway: true, inFlight: 1 });
    expect(limit.limit).toBe(16);
    expect(limit.snapshot()).toEqual({ algorithm: 'aimd', min: 1, max: 200, backoffs: 2 });
  });

  it('falls by what it is told to', () => {
    const { limit, learn } = limitOf(20, { backoffRatio: 0.5 });
    learn(1, { turnedAway: true });
    expect(limit.limit).toBe(10);
  });

  it('falls once however many of those in flight are turned away: one overload does not take it to the bottom', () => {
    const { limit, learn } = limitOf(20);
    learn(20, { turnedAway: true, backoffs: 0 });
    expect(limit.limit).toBe(18);
    expect(limit.backoffs).toBe(1);
  });

  it('does not rise by successes of calls that were admitted before it fell', () => {
    const { limit, learn } = limitOf(10);
    learn(1, { turnedAway: true });
    learn(100, { backoffs: 0 });
    expect(limit.limit).toBe(9);
    learn(9, { backoffs: 1 });
    expect(limit.limit).toBe(10);
  });

  it('counts successes anew after it has fallen', () => {
    const { limit, learn } = limitOf(10);
    learn(9);
    learn(1, { turnedAway: true });
    learn(8);
    expect(limit.limit).toBe(9);
    learn(1);
    expect(limit.limit).toBe(10);
  });

  it('takes work that was slower than five seconds, or than what is set, for turned away', () => {
    const usual = limitOf(10);
    usual.learn(1, { tookMs: 5000 });
    expect(usual.limit.limit).toBe(10);
    usual.learn(1, { tookMs: 5000.1 });
    expect(usual.limit.limit).toBe(9);
    const own = limitOf(10, { slowerThan: 200 });
    own.learn(1, { tookMs: 200 });
    expect(own.limit.limit).toBe(10);
    own.learn(1, { tookMs: 201 });
    expect(own.limit.limit).toBe(9);
  });

  it('never leaves its bounds', () => {
    const { limit, learn } = limitOf(10, { min: 9, max: 11 });
    learn(1, { turnedAway: true });
    expect(limit.limit).toBe(9);
    learn(1, { turnedAway: true });
    expect(limit.limit).toBe(9);
    learn(100);
    expect(limit.limit).toBe(11);
    limit.reconfigure({ algorithm: 'aimd', min: 2, max: 5 });
    expect(limit.limit).toBe(5);
    limit.reconfigure({ algorithm: 'aimd', min: 7, max: 8 });
    expect(limit.limit).toBe(7);
    learn(1, { turnedAway: true });
    expect(limit.limit).toBe(7);
    expect(limit.snapshot()).toEqual({ algorithm: 'aimd', min: 7, max: 8, backoffs: 3 });
    expect(limitOf(1, { min: 5 }).limit.limit).toBe(5);
    expect(limitOf(50, { max: 20 }).limit.limit).toBe(20);
  });

  it(`is a whole number within its bounds whatever it learns (${modelRuns(500)} runs)`, () => {
    const sample = fc.record({
      inFlight: fc.integer({ min: 1, max: 300 }),
      backoffs: fc.integer({ min: 0, max: 10 }),
      tookMs: fc.double({ min: 0, max: 10_000, noNaN: true }),
      turnedAway: fc.boolean(),
    });
    const property = fc.property(fc.integer({ min: 1, max: 50 }), fc.array(sample), (min, samples) => {
      const limit = new AimdLimit(min + 5, { algorithm: 'aimd', min, max: min + 10 });
      for (const each of samples) {
        limit.learn(each);
        if (!Number.isInteger(limit.limit) || limit.limit < min || limit.limit > min + 10) return false;
      }
      return true;
    });
    expect(fc.defaultReportMessage(fc.check(property, { numRuns: modelRuns(500) }))).toBeUndefined();
  });

  describe('against a service', () => {
    it('settles just above what the service takes before it answers 503', async () => {
      const service = new SimulatedService({ capacity: 20, backlog: 5 }, { concurrency: 10, adaptive: true });
      service.setClients(100);
      await service.limits(5);
      const limits = await service.limits(15);
      expect(Math.min(...limits)).toBeGreaterThanOrEqual(22);
      expect(Math.max(...limits)).toBeLessThanOrEqual(26);
      service.setClients(0);
      await service.clock.advance('10s');
    });

    it('settles where calls take as long as they may, in a service that lets every call wait', async () => {
      const adaptive = { algorithm: 'aimd', slowerThan: 150 } as const;
      const service = new SimulatedService({ capacity: 20, backlog: 10_000 }, { concurrency: 40, adaptive });
      service.setClients(100);
      await service.limits(5);
      const limits = await service.limits(15);
      expect(Math.min(...limits)).toBeGreaterThanOrEqual(18);
      expect(Math.max(...limits)).toBeLessThanOrEqual(31);
      service.setClients(0);
      await service.clock.advance('10s');
    });

    it('follows a service that loses half of what it could take, and gets it back', async () => {
      const service = new SimulatedService({ capacity: 20, backlog: 5 }, { concurrency: 20, adaptive: true });
      service.setClients(100);
      await service.limits(5);
      service.capacity = 10;
      await service.limits(5);
      const halved = await service.limits(5);
      service.capacity = 20;
      await service.limits(5);
      const back = await service.limits(5);
      expect(Math.min(...halved)).toBeGreaterThanOrEqual(12);
      expect(Math.max(...halved)).toBeLessThanOrEqual(16);
      expect(Math.min(...back)).toBeGreaterThanOrEqual(22);
      expect(Math.max(...back)).toBeLessThanOrEqual(26);
      service.setClients(0);
      await service.clock.advance('10s');
    });
  });
});
