import { describe, expect, it } from '@jest/globals';
import { FixedWindow } from './fixed-window.js';

describe('FixedWindow', () => {
  it('admits the limit, then refuses until the window ends', () => {
    const window = new FixedWindow(2, 1000);

    expect(window.take(0)).toEqual({ admitted: true, remaining: 1, resetMs: 1000 });
    expect(window.take(400)).toEqual({ admitted: true, remaining: 0, resetMs: 600 });
    expect(window.take(999)).toEqual({ admitted: false, remaining: 0, resetMs: 1 });
    expect(window.take(1000)).toEqual({ admitted: true, remaining: 1, resetMs: 1000 });
  });

  it('starts a window with its first call, not on the whole second', () => {
    const window = new FixedWindow(1, 1000);

    window.take(700);

    expect(window.take(1699).admitted).toBe(false);
    expect(window.take(1700).admitted).toBe(true);
  });
});
