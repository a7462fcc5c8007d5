import { describe, expect, it } from '@jest/globals';
import { Fates } from './fates.js';
import type { FaultSet } from './fault-set.js';

const WORK = { struck: [], delayMs: 0, end: { kind: 'work' } };

/** Fates at a time that stands still until it is set. */
function fatesOf(faults: FaultSet, seed = 1) {
  const time = { ms: 5000 };
  return { time, fates: new Fates(faults, () => time.ms, seed) };
}

function ends(faults: FaultSet, seed: number): string[] {
  const { fates } = fatesOf(faults, seed);
  return Array.from({ length: 1000 }, () => fates.next().end.kind);
}

describe('Fates', () => {
  it('lets everything through while no fault is active', () => {
    expect(fatesOf({}).fates.next()).toEqual(WORK);
  });

  it('refuses about the share of the requests that the error rate names', () => {
    const refused = ends({ error: { rate: 0.3, status: 503 } }, 7).filter((end) => end === 'refuse').length;

    expect(refused).toBeGreaterThan(250);
    expect(refused).toBeLessThan(350);
  });

  it('decides the same for the same seed and otherwise for another', () => {
    const faults: FaultSet = { error: { rate: 0.5, status: 500 }, drop: { rate: 0.5, when: 'before-work' } };

    expect(ends(faults, 1)).toEqual(ends(faults, 1));
    expect(ends(faults, 1)).not.toEqual(ends(faults, 2));
  });

  it('never strikes at rate 0 and always at rate 1', () => {
    expect(new Set(ends({ error: { rate: 0, status: 500 } }, 3))).toEqual(new Set(['work']));
    expect(new Set(ends({ error: { rate: 1, status: 500 } }, 3))).toEqual(new Set(['refuse']));
  });

  it('flaps: up first, then down, then up again', () => {
    const { time, fates } = fatesOf({ flap: { upMs: 100, downMs: 50, status: 502 } });

    expect(fates.next()).toEqual(WORK);
    time.ms += 100;
    expect(fates.next()).toEqual({ struck: ['flap'], delayMs: 0, end: { kind: 'refuse', status: 502 } });
    time.ms += 50;
    expect(fates.next()).toEqual(WORK);
  });

  it('throttles beyond the limit and says in whole seconds when to come back', () => {
    const { time, fates } = fatesOf({ throttle: { limit: 1, perMs: 2500 } });

    expect(fates.next()).toEqual(WORK);
    time.ms += 100;
    expect(fates.next().end).toEqual({ kind: 'refuse', status: 429, retryAfterSeconds: 3 });
    time.ms += 2400;
    expect(fates.next()).toEqual(WORK);
  });

  it('keeps latency within its jitter and adds it to whatever comes after', () => {
    const { fates } = fatesOf({ latency: { ms: 100, jitterMs: 20 }, error: { rate: 1, status: 500 } });

    for (let call = 0; call < 100; call += 1) {
      const { struck, delayMs, end } = fates.next();
      expect(struck).toEqual(['latency', 'error']);
      expect(end.kind).toBe('refuse');
      expect(Math.abs(delayMs - 100)).toBeLessThanOrEqual(20);
    }
  });

  it('refuses with an error rather than dropping after work that an error forbids', () => {
    const { fates } = fatesOf({ error: { rate: 1, status: 500 }, drop: { rate: 1, when: 'after-work' } });

    expect(fates.next().struck).toEqual(['error']);
  });

  it('hangs rather than delays', () => {
    const { fates } = fatesOf({ hang: true, latency: { ms: 100 } });

    expect(fates.next()).toEqual({ struck: ['hang'], delayMs: 0, end: { kind: 'hang' } });
  });
});
