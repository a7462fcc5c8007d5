import { describe, expect, it } from '@jest/globals';
import { Pause } from './pause.js';

const settings = { pause: 1000, maxPause: 60_000, maxRetryAfter: 86_400_000 };

function made(): {
  pause: Pause;
  throttled: (asked: number | undefined, now: number, sentAt?: number) => number | undefined;
} {
  const pause = new Pause(settings);
  return { pause, throttled: (asked, now, sentAt = now) => pause.throttled(asked, now, sentAt) };
}

describe('pause', () => {
  it('lasts as long as was asked for', () => {
    const { pause, throttled } = made();
    expect(pause.leftMs(0)).toBe(0);
    expect(throttled(7000, 100)).toBe(7000);
    expect([pause.leftMs(100), pause.leftMs(7099), pause.leftMs(7100), pause.leftMs(9000)]).toEqual([7000, 1, 0, 0]);
  });

  it('stands when less is asked for', () => {
    const { pause, throttled } = made();
    throttled(7000, 0);
    expect(throttled(2000, 1000)).toBeUndefined();
    expect(pause.leftMs(1000)).toBe(6000);
  });

  it('lasts no longer than the longest that is heeded', () => {
    const { pause, throttled } = made();
    expect(throttled(1e12, 0)).toBe(86_400_000);
    expect(pause.leftMs(86_400_000)).toBe(0);
  });

  it.each([0, -5, Number.NaN, undefined])('is one of its own where %s is asked for', (asked) => {
    const { pause, throttled } = made();
    expect(throttled(asked, 0)).toBe(1000);
    expect(pause.leftMs(0)).toBe(1000);
  });

  it('heeds nothing that is asked for where nothing is to be heeded', () => {
    const pause = new Pause({ ...settings, maxRetryAfter: 0 });
    expect(pause.throttled(50_000, 0, 0)).toBe(1000);
  });

  it('is told again when it lasts a second longer than was told, however that has come about', () => {
    const { pause, throttled } = made();
    expect(throttled(7000, 0)).toBe(7000);
    expect([throttled(7000, 400), throttled(7000, 999), throttled(7000, 1000)]).toEqual([undefined, undefined, 7000]);
    expect(pause.leftMs(1000)).toBe(7000);
    expect(throttled(600_000, 1000)).toBe(600_000);
  });

  it('is another once it was over, however short', () => {
    const { pause, throttled } = made();
    expect(throttled(7000, 0)).toBe(7000);
    expect(throttled(500, 7000)).toBe(500);
    expect(throttled(100, 7450)).toBeUndefined();
    expect(pause.leftMs(7450)).toBe(100);
  });

  describe('without a word of how long', () => {
    it('doubles with each that follows the one before, up to the longest', () => {
      const { throttled } = made();
      const lasted: (number | undefined)[] = [];
      let now = 0;
      for (let i = 0; i < 9; i++) {
        lasted.push(throttled(undefined, now));
        now += lasted.at(-1)!;
      }
      expect(lasted).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    });

    it('is one for all the calls that were under way together', () => {
      const { pause, throttled } = made();
      for (let i = 0; i < 10; i++) throttled(undefined, 0);
      expect(pause.leftMs(0)).toBe(1000);
      // Sent before the pause, and answered after it.
      throttled(undefined, 5000, 0);
      expect(pause.leftMs(5000)).toBe(1000);
      throttled(undefined, 6000, 6000);
      expect(pause.leftMs(6000)).toBe(2000);
    });

    it('is one of its own, too, where another answer had said how long', () => {
      const { pause, throttled } = made();
      throttled(500, 0);
      throttled(undefined, 100, 0);
      expect(pause.leftMs(100)).toBe(1000);
    });

    it('begins anew once a call goes well that was sent in the moment of the last answer', () => {
      const { pause, throttled } = made();
      throttled(undefined, 500);
      pause.wentWell(499);
      expect(pause.grows).toBe(true);
      pause.wentWell(500);
      expect(pause.grows).toBe(false);
    });

    it('begins anew once a call goes well that was sent after it, not one that was sent before', () => {
      const { pause, throttled } = made();
      throttled(undefined, 0);
      throttled(undefined, 1000);
      pause.wentWell(500);
      expect(throttled(undefined, 3000)).toBe(4000);
      pause.wentWell(7000);
      expect(pause.grows).toBe(false);
      expect(throttled(undefined, 8000)).toBe(1000);
    });
  });

  it('is that of another host where that lasts longer, and news where it lasts at all', () => {
    const { pause } = made();
    expect([pause.adopt(0, 5), pause.leftMs(5)]).toEqual([false, 0]);
    expect([pause.adopt(3000, 5), pause.leftMs(5)]).toEqual([true, 3000]);
    expect([pause.adopt(2000, 5), pause.leftMs(5)]).toEqual([false, 3000]);
    expect([pause.adopt(3999, 5), pause.leftMs(5)]).toEqual([false, 3999]);
  });

  it('is over, and never was, once it is forgotten', () => {
    const { pause, throttled } = made();
    throttled(undefined, 0);
    throttled(undefined, 1000);
    pause.forget();
    expect([pause.leftMs(1000), pause.grows]).toEqual([0, false]);
    expect(throttled(undefined, 1000)).toBe(1000);
  });
});
