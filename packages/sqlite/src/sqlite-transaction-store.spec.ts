import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { SqliteStore } from './sqlite-store.js';

const PUT = { ttlMs: 60_000, if: 'absent' } as const;

describe('a SqliteStore in the application’s own database', () => {
  let folder: string;
  let file: string;
  let db: Database.Database;
  let store: SqliteStore;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
    file = join(folder, 'shop.sqlite');
    db = new Database(file);
    db.exec('CREATE TABLE entries (id TEXT); CREATE TABLE orders (id TEXT NOT NULL)');
    store = new SqliteStore({ file, tablePrefix: 'breakwater_' });
  });
  afterEach(async () => {
    await store.close();
    db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const orders = () => db.prepare('SELECT count(*) FROM orders').raw().get();

  it('leaves the application’s tables as they are, and is opened again', async () => {
    await store.put('key', 'value', PUT);
    const again = new SqliteStore({ file, tablePrefix: 'breakwater_' });
    expect(await again.get('key')).toMatchObject({ value: 'value' });
    await again.close();
    expect(db.prepare('SELECT count(*) FROM entries').raw().get()).toEqual([0]);
    expect(() => new SqliteStore({ file })).toThrow(
      /database of something else: give the store a file of its own, or tablePrefix/,
    );
    expect(() => new SqliteStore({ file, tablePrefix: 'a-b' })).toThrow(/tablePrefix: 'a-b' given; expected letters/);
  });

  it('writes inside a transaction what is committed with it', async () => {
    db.transaction(() => {
      db.prepare('INSERT INTO orders VALUES (?)').run(['1']);
      expect(store.within(db).putNow('key', 'value', PUT)).toMatchObject({ written: { value: 'value' } });
    })();
    expect(await store.get('key')).toMatchObject({ value: 'value' });
    expect(orders()).toEqual([1]);
  });

  it('writes nothing when the transaction is rolled back', async () => {
    db.exec('BEGIN IMMEDIATE');
    db.prepare('INSERT INTO orders VALUES (?)').run(['1']);
    const within = store.within(db);
    await within.put('key', 'value', PUT);
    expect(await within.get('key')).toMatchObject({ value: 'value' });
    expect(await within.advance('clock', 10, 100)).toMatchObject({ admitted: true });
    db.exec('ROLLBACK');
    expect(await store.get('key')).toBeUndefined();
    expect(await store.advance('clock', 100, 100)).toMatchObject({ admitted: true });
    expect(orders()).toEqual([0]);
  });

  it('names versions that the store itself goes on from', async () => {
    const { written } = (await store.put('key', 'first', PUT)) as { written: { version: string } };
    db.exec('BEGIN IMMEDIATE');
    const result = await store.within(db).put('key', 'second', { ttlMs: 60_000, if: { version: written.version } });
    db.exec('COMMIT');
    const { version } = (result as { written: { version: string } }).written;
    expect(await store.put('key', 'third', { ttlMs: 60_000, if: { version: written.version } })).toMatchObject({
      standing: { value: 'second', version },
    });
    expect(await store.delete('key', { version })).toBe(true);
  });

  it('refuses a connection that is in no transaction, or to another file', () => {
    expect(() => store.within(db)).toThrow(/needs a connection of libsql that is in a transaction/);
    const other = new Database(join(folder, 'other.sqlite'));
    other.exec('BEGIN');
    expect(() => store.within(other)).toThrow(/the connection of the transaction is to another file/);
    other.exec('ROLLBACK');
    other.close();
  });
});
