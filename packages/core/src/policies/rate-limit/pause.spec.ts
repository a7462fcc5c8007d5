import { describe, expect, it } from '@jest/globals';
import { Pause } from './pause.js';

describe('pause', () => {
  it('lasts as long as was asked for', () => {
    const pause = new Pause();
    expect(pause.leftMs(0)).toBe(0);
    expect(pause.extend(7000, 100)).toBe(true);
    expect([pause.leftMs(100), pause.leftMs(7099), pause.leftMs(7100), pause.leftMs(9000)]).toEqual([7000, 1, 0, 0]);
  });

  it('stands when less is asked for', () => {
    const pause = new Pause();
    pause.extend(7000, 0);
    expect(pause.extend(2000, 1000)).toBe(false);
    expect(pause.leftMs(1000)).toBe(6000);
  });

  it('is none of no length', () => {
    const pause = new Pause();
    expect(pause.extend(0, 0)).toBe(false);
    expect(pause.leftMs(0)).toBe(0);
  });

  it('is told again when it lasts a second longer than was told, however that has come about', () => {
    const pause = new Pause();
    expect(pause.extend(7000, 0)).toBe(true);
    expect([pause.extend(7000, 400), pause.extend(7000, 999), pause.extend(7000, 1000)]).toEqual([false, false, true]);
    expect(pause.leftMs(1000)).toBe(7000);
    expect(pause.extend(600_000, 1000)).toBe(true);
  });

  it('is another once it was over, however short', () => {
    const pause = new Pause();
    expect(pause.extend(7000, 0)).toBe(true);
    expect(pause.extend(500, 7000)).toBe(true);
    expect(pause.extend(100, 7450)).toBe(false);
    expect(pause.leftMs(7450)).toBe(100);
  });
});
