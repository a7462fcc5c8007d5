import assert from 'node:assert/strict';
import { globalRunner, type TestRunner } from '../runner.js';
import { advanceClaims } from './advance-claims.js';
import { countClaims } from './count-claims.js';
import { entryClaims } from './entry-claims.js';
import { storeTests, type StoreUnderTest } from './store-tests.js';

/**
 * The contract of every store, as tests for the runner whose `describe` and `it` are global. `make` returns a store
 * that is empty, or whose other keys do no harm; it is closed at the end of each test.
 */
export function storeContract(
  make: () => Promise<StoreUnderTest>,
  { describe, it }: TestRunner = globalRunner(),
): void {
  const tests = storeTests(make, { describe, it });
  const { test } = tests;
  describe('store contract', () => {
    entryClaims(tests);
    advanceClaims(tests);
    countClaims(tests);

    test('refuses a time that is no number, and changes nothing', async (store, _, key) => {
      for (const none of [Number.NaN, undefined as unknown as number]) {
        await assert.rejects(store.put(key, 'value', { ttlMs: none, if: 'always' }));
        await assert.rejects(store.advance(key, none, 1000));
        await assert.rejects(store.advance(key, 1000, none));
      }
      assert.equal(await store.get(key), undefined);
      assert.equal((await store.advance(key, 1000, 1000)).admitted, true);
    });
  });
}
