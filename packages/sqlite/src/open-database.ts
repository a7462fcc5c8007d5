import Database from 'libsql';
import { checkSchema, prepareSchema } from './schema.js';
import { isBusy, SqliteStoreError } from './sqlite-store.error.js';
import { IN_MEMORY, type SqliteStoreSettings } from './sqlite-store.options.js';

/** The pause between two tries to open a file. */
const PAUSE_MS = 10;

/**
 * Opens the store's file in WAL mode, with its schema up to date. Blocks while other processes do. Throws a
 * `SqliteStoreError` when it cannot be used.
 */
export function openDatabase(settings: SqliteStoreSettings): Database.Database {
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    try {
      return open(settings);
    } catch (error) {
      // SQLite does not wait while several processes turn a new file to WAL: one of them wins, the others find it done.
      if (!isBusy(error) || waitedMs >= settings.busyTimeout) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

function open({ file, tablePrefix, durability, busyTimeout, clock }: SqliteStoreSettings): Database.Database {
  const db = connect(file);
  try {
    db.exec(`PRAGMA busy_timeout = ${Math.round(busyTimeout)}`);
    checkSchema(db, { file, tablePrefix });
    useWal(db, file);
    db.exec(`PRAGMA synchronous = ${durability}`);
    prepareSchema(db, { file, tablePrefix }, clock.wallNow());
    // From here on the store waits by itself: SQLite would block the process.
    db.exec('PRAGMA busy_timeout = 0');
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
