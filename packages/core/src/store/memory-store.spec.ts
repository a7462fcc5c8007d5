import { describe, expect, it } from '@jest/globals';
import { MemoryStore } from './memory-store.js';
import { storeContract } from '../testing/store-contract.js';
import { TestClock } from '../testing/test-clock.js';

describe('MemoryStore', () => {
  storeContract(async () => {
    const clock = new TestClock();
    return { store: new MemoryStore({ clock }), elapse: (ms) => clock.advance(ms) };
  });

  it('gives versions that rise for ever, over all keys', async () => {
    const store = new MemoryStore({ clock: new TestClock() });
    const versions: number[] = [];
    for (const key of ['a', 'b', 'a', 'c']) {
      const result = await store.put(key, 'value', { ttlMs: 1000, if: 'always' });
      if ('written' in result) versions.push(Number(result.written.version));
      await store.delete(key);
    }
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(4);
  });

  it('forgets an entry exactly when its time is over', async () => {
    const clock = new TestClock();
    const store = new MemoryStore({ clock });
    await store.put('key', 'value', { ttlMs: 1000, if: 'always' });
    await clock.advance(999);
    expect(await store.get('key')).toMatchObject({ value: 'value', ageMs: 999 });
    await clock.advance(1);
    expect(await store.get('key')).toBeUndefined();
  });

  it('says which time is no number', async () => {
    const store = new MemoryStore();
    const ttlMs = '5s' as unknown as number;
    await expect(store.put('key', 'value', { ttlMs, if: 'always' })).rejects.toThrow(
      new TypeError('MemoryStore: expected ttlMs to be a number of milliseconds, got 5s'),
    );
    await expect(store.advance('key', Number.NaN, 1)).rejects.toThrow('expected byMs to be a number');
    await expect(store.advance('key', 1, Number.NaN)).rejects.toThrow('expected windowMs to be a number');
  });

  it('sets no timer', async () => {
    const clock = new TestClock();
    const store = new MemoryStore({ clock });
    await store.put('key', 'value', { ttlMs: 1000, if: 'always' });
    await store.advance('key', 10, 100);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('sweeps what expired while other keys are written, so that nobody has to ask for it', async () => {
    const clock = new TestClock();
    const store = new MemoryStore({ clock });
    for (let i = 0; i < 1000; i++) await store.put(`short ${i}`, 'value', { ttlMs: 10, if: 'always' });
    await clock.advance(10);
    for (let i = 0; i < 500; i++) await store.put(`long ${i}`, 'value', { ttlMs: 60_000, if: 'always' });
    expect(store.size).toBe(500);
  });

  it('forgets virtual clocks that now has caught up with', async () => {
    const clock = new TestClock();
    const store = new MemoryStore({ clock });
    for (let i = 0; i < 1000; i++) await store.advance(`short ${i}`, 10, 1000);
    await clock.advance(10);
    for (let i = 0; i < 400; i++) await store.advance(`long ${i}`, 60_000, 60_000);
    expect(store.size).toBe(400);
  });

  it('holds no more than maxEntries, and lets the oldest go first', async () => {
    const store = new MemoryStore({ clock: new TestClock(), maxEntries: 3 });
    for (const key of ['a', 'b', 'c', 'a', 'd']) await store.put(key, key, { ttlMs: 1000, if: 'always' });
    expect(store.size).toBe(3);
    expect(await store.get('b')).toBeUndefined();
    expect(await store.get('a')).toMatchObject({ value: 'a' });
  });

  it('is empty after close', async () => {
    const store = new MemoryStore();
    await store.put('key', 'value', { ttlMs: 1000, if: 'always' });
    await store.advance('key', 10, 100);
    await store.close();
    expect(store.size).toBe(0);
  });
});
