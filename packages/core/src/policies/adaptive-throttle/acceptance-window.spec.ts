import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { modelRuns } from '../../testing/model-runs.js';
import { AcceptanceWindow } from './acceptance-window.js';

describe('acceptance window', () => {
  it('counts what was asked for and what of it was accepted', () => {
    const window = new AcceptanceWindow(1200, 0);
    window.record(true, 0);
    window.record(false, 1);
    window.record(false, 2);
    expect(window).toMatchObject({ requests: 3, accepts: 1 });
  });

  it('forgets a part when the window has passed over it, at its very boundary', () => {
    const window = new AcceptanceWindow(1200, 1000);
    window.record(true, 1000);
    window.record(false, 1099);
    window.record(true, 1100);
    window.slideTo(2199);
    expect(window).toMatchObject({ requests: 3, accepts: 2 });
    window.slideTo(2200);
    expect(window).toMatchObject({ requests: 1, accepts: 1 });
    window.slideTo(2299);
    expect(window).toMatchObject({ requests: 1, accepts: 1 });
    window.slideTo(2300);
    expect(window).toMatchObject({ requests: 0, accepts: 0 });
  });

  it('is empty after it was idle for a window, and keeps the phase of its parts', () => {
    const window = new AcceptanceWindow(1200, 0);
    for (let now = 0; now < 1200; now += 10) window.record(true, now);
    window.slideTo(10_050);
    expect(window).toMatchObject({ requests: 0, accepts: 0 });
    window.record(true, 10_050);
    window.slideTo(11_199);
    expect(window.requests).toBe(1);
    window.slideTo(11_200);
    expect(window.requests).toBe(0);
  });

  it('is not put back by a time that is past', () => {
    const window = new AcceptanceWindow(1200, 0);
    window.record(true, 500);
    window.record(true, 350);
    window.slideTo(1699);
    expect(window.requests).toBe(2);
    window.slideTo(1700);
    expect(window.requests).toBe(0);
  });

  it('goes on with what another has counted, as if it had happened now', () => {
    const before = new AcceptanceWindow(1200, 0);
    before.record(true, 0);
    before.record(false, 0);
    const window = new AcceptanceWindow(120, 1000);
    window.goOnFrom(before);
    expect(window).toMatchObject({ requests: 2, accepts: 1 });
    window.slideTo(1119);
    expect(window).toMatchObject({ requests: 2, accepts: 1 });
    window.slideTo(1120);
    expect(window).toMatchObject({ requests: 0, accepts: 0 });
  });

  it('counts exactly those whose part lies within the window, whatever comes when', () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(10), fc.integer({ min: 0, max: 400 })),
      accepted: fc.boolean(),
    });
    const property = fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const window = new AcceptanceWindow(120, 0);
      const all: { bucket: number; accepted: boolean }[] = [];
      let now = 0;
      for (const { afterMs, accepted } of steps) {
        now += afterMs;
        window.record(accepted, now);
        all.push({ bucket: Math.floor(now / 10), accepted });
        const within = all.filter(({ bucket }) => bucket > Math.floor(now / 10) - 12);
        expect(window.requests).toBe(within.length);
        expect(window.accepts).toBe(within.filter(({ accepted }) => accepted).length);
      }
    });
    fc.assert(property, { numRuns: modelRuns(300) });
  });
});
