import { describe, expect, it } from '@jest/globals';
import type { Environment } from '../../engine/policy.js';
import { readSettings } from '../../settings/read-settings.js';
import { circuitBreakerSchema, type CircuitBreakerOptions } from './circuit-breaker.options.js';
import { OpenStreak } from './open-streak.js';

const environment = { random: () => 0.5 } as Environment;

function settingsOf(options: CircuitBreakerOptions = {}) {
  const openFor = { initial: 1000, factor: 2, max: 10_000, jitter: 'none' } as const;
  return readSettings(circuitBreakerSchema, { openFor, ...options }, '').settings!;
}

describe('OpenStreak', () => {
  it('opens for longer each time that a trial fails', () => {
    const streak = new OpenStreak();
    const open = (from: string, now: number) => streak.open(from, now, settingsOf(), environment);
    expect(open('closed', 0)).toEqual({ until: 1000, hinted: false });
    expect(open('half-open', 5000)).toEqual({ until: 7000, hinted: false });
    expect(open('half-open', 9000)).toEqual({ until: 13_000, hinted: false });
    expect(streak.length(false, 9000)).toBe(3);
  });

  it('is the same outage when what is open is opened by hand', () => {
    const streak = new OpenStreak();
    streak.open('closed', 0, settingsOf(), environment);
    expect(streak.open('open', 500, settingsOf(), environment)).toEqual({ until: 1500, hinted: false });
    expect(streak.length(false, 500)).toBe(1);
  });

  it.each([
    ['its own time', { openFor: { stableAfter: '3s' } }, 3000],
    ['the length of the time window', { window: { time: '7s' } }, 7000],
    ['ten seconds without a time window', { window: { count: 5 } }, 10_000],
  ] as const)(
    'is forgotten after %s closed, to the millisecond, and not at the first success',
    (_name, options, ms) => {
      const settings = settingsOf(options);
      const streak = new OpenStreak();
      streak.open('closed', 0, settings, environment);
      streak.close(2000, settings);
      expect(streak.stableInMs(2000)).toBe(ms);
      expect([streak.length(true, 2000), streak.length(true, 1999 + ms), streak.length(true, 2000 + ms)]).toEqual([
        1, 1, 0,
      ]);
      expect(streak.stableInMs(3000 + ms)).toBe(0);
      // It counts on while it is not closed, however late it is.
      expect(streak.length(false, 2000 + ms)).toBe(1);
      streak.open('closed', 1999 + ms, settings, environment);
      expect(streak.length(false, 0)).toBe(2);
      streak.close(0, settings);
      streak.open('closed', ms, settings, environment);
      expect(streak.length(false, 0)).toBe(1);
    },
  );

  it('lasts as long as the provider has asked for, up to the limit, when that is longer', () => {
    const settings = settingsOf({ maxRetryAfter: '4s' });
    const streak = new OpenStreak();
    const opened = (...hints: number[]) => {
      for (const ms of hints) streak.heed(ms, 100, settings);
      const { until, hinted } = streak.open('open', 100, settings, environment);
      streak.forgetHints();
      return [until - 100, hinted];
    };
    streak.resume(1);
    expect(opened(3000)).toEqual([3000, true]);
    expect(opened(4000)).toEqual([4000, true]);
    expect(opened(4001)).toEqual([4000, true]);
    expect(opened(1e15)).toEqual([4000, true]);
    expect(opened(1001)).toEqual([1001, true]);
    expect(opened(1000)).toEqual([1000, false]);
    expect(opened(999)).toEqual([1000, false]);
    expect(opened(2000, 3000, 1500)).toEqual([3000, true]);
    expect(opened()).toEqual([1000, false]);
    expect(opened(Number.NaN, -5)).toEqual([1000, false]);
    expect(opened(2000, Number.NaN)).toEqual([2000, true]);
  });

  it('knows until when it was asked to wait, not for how long from now', () => {
    const settings = settingsOf();
    const streak = new OpenStreak();
    streak.heed(30_000, 0, settings);
    streak.heed(5000, 10_000, settings);
    expect(streak.open('closed', 20_000, settings, environment)).toEqual({ until: 30_000, hinted: true });
    streak.forgetHints();
    streak.heed(3000, 0, settings);
    expect(streak.open('open', 20_000, settings, environment)).toEqual({ until: 21_000, hinted: false });
  });

  it('heeds nothing when it may not', () => {
    const settings = settingsOf({ maxRetryAfter: 0 });
    const streak = new OpenStreak();
    streak.heed(30_000, 0, settings);
    expect(streak.open('closed', 0, settings, environment)).toEqual({ until: 1000, hinted: false });
  });

  it('goes on where another has been, or from the beginning', () => {
    const streak = new OpenStreak();
    streak.resume(3, 500);
    expect([streak.length(true, 499), streak.length(true, 500)]).toEqual([3, 0]);
    streak.resume(0);
    expect(streak.length(false, 0)).toBe(0);
  });
});
