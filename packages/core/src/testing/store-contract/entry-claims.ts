import assert from 'node:assert/strict';
import type { Entry, PutResult } from '../../store/store.js';
import type { StoreTests } from './store-tests.js';

const KEPT = { ttlMs: 60_000, if: 'always' } as const;

/** Claims what stands under a key: read, written under conditions, deleted, and forgotten in time. */
export function entryClaims({ describe, test }: StoreTests): void {
  describe('get', () => {
    test('answers undefined where nothing stands', async (store, _, key) => {
      assert.equal(await store.get(key), undefined);
    });

    test.within(1000, 'answers what was put, with its version and its age', async (store, _, key) => {
      const { version } = written(await store.put(key, 'value', KEPT));
      const entry = await store.get(key);
      assert.equal(entry?.value, 'value');
      assert.equal(entry.version, version);
      assert.ok(entry.ageMs >= 0 && entry.ageMs < 1000, `ageMs is ${entry.ageMs}`);
    });

    test.within(250, 'gives the time since the last write as age', async (store, elapse, key) => {
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

  describe('expiry', () => {
    test.within(200, 'forgets an entry when its time is over', async (store, elapse, key) => {
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
}

function written(result: PutResult): Entry {
  assert.ok('written' in result, 'the write was refused');
  return result.written;
}

function standing(result: PutResult): Entry | undefined {
  assert.ok('standing' in result, 'the write was not refused');
  return result.standing;
}
