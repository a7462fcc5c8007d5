import { describe, expect, it } from '@jest/globals';
import { TimeWindow } from './time-window.js';

describe('TimeWindow', () => {
  it('counts calls, failures and slow calls', () => {
    const window = new TimeWindow(1000, 0);
    window.record(true, false, 0);
    window.record(false, true, 10);
    window.record(true, true, 20);
    expect(window).toMatchObject({ total: 3, failed: 2, slow: 2 });
  });

  it('forgets everything when it was idle for a window and more: none of the old failures count', () => {
    for (const idle of [1000, 1001, 1500, 3_600_000, 1e12]) {
      const window = new TimeWindow(1000, 0);
      for (let at = 0; at < 1000; at += 20) window.record(true, false, at);
      window.record(false, false, 980 + idle);
      expect(window).toMatchObject({ total: 1, failed: 0 });
    }
  });

  it('keeps a call until its bucket is a window old, to the millisecond', () => {
    const window = new TimeWindow(1000, 0);
    window.record(true, false, 0);
    window.slideTo(999.999);
    expect(window.failed).toBe(1);
    window.slideTo(1000);
    expect(window.failed).toBe(0);
  });

  it('moves on at exact bucket boundaries', () => {
    const window = new TimeWindow(1000, 0);
    for (let bucket = 0; bucket < 10; bucket++) window.record(true, false, bucket * 100);
    expect(window.total).toBe(10);
    window.record(true, false, 1000);
    expect(window.total).toBe(10);
    window.record(true, false, 1100);
    expect(window.total).toBe(10);
    window.slideTo(1899.9);
    expect(window.total).toBe(3);
    window.slideTo(1900);
    expect(window.total).toBe(2);
  });

  it('keeps the phase of its buckets over a pause', () => {
    const window = new TimeWindow(1000, 0);
    window.record(true, false, 0);
    window.slideTo(350);
    window.record(true, false, 350);
    // The second call stands in the bucket that began at 300, not at 350.
    window.slideTo(1299);
    expect(window.total).toBe(1);
    window.slideTo(1300);
    expect(window.total).toBe(0);
  });

  it('does not move when time does not', () => {
    const window = new TimeWindow(1000, 500);
    for (let i = 0; i < 100; i++) window.record(i % 2 === 0, false, 500);
    window.slideTo(400);
    expect(window).toMatchObject({ total: 100, failed: 50 });
  });

  it('agrees with a list of all calls, whatever the times', () => {
    const window = new TimeWindow(1000, 0);
    const calls: { at: number; failed: boolean }[] = [];
    let now = 0;
    for (let i = 0; i < 5000; i++) {
      now += [0, 1, 7, 33, 99, 100, 101, 640, 999, 1000, 2500][(i * 7919) % 11]!;
      const failed = (i * 31) % 3 === 0;
      window.record(failed, false, now);
      calls.push({ at: now, failed });
      const since = Math.floor(now / 100) * 100 - 900;
      const counted = calls.filter(({ at }) => at >= since);
      expect(window.total).toBe(counted.length);
      expect(window.failed).toBe(counted.filter((call) => call.failed).length);
    }
  });

  it('goes on with what it has counted when its length changes, and forgets it a window later', () => {
    const old = new TimeWindow(1000, 0);
    for (let i = 0; i < 4; i++) old.record(i < 2, i < 1, 0);
    const window = old.resized(5000, 900);
    expect(window).toMatchObject({ lengthMs: 5000, total: 4, failed: 2, slow: 1 });
    // The bucket that holds them began at 500.
    window.slideTo(5499);
    expect(window.total).toBe(4);
    window.slideTo(5500);
    expect(window).toMatchObject({ total: 0, failed: 0, slow: 0 });
  });

  it('leaves behind what is too old when its length changes', () => {
    const old = new TimeWindow(1000, 0);
    old.record(true, true, 0);
    old.record(true, false, 950);
    expect(old.resized(5000, 1000)).toMatchObject({ total: 1, failed: 1, slow: 0 });
  });

  it('works with a clock that began below zero', () => {
    const window = new TimeWindow(1000, -1500);
    window.record(true, false, -1500);
    window.record(true, false, -600);
    expect(window.total).toBe(2);
    window.slideTo(-500);
    expect(window.total).toBe(1);
    window.slideTo(400);
    expect(window.total).toBe(0);
  });

  it('allocates nothing when it records', () => {
    const window = new TimeWindow(1000, 0);
    window.record(true, true, 0);
    const before = { ...window } as unknown as Record<string, number[]>;
    for (let at = 0; at < 20_000; at += 7) window.record(at % 2 === 0, at % 3 === 0, at);
    const after = { ...window } as unknown as Record<string, number[]>;
    for (const ring of ['calls', 'failures', 'slowCalls']) {
      expect(after[ring]).toBe(before[ring]);
      expect(after[ring]).toHaveLength(10);
    }
  });

  it('is empty once cleared, and never counts below nothing', () => {
    const window = new TimeWindow(1000, 0);
    window.record(true, true, 0);
    window.clear();
    expect(window).toMatchObject({ total: 0, failed: 0, slow: 0 });
    window.slideTo(5000);
    expect(window).toMatchObject({ total: 0, failed: 0, slow: 0 });
  });
});
