import assert from 'node:assert/strict';
import type { StoreTests } from './store-tests.js';

/** Claims how calls are counted in a window. */
export function countClaims({ describe, test }: StoreTests): void {
  describe('count', () => {
    const window = { limit: 5, windowMs: 60_000, slices: 6 };

    test.within(1000, 'admits the whole limit at once, and then says how long to wait', async (store, _, key) => {
      assert.deepEqual(await store.count(key, 3, window), { admitted: true, used: 3, retryAfterMs: 0 });
      assert.deepEqual(await store.count(key, 2, window), { admitted: true, used: 5, retryAfterMs: 0 });
      const refused = await store.count(key, 1, window);
      assert.equal(refused.admitted, false);
      assert.equal(refused.used, 5);
      // The count of a slice leaves a window after the slice has ended.
      assert.ok(refused.retryAfterMs > 59_000 && refused.retryAfterMs <= 70_000, String(refused.retryAfterMs));
    });

    test.within(200, 'lets what was counted leave the window', async (store, elapse, key) => {
      const short = { limit: 2, windowMs: 200, slices: 4 };
      await store.count(key, 2, short);
      const { retryAfterMs } = await store.count(key, 1, short);
      assert.ok(retryAfterMs > 0 && retryAfterMs <= 250, String(retryAfterMs));
      await elapse(retryAfterMs + 10);
      assert.deepEqual(await store.count(key, 2, short), { admitted: true, used: 2, retryAfterMs: 0 });
    });

    test('takes back what is given back', async (store, _, key) => {
      await store.count(key, 5, window);
      assert.deepEqual(await store.count(key, -2, window), { admitted: true, used: 3, retryAfterMs: 0 });
      assert.equal((await store.count(key, 2, window)).admitted, true);
      assert.equal((await store.count(key, 1, window)).admitted, false);
      assert.equal((await store.count(key, -100, window)).used, 0);
    });

    test('counts nothing for those it refuses, and never admits more than the limit', async (store, _, key) => {
      await store.count(key, 4, window);
      assert.equal((await store.count(key, 2, window)).used, 4);
      assert.equal((await store.count(key, 6, window)).retryAfterMs, Infinity);
      assert.equal((await store.count(key, 1, window)).admitted, true);
    });

    test('is atomic, and each key is counted by itself', async (store, _, key) => {
      const calls = Array.from({ length: 100 }, (_unused, i) => store.count(`${key}:${i % 2}`, 1, window));
      const results = await Promise.all(calls);
      assert.equal(results.filter(({ admitted }) => admitted).length, 10);
    });

    test('refuses what cannot be counted with, and changes nothing', async (store, _, key) => {
      await assert.rejects(store.count(key, Number.NaN, window));
      await assert.rejects(store.count(key, 1, { ...window, limit: Number.NaN }));
      for (const windowMs of [0, -1, Number.NaN, Infinity]) {
        await assert.rejects(store.count(key, 1, { ...window, windowMs }));
      }
      for (const slices of [0, 1.5, Number.NaN]) await assert.rejects(store.count(key, 1, { ...window, slices }));
      assert.equal((await store.count(key, 5, window)).admitted, true);
    });
  });
}
