import { describe, expect, it } from '@jest/globals';
import { HalfOpenTrial } from './half-open-trial.js';

const terms = { calls: 4, successRate: 0.5, atMost: 1000 };

describe('HalfOpenTrial', () => {
  it('admits so many calls in flight and in total, and one more for each that says nothing', () => {
    const trial = new HalfOpenTrial(0);
    expect(Array.from({ length: 6 }, () => trial.admit(terms, 0))).toEqual([true, true, true, true, false, false]);
    trial.end(false);
    expect(trial.admit(terms, 0)).toBe(false);
    trial.end(undefined);
    expect(trial.admit(terms, 0)).toBe(true);
    expect(trial.admit(terms, 0)).toBe(false);
    expect(trial.shown()).toEqual({ inFlight: 3, succeeded: 1, failed: 0 });
  });

  it.each([
    [0, 0, undefined],
    [1, 0, undefined],
    [2, 0, true],
    [0, 2, undefined],
    [1, 2, undefined],
    [0, 3, false],
    [1, 3, false],
    [2, 2, true],
  ])('after %d successes and %d failures of four at a rate of a half says %s', (succeeded, failed, verdict) => {
    expect(new HalfOpenTrial(0, succeeded, failed).verdict(terms)).toBe(verdict);
  });

  it('is overdue when calls were under way for its limit, to the millisecond, and never while nobody calls', () => {
    const trial = new HalfOpenTrial(0);
    expect(trial.isOverdue(terms, 1e9)).toBe(false);
    trial.admit(terms, 5000);
    trial.admit(terms, 5500);
    expect([trial.isOverdue(terms, 5999), trial.isOverdue(terms, 6000)]).toEqual([false, true]);
    expect([trial.leftMs(terms, 5400), trial.leftMs(terms, 6000), trial.leftMs(terms, 7000)]).toEqual([600, 0, 0]);
    trial.end(false);
    expect(trial.isOverdue(terms, 6000)).toBe(true);
    trial.end(undefined);
    expect(trial.isOverdue(terms, 1e9)).toBe(false);
    trial.admit(terms, 8000);
    expect([trial.isOverdue(terms, 8999), trial.isOverdue(terms, 9000)]).toEqual([false, true]);
  });

  it('goes on with calls that have ended elsewhere', () => {
    const trial = new HalfOpenTrial(0, 1, 1);
    expect(trial.ended()).toEqual({ succeeded: 1, failed: 1 });
    expect(Array.from({ length: 3 }, () => trial.admit(terms, 0))).toEqual([true, true, false]);
    trial.end(true);
    trial.end(false);
    expect(trial.ended()).toEqual({ succeeded: 2, failed: 2 });
  });
});
