import { describe, expect, it } from '@jest/globals';
import type { LiveCall } from '../../engine/live-call.js';
import { liveCall } from '../../testing/calls.fixture.js';
import { Ramp } from './ramp.js';

const terms = { over: 1000, from: 0.1 };

function callAt(now: number): LiveCall {
  return Object.assign(liveCall(), { time: now });
}

/** How many of so many calls are let through at one moment. */
function admitted(ramp: Ramp, calls: number, now: number, by = terms): number {
  return Array.from({ length: calls }, () => ramp.admit(by, callAt(now))).filter(Boolean).length;
}

describe('Ramp', () => {
  it('lets the first call through, and then its share of the others', () => {
    const ramp = new Ramp(terms, 0);
    const firstTwenty = Array.from({ length: 20 }, () => ramp.admit(terms, callAt(0)));
    expect(firstTwenty.flatMap((let_, i) => (let_ ? [i] : []))).toEqual([0, 10]);
  });

  it.each([
    [0, 100],
    [100, 190],
    [500, 550],
    [900, 910],
    [999, 999],
    [1000, 1000],
    [5000, 1000],
  ])('after %d ms of 1000 lets %d of a thousand calls through', (elapsed, share) => {
    const ramp = new Ramp(terms, 3000);
    expect(admitted(ramp, 1000, 3000 + elapsed)).toBeGreaterThanOrEqual(share);
    // The rest of a call from the start is used up: from here on the share is exact.
    expect(admitted(ramp, 1000, 3000 + elapsed)).toBe(share);
  });

  it('spreads them evenly: no run of calls is let through to catch up', () => {
    const ramp = new Ramp({ over: 1000, from: 0.25 }, 0);
    admitted(ramp, 10_000, 0);
    const atHalf = Array.from({ length: 16 }, () => ramp.admit({ over: 1000, from: 0.25 }, callAt(334)));
    expect(atHalf.filter(Boolean)).toHaveLength(8);
    expect(atHalf.map((let_, i) => let_ && atHalf[i + 1])).not.toContain(true);
  });

  it('shows its share and how long it goes on', () => {
    const ramp = new Ramp(terms, 3000);
    expect(ramp.shown(terms, 3000)).toEqual({ share: 0.1, leftMs: 1000 });
    expect(ramp.shown(terms, 3500.5)).toEqual({ share: 0.55045, leftMs: 500 });
    expect(ramp.shown(terms, 4000)).toEqual({ share: 1, leftMs: 0 });
    expect(ramp.shown(terms, 9000)).toEqual({ share: 1, leftMs: 0 });
  });

  it('goes on where it was left', () => {
    const ramp = new Ramp(terms, 70_000, 400);
    expect(ramp.leftMs(terms, 70_100)).toBe(300);
    expect(ramp.shown(terms, 70_000)).toEqual({ share: 0.64, leftMs: 400 });
  });

  it('begins anew when more is left than it lasts', () => {
    expect(new Ramp(terms, 70_000, 5000).leftMs(terms, 70_000)).toBe(1000);
  });

  it('follows terms that change while it goes on', () => {
    const ramp = new Ramp(terms, 0);
    expect(ramp.shown({ over: 2000, from: 0.5 }, 1000)).toEqual({ share: 0.75, leftMs: 1000 });
  });

  it('takes a share too small to count for a millionth', () => {
    const tiny = { over: 1000, from: 1e-12 };
    expect(new Ramp(tiny, 0).shown(tiny, 0)).toEqual({ share: 0.000001, leftMs: 1000 });
  });
});
