import { describe, expect, it } from '@jest/globals';
import { ForgottenKeys } from './forgotten-keys.js';
import { PackedKeys } from './packed-keys.js';

const packed = (most = { light: 3, spent: 2 }, forgotten = new ForgottenKeys(() => undefined)) =>
  new PackedKeys((state, now) => (state as number) <= now, forgotten, most);
const light = (state: number) => ({ state, isSpent: false });
const spent = (state: number) => ({ state, isSpent: true });

describe('packed keys', () => {
  it('are there once, for the key that comes again', () => {
    const keys = packed();
    keys.put('a', light(10), 0);
    keys.put('b', spent(20), 0);
    expect([keys.take('a', 0), keys.take('a', 0), keys.take('b', 0), keys.take('c', 0), keys.size]).toEqual([
      10,
      undefined,
      20,
      undefined,
      0,
    ]);
  });

  it('are bounded, and what has spent little never pushes out what has spent much', () => {
    const forgotten = new ForgottenKeys(() => undefined);
    const keys = packed(undefined, forgotten);
    keys.put('spent', spent(100), 0);
    for (let i = 0; i < 1000; i++) keys.put(`${i}`, light(100), 0);
    expect([keys.size, forgotten.count]).toEqual([4, 997]);
    expect([keys.take('spent', 0), keys.take('0', 0), keys.take('999', 0)]).toEqual([100, undefined, 100]);
    for (let i = 0; i < 5; i++) keys.put(`s${i}`, spent(100), 0);
    expect([keys.take('s2', 0), keys.take('s3', 0)]).toEqual([undefined, 100]);
  });

  it('are let go of when they are over, which is not counted as forgetting', () => {
    const forgotten = new ForgottenKeys(() => undefined);
    const keys = packed({ light: 100, spent: 100 }, forgotten);
    for (let i = 0; i < 50; i++) keys.put(`${i}`, i % 2 === 0 ? light(10) : spent(10), 0);
    for (let i = 0; i < 12; i++) keys.put(`late ${i}`, light(30), 20);
    expect([keys.size, forgotten.count]).toEqual([12, 0]);
  });

  it('can all be replaced', () => {
    const keys = packed();
    keys.put('a', light(1), 0);
    keys.put('b', spent(2), 0);
    keys.replace((state) => (state as number) * 10);
    expect([keys.take('a', 0), keys.take('b', 0)]).toEqual([10, 20]);
  });
});
