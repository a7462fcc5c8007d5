import { closeSync, openSync } from 'node:fs';
import { SystemClock } from '@breakwater/core';
import Database from 'libsql';
import { checkSchema, prepareSchema } from './schema.js';
import { isBusy, SqliteStoreError } from './sqlite-store.error.js';
import { IN_MEMORY, type SqliteStoreSettings } from './sqlite-store.options.js';

/** The pause between two tries to open a file. */
const PAUSE_MS = 10;

/** Who may read and write a new file: it holds answers of providers. */
const OWNER_ONLY = 0o600;

/** Locks are held by other processes, in real time, whatever clock the store is given. */
const machine = new SystemClock();

/**
 * Opens the store's file in WAL mode, with its schema up to date; a new file is its owner's alone. Blocks while other
 * processes hold the lock, but not longer than `busyTimeout`. Throws a `SqliteStoreError` when it cannot be used.
 */
export function openDatabase(settings: SqliteStoreSettings): Database.Database {
  makeFile(settings.file);
  const until = machine.now() + settings.busyTimeout;
  for (;;) {
    try {
      return open(settings);
    } catch (error) {
      // SQLite does not wait while several processes turn a new file to WAL: one of them wins, the others find it done.
      if (!isBusy(error) || machine.now() >= until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

/** Makes the file first: SQLite would make it readable by all, and gives `-wal` and `-shm` the mode that it has. */
function makeFile(file: string): void {
  if (file === IN_MEMORY) return;
  try {
    closeSync(openSync(file, 'a', OWNER_ONLY));
  } catch {
    // SQLite says what is wrong with it.
  }
}

function open({ file, tablePrefix, durability, clock }: SqliteStoreSettings): Database.Database {
  const db = connect(file);
  try {
    // Each try answers at once: SQLite's own wait would come on top of ours.
    db.exec('PRAGMA busy_timeout = 0');
    checkSchema(db, { file, tablePrefix });
    useWal(db, file);
    db.exec(`PRAGMA synchronous = ${durability}`);
    prepareSchema(db, { file, tablePrefix }, clock.wallNow());
    // The store waits by itself from here on, too: SQLite would block the process.
    return db;
  } catch (error) {
    db.close();
    throw SqliteStoreError.of(file, error);
  }
}

function connect(file: string): Database.Database {
  try {
    return new Database(file);
  } catch (error) {
    const what = 'cannot be opened: expected a file that this process may read and write';
    throw new SqliteStoreError(file, 'SQLITE_CANTOPEN', what, error);
  }
}

function useWal(db: Database.Database, file: string): void {
  const [mode] = db.prepare('PRAGMA journal_mode = WAL').raw().get() as [string];
  if (mode === 'wal' || file === IN_MEMORY) return;
  throw new SqliteStoreError(
    file,
    'STORE_UNUSABLE',
    `its file system cannot keep a write-ahead log (journal_mode stays ${mode}): put it on a local disk`,
  );
}
