import assert from 'node:assert/strict';
import type { Entry, PutResult, Store } from '../store/store.js';
import { globalRunner, type TestRunner } from './runner.js';

/** A store under test, and how time passes for it: a fake clock advances, a real server is waited for. */
export interface StoreUnderTest {
  readonly store: Store;
  elapse(ms: number): Promise<void>;
}

const KEPT = { ttlMs: 60_000, if: 'always' } as const;

/**
 * The contract of every store, as tests for the runner whose `describe` and `it` are global. `make` returns a store
 * that is empty, or whose other keys do no harm; it is closed at the end of each test.
 */
export function storeContract(
  make: () => Promise<StoreUnderTest>,
  { describe, it }: TestRunner = globalRunner(),
): void {
  const test = (name: string, body: (store: Store, elapse: StoreUnderTest['elapse'], key: string) => Promise<void>) =>
    it(name, async () => {
      const { store, elapse } = await make();
      try {
        await body(store, elapse, uniqueKey());
      } finally {
        await store.close();
      }
    });

  describe('store contract', () => {
    describe('get', () => {
      test('answers undefined where nothing stands', async (store, _, key) => {
        assert.equal(await store.get(key), undefined);
      });

      test('answers what was put, with its version and its age', async (store, _, key) => {
        const { version } = written(await store.put(key, 'value', KEPT));
        const entry = await store.get(key);
        assert.equal(entry?.value, 'value');
        assert.equal(entry.version, version);
        assert.ok(entry.ageMs >= 0 && entry.ageMs < 1000, `ageMs is ${entry.ageMs}`);
      });

      test('gives the time since the last write as age', async (store, elapse, key) => {
        await store.put(key, 'value', KEPT);
        await elapse(300);
        const before = await store.get(key);
        assert.ok(before!.ageMs >= 290 && before!.ageMs < 2000, `ageMs is ${before!.ageMs}`);
        await store.put(key, 'again', KEPT);
        const after = await store.get(key);
        assert.ok(after!.ageMs < 250, `ageMs is ${after!.ageMs} right after a write`);
      });

      test('keeps any text, under any key', async (store, _, key) => {
        for (const text of ['', ' ', '{"a":[1,"ü"]}', '€ 😀 \u0001 %_\'"\\', 'x'.repeat(200_000)]) {
          await store.put(`${key} ${text.slice(0, 40)}`, text, KEPT);
          assert.equal((await store.get(`${key} ${text.slice(0, 40)}`))?.value, text);
        }
      });
    });

    describe('put', () => {
      test('always: replaces what stands there', async (store, _, key) => {
        await store.put(key, 'first', KEPT);
        assert.equal(written(await store.put(key, 'second', KEPT)).value, 'second');
        assert.equal((await store.get(key))?.value, 'second');
      });

      test('absent: writes where nothing stands, and else answers with what does', async (store, _, key) => {
        const absent = { ttlMs: 60_000, if: 'absent' } as const;
        const first = written(await store.put(key, 'first', absent));
        assert.equal(standing(await store.put(key, 'second', absent))?.value, 'first');
        assert.equal(standing(await store.put(key, 'second', absent))?.version, first.version);
        assert.equal((await store.get(key))?.value, 'first');
      });

      test('by version: writes over that version only', async (store, _, key) => {
        const first = written(await store.put(key, 'first', KEPT));
        const second = written(await store.put(key, 'second', { ttlMs: 60_000, if: { version: first.version } }));
        const zombie = await store.put(key, 'zombie', { ttlMs: 60_000, if: { version: first.version } });
        assert.equal(standing(zombie)?.version, second.version);
        assert.equal((await store.get(key))?.value, 'second');
      });

      test('by version: does not write where nothing stands', async (store, _, key) => {
        const first = written(await store.put(key, 'first', KEPT));
        await store.delete(key);
        const result = await store.put(key, 'zombie', { ttlMs: 60_000, if: { version: first.version } });
        assert.equal(standing(result), undefined);
        assert.equal(await store.get(key), undefined);
      });

      test('gives every write a version of its own, after expiry and deletion too', async (store, elapse, key) => {
        const versions = new Set<string>();
        const note = async (ttlMs: number) => {
          versions.add(written(await store.put(key, 'same', { ttlMs, if: 'always' })).version);
        };
        await note(60_000);
        await note(60_000);
        await store.delete(key);
        await note(100);
        await elapse(200);
        await note(60_000);
        assert.equal(versions.size, 4);
      });

      test('lets one of many win that write at once', async (store, _, key) => {
        const racers = Array.from({ length: 50 }, (_unused, i) => i);
        const claims = await Promise.all(racers.map((i) => store.put(key, String(i), { ttlMs: 60_000, if: 'absent' })));
        assert.equal(claims.filter((claim) => 'written' in claim).length, 1);
        const { version } = (await store.get(key))!;
        const takeovers = await Promise.all(
          racers.map((i) => store.put(key, String(i), { ttlMs: 60_000, if: { version } })),
        );
        assert.equal(takeovers.filter((takeover) => 'written' in takeover).length, 1);
      });
    });

    test('refuses a time that is no number, and changes nothing', async (store, _, key) => {
      for (const none of [Number.NaN, undefined as unknown as number]) {
        await assert.rejects(store.put(key, 'value', { ttlMs: none, if: 'always' }));
        await assert.rejects(store.advance(key, none, 1000));
        await assert.rejects(store.advance(key, 1000, none));
      }
      assert.equal(await store.get(key), undefined);
      assert.equal((await store.advance(key, 1000, 1000)).admitted, true);
    });

    describe('expiry', () => {
      test('forgets an entry when its time is over', async (store, elapse, key) => {
        await store.put(key, 'value', { ttlMs: 200, if: 'always' });
        assert.equal((await store.get(key))?.value, 'value');
        await elapse(400);
        assert.equal(await store.get(key), undefined);
        assert.equal(await store.delete(key), false);
      });

      test('takes an expired entry for absent', async (store, elapse, key) => {
        const expired = written(await store.put(key, 'old', { ttlMs: 100, if: 'always' }));
        await elapse(300);
        assert.equal(
          standing(await store.put(key, 'zombie', { ttlMs: 1000, if: { version: expired.version } })),
          undefined,
        );
        assert.equal(written(await store.put(key, 'new', { ttlMs: 60_000, if: 'absent' })).value, 'new');
      });

      test('counts from the last write', async (store, elapse, key) => {
        await store.put(key, 'value', { ttlMs: 500, if: 'always' });
        await elapse(300);
        await store.put(key, 'value', { ttlMs: 60_000, if: 'always' });
        await elapse(400);
        assert.equal((await store.get(key))?.value, 'value');
      });
    });

    describe('delete', () => {
      test('says whether something was deleted', async (store, _, key) => {
        await store.put(key, 'value', KEPT);
        assert.equal(await store.delete(key), true);
        assert.equal(await store.get(key), undefined);
        assert.equal(await store.delete(key), false);
      });

      test('by version: leaves what another owner has written', async (store, _, key) => {
        const mine = written(await store.put(key, 'mine', KEPT));
        const theirs = written(await store.put(key, 'theirs', KEPT));
        assert.equal(await store.delete(key, { version: mine.version }), false);
        assert.equal((await store.get(key))?.value, 'theirs');
        assert.equal(await store.delete(key, { version: theirs.version }), true);
      });
    });

    describe('advance', () => {
      test('admits until the virtual clock is a window ahead, and then says how long to wait', async (store, _, key) => {
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
      });

      test('does not move for those it refuses', async (store, elapse, key) => {
        await store.advance(key, 300, 300);
        for (let i = 0; i < 5; i++) assert.equal((await store.advance(key, 300, 300)).admitted, false);
        await elapse(400);
        assert.equal((await store.advance(key, 300, 300)).admitted, true);
      });

      test('saves nothing up while no call comes', async (store, elapse, key) => {
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

    describe('count', () => {
      const window = { limit: 5, windowMs: 60_000, slices: 6 };

      test('admits the whole limit at once, and then says how long to wait', async (store, _, key) => {
        assert.deepEqual(await store.count(key, 3, window), { admitted: true, used: 3, retryAfterMs: 0 });
        assert.deepEqual(await store.count(key, 2, window), { admitted: true, used: 5, retryAfterMs: 0 });
        const refused = await store.count(key, 1, window);
        assert.equal(refused.admitted, false);
        assert.equal(refused.used, 5);
        // The count of a slice leaves a window after the slice has ended.
        assert.ok(refused.retryAfterMs > 59_000 && refused.retryAfterMs <= 70_000, String(refused.retryAfterMs));
      });

      test('lets what was counted leave the window', async (store, elapse, key) => {
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
  });
}

function written(result: PutResult): Entry {
  assert.ok('written' in result, 'the write was refused');
  return result.written;
}

function standing(result: PutResult): Entry | undefined {
  assert.ok('standing' in result, 'the write was not refused');
  return result.standing;
}

/** Real stores take time between two operations. */
function near(actual: number, expected: number): void {
  assert.ok(actual <= expected && actual > expected - 1000, `${actual} is not just below ${expected}`);
}

let keys = 0;

function uniqueKey(): string {
  return `contract:${process.pid}:${process.hrtime.bigint()}:${keys++}`;
}
