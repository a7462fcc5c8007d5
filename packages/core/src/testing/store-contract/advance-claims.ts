import assert from 'node:assert/strict';
import type { StoreTests } from './store-tests.js';

/** Claims how virtual clocks advance. */
export function advanceClaims({ describe, test }: StoreTests): void {
  describe('advance', () => {
    test.within(
      1000,
      'admits until the virtual clock is a window ahead, and then says how long to wait',
      async (store, _, key) => {
        for (const ahead of [10_000, 20_000, 30_000]) {
          const result = await store.advance(key, 10_000, 30_000);
          assert.equal(result.admitted, true);
          assert.equal(result.retryAfterMs, 0);
          near(result.aheadMs, ahead);
        }
        const refused = await store.advance(key, 10_000, 30_000);
        assert.equal(refused.admitted, false);
        near(refused.aheadMs, 30_000);
        near(refused.retryAfterMs, 10_000);
      },
    );

    test.within(300, 'does not move for those it refuses', async (store, elapse, key) => {
      await store.advance(key, 300, 300);
      for (let i = 0; i < 5; i++) assert.equal((await store.advance(key, 300, 300)).admitted, false);
      await elapse(400);
      assert.equal((await store.advance(key, 300, 300)).admitted, true);
    });

    test.within(1000, 'saves nothing up while no call comes', async (store, elapse, key) => {
      await store.advance(key, 100, 60_000);
      await elapse(500);
      near((await store.advance(key, 30_000, 60_000)).aheadMs, 30_000);
    });

    test('never admits more than the window holds', async (store, _, key) => {
      const result = await store.advance(key, 2000, 1000);
      assert.equal(result.admitted, false);
      assert.ok(result.retryAfterMs > 0);
      assert.equal((await store.advance(key, 1000, 1000)).admitted, true);
    });

    test('is atomic, and each key has a clock of its own', async (store, _, key) => {
      const calls = Array.from({ length: 100 }, (_unused, i) => store.advance(`${key}:${i % 2}`, 60_000, 600_000));
      const results = await Promise.all(calls);
      assert.equal(results.filter(({ admitted }) => admitted).length, 20);
    });
  });
}

/** Real stores take time between two operations. */
function near(actual: number, expected: number): void {
  assert.ok(actual <= expected && actual > expected - 1000, `${actual} is not just below ${expected}`);
}
