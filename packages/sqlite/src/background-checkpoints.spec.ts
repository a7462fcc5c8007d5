import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Libsql from 'libsql';
import { BackgroundCheckpoints } from './background-checkpoints.js';

describe('BackgroundCheckpoints', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-checkpoints-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The rows in the file itself, whatever its log has. */
  function rowsWithoutLog(file: string): number {
    const copy = join(folder, 'copy.sqlite');
    copyFileSync(file, copy);
    const db = new Libsql(copy);
    const [[tables]] = db.prepare('SELECT count(*) FROM sqlite_schema').raw().all() as [[number]];
    const [[rows]] = tables === 0 ? [[0]] : (db.prepare('SELECT count(*) FROM kept').raw().all() as [[number]]);
    db.close();
    return rows;
  }

  it('bring what was written into the file itself, without the connection that wrote it', async () => {
    const file = join(folder, 'kept.sqlite');
    const db = new Libsql(file);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE kept (value TEXT)');
    const checkpoints = new BackgroundCheckpoints(file);
    const insert = db.prepare('INSERT INTO kept VALUES (?)');
    const write = () => {
      insert.run(['x'.repeat(100)]);
      checkpoints.committed();
    };
    for (let i = 0; i < 249; i++) write();
    expect(rowsWithoutLog(file)).toBe(0);
    write();
    await checkpoints.close();
    expect(rowsWithoutLog(file)).toBe(250);
    db.close();
  });

  it('fail without a word where the file is gone: the connection that writes says what is wrong', async () => {
    const checkpoints = new BackgroundCheckpoints(join(folder, 'missing', 'kept.sqlite'));
    for (let i = 0; i < 600; i++) checkpoints.committed();
    await expect(checkpoints.close()).resolves.toBeUndefined();
  });

  it('make no file in the place of one that was removed', async () => {
    const file = join(folder, 'removed.sqlite');
    const checkpoints = new BackgroundCheckpoints(file);
    for (let i = 0; i < 250; i++) checkpoints.committed();
    await checkpoints.close();
    expect(existsSync(file)).toBe(false);
  });
});
