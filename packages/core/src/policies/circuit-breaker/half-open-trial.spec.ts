import { describe, expect, it } from '@jest/globals';
import type { LiveCall } from '../../engine/live-call.js';
import { liveCall } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import { HalfOpenTrial } from './half-open-trial.js';

const terms = { calls: 4, successRate: 0.5, atMost: 1000 };

/** A trial, and the calls that ask to be part of it. */
function bench(trial = new HalfOpenTrial()) {
  const clock = new TestClock();
  /** A call that was let through and waits in a gate below. */
  const admit = (): LiveCall | undefined => {
    const call = liveCall(undefined, undefined, clock);
    return trial.admit(terms, call) ? call : undefined;
  };
  const start = (call = admit()!): LiveCall => {
    call.forgetTime();
    call.startWork();
    return call;
  };
  const isOverdue = () => trial.isOverdue(terms, clock.now());
  const leftMs = () => trial.leftMs(terms, clock.now());
  return { trial, clock, admit, start, isOverdue, leftMs };
}

describe('HalfOpenTrial', () => {
  it('admits so many calls in flight and in total, and one more for each that says nothing', () => {
    const { trial, admit } = bench();
    const calls = Array.from({ length: 6 }, admit);
    expect(calls.map((call) => call !== undefined)).toEqual([true, true, true, true, false, false]);
    trial.end(calls[0]!, false);
    expect(admit()).toBeUndefined();
    trial.end(calls[1]!, undefined);
    expect(admit()).toBeDefined();
    expect(admit()).toBeUndefined();
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
    expect(new HalfOpenTrial(succeeded, failed).verdict(terms)).toBe(verdict);
  });

  it('is overdue when the work of a call goes on for its limit, to the millisecond, and never while no call comes', () => {
    const { trial, clock, start, isOverdue, leftMs } = bench();
    clock.block(1e9);
    expect(isOverdue()).toBe(false);
    const first = start();
    clock.block(500);
    const second = start();
    expect(leftMs()).toBe(500);
    clock.block(499);
    expect([isOverdue(), leftMs()]).toEqual([false, 1]);
    clock.block(1);
    expect([isOverdue(), leftMs()]).toEqual([true, 0]);
    trial.end(first, false);
    expect([isOverdue(), leftMs()]).toEqual([false, 500]);
    clock.block(499);
    expect(isOverdue()).toBe(false);
    clock.block(1);
    expect(isOverdue()).toBe(true);
    trial.end(second, undefined);
    clock.block(1e9);
    expect(isOverdue()).toBe(false);
  });

  it('is not overdue for a call that waits in a gate below, until its work has gone on for as long', () => {
    const { clock, admit, start, isOverdue, leftMs } = bench();
    const waiting = admit()!;
    clock.block(5000);
    expect([isOverdue(), leftMs()]).toEqual([false, 1000]);
    start(waiting);
    clock.block(999);
    expect(isOverdue()).toBe(false);
    clock.block(1);
    expect([isOverdue(), leftMs()]).toEqual([true, 0]);
  });

  it('finds the one that hangs among those that come and go', () => {
    const { trial, clock, start, isOverdue } = bench();
    const others = [start()];
    clock.block(100);
    start();
    for (let i = 0; i < 3; i++) {
      clock.block(300);
      others.push(start());
      trial.end(others.shift()!, undefined);
    }
    clock.block(99);
    expect(isOverdue()).toBe(false);
    clock.block(1);
    expect(isOverdue()).toBe(true);
  });

  it('goes on with calls that have ended elsewhere', () => {
    const { trial, admit } = bench(new HalfOpenTrial(1, 1));
    expect(trial.ended()).toEqual({ succeeded: 1, failed: 1 });
    const calls = Array.from({ length: 3 }, admit);
    expect(calls.map((call) => call !== undefined)).toEqual([true, true, false]);
    trial.end(calls[0]!, true);
    trial.end(calls[1]!, false);
    expect(trial.ended()).toEqual({ succeeded: 2, failed: 2 });
  });
});
