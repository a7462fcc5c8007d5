import { closeSync, openSync } from 'node:fs';
import { SystemClock } from '@breakwater/core';
import Database from 'libsql';
import { prepareSchema } from './schema.js';
import { IN_MEMORY, type SqliteDriverSettings } from './sqlite-driver.options.js';
import { isBusy, sqliteError, unusable } from './sqlite-error.js';

/** The pause between two tries to open a file. */
const PAUSE_MS = 10;
/** Payloads may be anything: a new file is its owner's alone. */
const OWNER_ONLY = 0o600;

/** Locks are held by other processes, in real time, whatever clock the queue is given. */
const machine = new SystemClock();

/**
 * Opens the queue's file in WAL mode with its tables up to date. Blocks while other processes hold the lock, but not
 * longer than `busyTimeout`. Throws a `QueueDriverError` when it cannot be used.
 */
export function openDatabase(settings: SqliteDriverSettings): Database.Database {
  makeFile(settings.file);
  const until = machine.now() + settings.busyTimeout;
  for (;;) {
    try {
      return open(settings);
    } catch (error) {
      // SQLite does not wait while several processes turn a new file to WAL: one of them wins, the others find it done.
      if (!isBusy(error) || machine.now() >= until) throw sqliteError(settings.file, error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

/** Makes the file first: SQLite would make it readable by all. */
function makeFile(file: string): void {
  if (file === IN_MEMORY) return;
  try {
    closeSync(openSync(file, 'a', OWNER_ONLY));
  } catch {
    // SQLite says what is wrong with it.
  }
}

function open({ file, durability, tablePrefix }: SqliteDriverSettings): Database.Database {
  const db = connect(file);
  try {
    // The driver waits by itself: SQLite would block the process.
    db.exec('PRAGMA busy_timeout = 0');
    const [mode] = db.prepare('PRAGMA journal_mode = WAL').raw().get() as [string];
    if (mode !== 'wal' && file !== IN_MEMORY) {
      throw unusable(file, `its file system cannot keep a write-ahead log (journal_mode stays ${mode})`);
    }
    db.exec(`PRAGMA synchronous = ${durability}`);
    prepareSchema(db, file, tablePrefix);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function connect(file: string): Database.Database {
  try {
    return new Database(file);
  } catch (cause) {
    const what = 'cannot be opened: expected a file that this process may read and write';
    throw unusable(file, what, { code: 'SQLITE_CANTOPEN', cause });
  }
}
