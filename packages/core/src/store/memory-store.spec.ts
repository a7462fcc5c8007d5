import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MemoryStore } from './memory-store.js';
import { modelRuns } from '../testing/model-runs.js';
import { storeContract } from '../testing/store-contract/store-contract.js';
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

  it('sweeps what expired while other keys are written, so that no caller has to ask for it', async () => {
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

  describe('when it is full', () => {
    const KEPT = { ttlMs: 60_000, if: 'always' } as const;

    function bench(bounds: { maxEntries?: number; maxBytes?: number }) {
      const clock = new TestClock();
      const evictions: unknown[] = [];
      const store = new MemoryStore({ clock, ...bounds, onEvicted: (eviction) => evictions.push(eviction) });
      const keysOf = async (keys: readonly string[]) => {
        const found = await Promise.all(keys.map(async (key) => ((await store.get(key)) === undefined ? [] : [key])));
        return found.flat();
      };
      return { clock, store, evictions, keysOf };
    }

    it('keeps what is pending, and lets the oldest of the others go', async () => {
      const { store, keysOf } = bench({ maxEntries: 3 });
      await store.put('claim', 'pending', { ttlMs: 60_000, if: 'absent', pending: true });
      for (const key of ['a', 'b', 'c', 'd']) await store.put(key, 'done', KEPT);
      expect(await keysOf(['claim', 'a', 'b', 'c', 'd'])).toEqual(['claim', 'c', 'd']);
    });

    it('refuses further claims where only claims could make room, and renews those it has', async () => {
      const { store, keysOf } = bench({ maxEntries: 2 });
      const claim = { ttlMs: 60_000, if: 'absent', pending: true } as const;
      const first = await store.put('idempotency:payments:a', 'claim', claim);
      await store.put('idempotency:payments:b', 'claim', claim);
      await expect(store.put('idempotency:payments:c', 'claim', claim)).rejects.toThrow(
        "MemoryStore is full: every entry that could make room for 'idempotency:payments' is pending",
      );
      const { version } = (first as { written: { version: string } }).written;
      const renewed = await store.put('idempotency:payments:a', 'claim', { ...claim, if: { version } });
      expect(renewed).toHaveProperty('written');
      expect(await keysOf(['a', 'b', 'c'].map((key) => `idempotency:payments:${key}`))).toEqual([
        'idempotency:payments:a',
        'idempotency:payments:b',
      ]);
    });

    it('lets a claim go once it is done', async () => {
      const { store, keysOf } = bench({ maxEntries: 2 });
      const claimed = await store.put('claim', 'pending', { ttlMs: 60_000, if: 'absent', pending: true });
      const { version } = (claimed as { written: { version: string } }).written;
      await store.put('claim', 'done', { ttlMs: 60_000, if: { version } });
      await store.put('a', 'done', KEPT);
      await store.put('b', 'done', KEPT);
      expect(await keysOf(['claim', 'a', 'b'])).toEqual(['a', 'b']);
    });

    it('takes from the provider that holds the most: one cannot push out the records of another', async () => {
      const { store, evictions, keysOf } = bench({ maxEntries: 10 });
      const payments = ['a', 'b', 'c', 'd'].map((key) => `idempotency:payments:${key}`);
      for (const key of payments) await store.put(key, 'done', KEPT);
      for (let i = 0; i < 1000; i++) await store.put(`idempotency:email:${i}`, 'done', KEPT);
      expect(await keysOf(payments)).toEqual(payments);
      expect(store.evicted).toBe(994);
      expect(evictions).toEqual([{ share: 'idempotency:email', evicted: 1 }]);
    });

    it('is bounded in bytes as well', async () => {
      const { store, keysOf } = bench({ maxBytes: 5000 });
      const large = 'x'.repeat(2000);
      for (const key of ['a', 'b', 'c']) await store.put(key, large, KEPT);
      expect(await keysOf(['a', 'b', 'c'])).toEqual(['b', 'c']);
      await store.put('d', '€'.repeat(1000), KEPT);
      expect(await keysOf(['b', 'c', 'd'])).toEqual(['d']);
    });

    it('forgets what has expired before anything else', async () => {
      const { clock, store, evictions, keysOf } = bench({ maxEntries: 2 });
      await store.put('short', 'done', { ttlMs: 10, if: 'always' });
      await store.put('long', 'done', KEPT);
      await clock.advance(10);
      await store.put('new', 'done', KEPT);
      expect(await keysOf(['short', 'long', 'new'])).toEqual(['long', 'new']);
      expect(evictions).toEqual([]);
    });

    it('forgets and refuses nothing while what has expired could make room, whatever is written when', async () => {
      const write = fc.record({
        key: fc.nat(30).map((i) => `idempotency:p${i % 3}:${i}`),
        ttlMs: fc.constantFrom(50, 500, 60_000),
        pending: fc.boolean(),
        afterMs: fc.constantFrom(0, 0, 0, 50, 200),
      });
      const property = fc.asyncProperty(fc.array(write, { size: 'max', maxLength: 100 }), async (writes) => {
        const { clock, store, evictions } = bench({ maxEntries: 8 });
        const live = new Map<string, number>();
        for (const { key, ttlMs, pending, afterMs } of writes) {
          clock.block(afterMs);
          for (const [other, until] of live) if (until <= clock.now()) live.delete(other);
          live.set(key, clock.now() + ttlMs);
          // A model that is full says nothing about the next write.
          if (live.size > 8) return;
          await store.put(key, 'value', { ttlMs, pending, if: 'always' });
          expect(evictions).toEqual([]);
          for (const other of live.keys()) expect(await store.get(other)).toBeDefined();
        }
      });
      await fc.assert(property, { numRuns: modelRuns(300) });
    });

    it('says so once, and then once a minute with the number since', async () => {
      const { clock, store, evictions } = bench({ maxEntries: 1 });
      for (let i = 0; i < 4; i++) await store.put(`webhook:stripe:${i}`, 'done', KEPT);
      expect(evictions).toEqual([{ share: 'webhook:stripe', evicted: 1 }]);
      await clock.advance(59_999);
      await store.put('webhook:stripe:4', 'done', KEPT);
      await clock.advance(1);
      await store.put('webhook:stripe:5', 'done', KEPT);
      expect(evictions.slice(1)).toEqual([{ share: 'webhook:stripe', evicted: 4 }]);
    });
  });

  it('is empty after close', async () => {
    const store = new MemoryStore();
    await store.put('key', 'value', { ttlMs: 1000, if: 'always' });
    await store.advance('key', 10, 100);
    await store.close();
    expect(store.size).toBe(0);
  });
});
