import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock, type PutResult } from '@breakwater/core';
import { storeContract, TestClock } from '@breakwater/core/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { SqliteStore } from './sqlite-store.js';
import type { SqliteStoreOptions } from './sqlite-store.options.js';

const KEPT = { ttlMs: 60_000, if: 'always' } as const;

/** A wall clock that can be set. */
class WallClock extends SystemClock {
  constructor(public wall = Date.UTC(2026, 0, 1)) {
    super();
  }

  override wallNow(): number {
    return this.wall;
  }
}

describe('SqliteStore', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
    file = join(folder, 'store.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function versionOf(result: PutResult): string {
    if ('written' in result) return result.written.version;
    throw new Error('the write was refused');
  }

  function count(table: string): number {
    const db = new Database(file);
    const [rows] = db.prepare(`SELECT count(*) FROM ${table}`).raw().get() as [number];
    db.close();
    return rows;
  }

  it('brings what it writes from the log to the file itself while it is open', async () => {
    const store = new SqliteStore({ file });
    for (let i = 0; i < 300; i++) await store.put(`key-${i}`, 'value', KEPT);
    const rowsWithoutLog = () => {
      const copy = join(folder, 'copy.sqlite');
      copyFileSync(file, copy);
      const db = new Database(copy);
      const [tables] = db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'entries'").raw().get() as [number];
      const [rows] = tables === 0 ? [0] : (db.prepare('SELECT count(*) FROM entries').raw().get() as [number]);
      db.close();
      return rows;
    };
    // On a thread of libsql's, as soon as that has time. A copy made in the middle of it is no database.
    const isBroughtOver = () => {
      try {
        return rowsWithoutLog() >= 200;
      } catch {
        return false;
      }
    };
    while (!isBroughtOver()) await sleep(10);
    await store.close();
    expect(rowsWithoutLog()).toBe(300);
  });

  it('is opened within busyTimeout, or not at all, while another process holds the lock', () => {
    const other = new Database(file);
    other.exec('CREATE TABLE held (id INTEGER)');
    other.exec('BEGIN EXCLUSIVE');
    const startedAt = performance.now();
    expect(() => new SqliteStore({ file, busyTimeout: '300ms', clock: new TestClock() })).toThrow(/locked|busy/i);
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeGreaterThanOrEqual(300);
    // By default it would be five seconds.
    expect(tookMs).toBeLessThan(5000);
    other.exec('ROLLBACK');
    other.close();
  });

  it('keeps a new file, and what stands beside it, for its owner alone, and leaves the mode of one that is there', async () => {
    const modes = () => ['', '-wal', '-shm'].map((suffix) => statSync(file + suffix).mode & 0o777);
    const store = new SqliteStore({ file });
    await store.put('a', '1', KEPT);
    expect(modes()).toEqual([0o600, 0o600, 0o600]);
    await store.close();
    chmodSync(file, 0o640);
    await new SqliteStore({ file }).close();
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  describe('in a file, by a clock that stands still', () => {
    storeContract(async () => {
      const clock = new TestClock();
      return { store: new SqliteStore({ file, clock }), elapse: (ms) => clock.advance(ms) };
    });
  });

  describe("in a file, by the machine's clock", () => {
    storeContract(async () => ({ store: new SqliteStore({ file }), elapse: (ms) => sleep(ms) }));
  });

  describe('in memory', () => {
    storeContract(async () => {
      const clock = new TestClock();
      return { store: new SqliteStore({ file: ':memory:', clock }), elapse: (ms) => clock.advance(ms) };
    });
  });

  describe('with several stores on one file', () => {
    storeContract(async () => {
      const clock = new TestClock();
      const stores = Array.from({ length: 3 }, () => new SqliteStore({ file, clock }));
      let turn = 0;
      const next = () => stores[turn++ % stores.length]!;
      return {
        store: {
          get: (key) => next().get(key),
          put: (key, value, when) => next().put(key, value, when),
          delete: (key, when) => next().delete(key, when),
          advance: (key, byMs, windowMs) => next().advance(key, byMs, windowMs),
          count: (key, by, window) => next().count(key, by, window),
          close: async () => void (await Promise.all(stores.map((store) => store.close()))),
        },
        elapse: (ms) => clock.advance(ms),
      };
    });
  });

  describe('over a restart', () => {
    it('keeps what stands, with its version and its age', async () => {
      const clock = new WallClock();
      const before = new SqliteStore({ file, clock });
      const version = versionOf(await before.put('key', 'value', KEPT));
      await before.advance('limit', 1000, 1500);
      await before.close();
      clock.wall += 400;
      const after = new SqliteStore({ file, clock });
      expect(await after.get('key')).toEqual({ value: 'value', version, ageMs: 400 });
      expect(await after.advance('limit', 1000, 1500)).toEqual({ admitted: false, aheadMs: 600, retryAfterMs: 100 });
      await after.close();
    });

    it('goes on with the versions, also when every entry is gone', async () => {
      const before = new SqliteStore({ file });
      const first = versionOf(await before.put('key', 'value', KEPT));
      await before.delete('key');
      await before.close();
      const after = new SqliteStore({ file });
      expect(Number(versionOf(await after.put('key', 'value', KEPT)))).toBeGreaterThan(Number(first));
      await after.close();
    });

    it('goes on with the versions when the file was lost', async () => {
      const clock = new WallClock();
      const before = new SqliteStore({ file, clock });
      for (let i = 0; i < 10; i++) await before.put('key', 'value', KEPT);
      const last = versionOf(await before.put('key', 'value', KEPT));
      await before.close();
      clock.wall += 1;
      const after = new SqliteStore({ file: `${file}-2`, clock });
      expect(Number(versionOf(await after.put('key', 'value', KEPT)))).toBeGreaterThan(Number(last));
      await after.close();
    });
  });

  it('brings a file of the first release up to date, and keeps what stands in it', async () => {
    const before = new SqliteStore({ file });
    await before.put('key', 'value', KEPT);
    await before.close();
    const db = new Database(file);
    db.exec('DROP TABLE counts; PRAGMA user_version = 1');
    db.close();
    const after = new SqliteStore({ file });
    expect(await after.get('key')).toMatchObject({ value: 'value' });
    expect(await after.count('limit', 1, { limit: 1, windowMs: 1000 })).toMatchObject({ admitted: true });
    await after.close();
  });

  describe('when the wall clock is put back by an hour', () => {
    const HOUR_MS = 3_600_000;

    it('gives no negative age, and goes on counting from then', async () => {
      const clock = new WallClock();
      const store = new SqliteStore({ file, clock });
      const version = versionOf(await store.put('key', 'value', { ttlMs: 1000, if: 'always' }));
      clock.wall -= HOUR_MS;
      expect(await store.get('key')).toEqual({ value: 'value', version, ageMs: 0 });
      clock.wall += 999;
      expect(await store.get('key')).toEqual({ value: 'value', version, ageMs: 999 });
      clock.wall += 1;
      expect(await store.get('key')).toBeUndefined();
      await store.close();
    });

    it('lets a lease run out when its time is over', async () => {
      const clock = new WallClock();
      const store = new SqliteStore({ file, clock });
      await store.put('key', 'claimed', KEPT);
      clock.wall -= HOUR_MS;
      const absent = { ttlMs: 60_000, if: 'absent' } as const;
      expect(await store.put('key', 'mine', absent)).toMatchObject({ standing: { ageMs: 0 } });
      clock.wall += 30_000;
      expect(await store.put('key', 'mine', absent)).toMatchObject({ standing: { ageMs: 30_000 } });
      await store.close();
    });

    it('does not put a virtual clock ahead', async () => {
      const clock = new WallClock();
      const store = new SqliteStore({ file, clock });
      await store.advance('limit', 1000, 1000);
      clock.wall -= HOUR_MS;
      expect(await store.advance('limit', 1000, 1000)).toEqual({ admitted: false, aheadMs: 1000, retryAfterMs: 1000 });
      clock.wall += 1000;
      expect(await store.advance('limit', 1000, 1000)).toMatchObject({ admitted: true });
      await store.close();
    });
  });

  it('admits as many as the limit says, where a share of the window has no end in binary', async () => {
    const clock = new WallClock();
    const store = new SqliteStore({ file, clock });
    for (const limit of [3, 7, 300]) {
      let admitted = 0;
      while ((await store.advance(`limit ${limit}`, 1000 / limit, 1000 + 1e-6)).admitted) admitted++;
      expect(admitted).toBe(limit);
    }
    await store.close();
  });

  it('keeps any text as value and key, U+0000 and lone surrogates too', async () => {
    const store = new SqliteStore({ file });
    const texts = [
      'a\0b',
      'a\0c',
      '\0',
      '\ud800',
      '\ud801',
      '😀\udc00',
      '\ufffd',
      '',
      'é',
      'e\u0301',
      "'; DROP TABLE entries; --",
    ];
    for (const text of texts) await store.put(text, `${text}!`, KEPT);
    for (const text of texts) expect((await store.get(text))?.value).toBe(`${text}!`);
    expect(count('entries')).toBe(texts.length);
    for (const text of texts) expect(await store.delete(text)).toBe(true);
    await store.close();
  });

  it('sweeps what expired while other keys are written', async () => {
    const clock = new WallClock();
    const store = new SqliteStore({ file, clock });
    for (let i = 0; i < 40; i++) {
      await store.put(`short ${i}`, 'value', { ttlMs: 10, if: 'always' });
      await store.advance(`short ${i}`, 10, 1000);
    }
    clock.wall += 10;
    for (let i = 0; i < 10; i++) {
      await store.put(`long ${i}`, 'value', KEPT);
      await store.advance(`long ${i}`, 60_000, 60_000);
    }
    expect([count('entries'), count('clocks')]).toEqual([10, 10]);
    await store.close();
  });

  describe('while another connection holds the lock', () => {
    it('waits without blocking the process, however many wait', async () => {
      const clock = new TestClock();
      const store = new SqliteStore({ file, clock });
      const other = new Database(file);
      other.exec('BEGIN IMMEDIATE');
      const puts = Array.from({ length: 100 }, (_, i) => store.put(`key ${i}`, 'value', KEPT));
      await clock.advance('1s');
      expect(clock.pendingTimers()).toBe(100);
      expect(await store.get('key 1')).toBeUndefined();
      other.exec('COMMIT');
      await clock.advance('25ms');
      for (const put of puts) expect(await put).toMatchObject({ written: { value: 'value' } });
      expect(clock.pendingTimers()).toBe(0);
      const { db } = (store as unknown as { opened: { db: Database.Database } }).opened;
      expect(db.prepare('PRAGMA busy_timeout').raw().get()).toEqual([0]);
      other.close();
      await store.close();
    });

    it('rejects after busyTimeout, and has changed nothing', async () => {
      const store = new SqliteStore({ file, busyTimeout: '30ms' });
      const other = new Database(file);
      other.exec('BEGIN IMMEDIATE');
      await expect(store.put('key', 'value', KEPT)).rejects.toMatchObject({
        name: 'SqliteStoreError',
        code: 'SQLITE_BUSY',
      });
      other.exec('COMMIT');
      expect(await store.get('key')).toBeUndefined();
      expect(await store.put('key', 'value', KEPT)).toMatchObject({ written: { value: 'value' } });
      other.close();
      await store.close();
    });
  });

  it('rejects a write for which the disk has no room, and goes on', async () => {
    const store = new SqliteStore({ file });
    await store.put('key', 'before', KEPT);
    const { db } = (store as unknown as { opened: { db: Database.Database } }).opened;
    db.prepare('PRAGMA max_page_count = 20').get();
    const long = 'x'.repeat(100_000);
    await expect(store.put('key', long, KEPT)).rejects.toMatchObject({ name: 'SqliteStoreError', code: 'SQLITE_FULL' });
    expect(await store.get('key')).toMatchObject({ value: 'before' });
    expect(await store.put('key', 'after', KEPT)).toMatchObject({ written: { value: 'after' } });
    await store.close();
  });

  describe('rejects every operation from about the moment on', () => {
    const GONE = { name: 'SqliteStoreError', code: 'STORE_GONE' };
    const removed = () => ['', '-wal', '-shm'].forEach((suffix) => rmSync(file + suffix, { force: true }));
    it.each<[string, () => unknown]>([
      ['that its file was removed', removed],
      ['that its file was moved away', () => renameSync(file, `${file}.old`)],
      [
        'that another file has taken its place, which other processes share',
        () => {
          removed();
          return new SqliteStore({ file }).close();
        },
      ],
    ])('%s', async (_, befall) => {
      const clock = new TestClock();
      const store = new SqliteStore({ file, clock });
      await store.put('key', 'value', KEPT);
      await clock.advance('1s');
      expect(await store.get('key')).toMatchObject({ value: 'value' });
      await befall();
      await clock.advance('1s');
      await expect(store.get('key')).rejects.toMatchObject(GONE);
      await expect(store.put('key', 'value', KEPT)).rejects.toMatchObject(GONE);
      await store.close();
    });
  });

  it('rejects every operation after close, which may be called again', async () => {
    const store = new SqliteStore({ file });
    await store.close();
    await store.close();
    const message = `SqliteStore '${file}': it has been closed`;
    await expect(store.get('key')).rejects.toThrow(message);
    await expect(store.put('key', 'value', KEPT)).rejects.toThrow(message);
    await expect(store.delete('key')).rejects.toThrow(message);
    await expect(store.advance('key', 1, 1)).rejects.toThrow(message);
  });

  it('rejects what is no text and no number, and goes on', async () => {
    const store = new SqliteStore({ file });
    await expect(store.put('key', true as unknown as string, KEPT)).rejects.toThrow(
      'expected the value to be a string',
    );
    await expect(store.get(5 as unknown as string)).rejects.toThrow('expected the key to be a string');
    await expect(store.put('key', 'value', { ttlMs: NaN, if: 'always' })).rejects.toThrow(
      'expected ttlMs to be a number',
    );
    await expect(store.advance('key', NaN, 1)).rejects.toThrow('expected byMs to be a number');
    expect(await store.get('key')).toBeUndefined();
    await store.close();
  });

  describe('refuses', () => {
    const refused: [string, unknown, RegExp][] = [
      ['no options', undefined, /SqliteStore: nothing given; expected a plain object with the options file/],
      ['no file', {}, /SqliteStore\.file: nothing given; it is required/],
      ['an empty file', { file: '' }, /SqliteStore\.file: '' given; expected the path of a file, or ':memory:'/],
      ['a URL', { file: 'libsql://db.example' }, /SqliteStore\.file: 'libsql:\/\/db\.example' given; .* not a URL/],
      ['a missing directory', { file: '/nowhere/at/all.sqlite' }, /there is no '\/nowhere\/at'/],
      [
        'another durability',
        { file: ':memory:', durability: 'off' },
        /durability: 'off' given; expected one of 'normal', 'full'/,
      ],
      [
        'another duration',
        { file: ':memory:', busyTimeout: '5 sec' },
        /busyTimeout: '5 sec' given; expected a duration/,
      ],
      ['another clock', { file: ':memory:', clock: 5 }, /SqliteStore\.clock: expected a Clock/],
      ['unknown options', { file: ':memory:', path: 'x' }, /SqliteStore\.path: unknown option; known are file/],
    ];
    it.each(refused)('%s', (_, options, message) => {
      expect(() => new SqliteStore(options as SqliteStoreOptions)).toThrow(message);
    });

    it('a directory', () => {
      mkdirSync(file);
      expect(() => new SqliteStore({ file })).toThrow(/cannot be opened: expected a file .*: it is a directory/);
    });

    it('a file that is damaged, with what to do about it', async () => {
      const store = new SqliteStore({ file });
      for (let i = 0; i < 100; i++) await store.put(`key ${i}`, 'x'.repeat(1000), KEPT);
      await store.close();
      truncateSync(file, 10_000);
      expect(() => new SqliteStore({ file })).toThrow(
        /malformed \(SQLITE_CORRUPT\): the file is damaged: put it aside/,
      );
    });

    it('a file that is no database', () => {
      writeFileSync(file, 'not a database '.repeat(100));
      expect(() => new SqliteStore({ file })).toThrow(`SqliteStore '${file}': file is not a database (SQLITE_NOTADB)`);
    });

    it("another application's database, and leaves it as it is", () => {
      const db = new Database(file);
      db.exec('CREATE TABLE orders (id INTEGER)');
      expect(() => new SqliteStore({ file })).toThrow(
        /it is the database of something else: give the store a file of its own/,
      );
      expect(db.prepare('PRAGMA journal_mode').raw().get()).toEqual(['delete']);
      db.close();
    });

    it('a newer schema than it knows', async () => {
      await new SqliteStore({ file }).close();
      const db = new Database(file);
      db.exec('PRAGMA user_version = 99');
      db.close();
      expect(() => new SqliteStore({ file })).toThrow(/its schema is version 99 and this release .* knows up to 2/);
    });
  });

  it.each([
    ['normal', 1],
    ['full', 2],
  ] as const)("keeps the log in WAL mode with durability '%s'", async (durability, synchronous) => {
    const store = new SqliteStore({ file, durability });
    const { db } = (store as unknown as { opened: { db: Database.Database } }).opened;
    expect(db.prepare('PRAGMA journal_mode').raw().get()).toEqual(['wal']);
    expect(db.prepare('PRAGMA synchronous').raw().get()).toEqual([synchronous]);
    await store.close();
  });
});
