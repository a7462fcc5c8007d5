import { closeSync, openSync } from 'node:fs';
import { SystemClock } from '@breakwater/core';
import Libsql from 'libsql';
import { fileObstacle } from './file-obstacle.js';
import { isBusy } from './is-busy.js';
import { sqliteCode } from './sqlite-code.js';
import { IN_MEMORY, type SqliteConnection } from './sqlite-connection.js';

/** The pause between two tries to open a file. */
const PAUSE_MS = 10;
/** Values may be anything: a new file is its owner's alone. */
const OWNER_ONLY = 0o600;

/** Locks are held by other processes, in real time, whatever clock those who open a file are given. */
const machine = new SystemClock();

/** A file that is to be opened, and its tables. */
export interface SqliteFile {
  /** A path, or `':memory:'`. */
  readonly file: string;
  readonly durability: 'normal' | 'full';
  /** How long to wait for the lock that other processes hold, in milliseconds. */
  readonly busyTimeout: number;
  /** Brings the tables up to date. */
  readonly prepare: (db: SqliteConnection) => void;
  /** Looks at the file before anything of it is changed. */
  readonly check?: (db: SqliteConnection) => void;
  /** An error in the words of the caller; without a code, of a file that cannot be used. */
  readonly error: (what: string, more?: { readonly code?: string; readonly cause?: unknown }) => Error;
}

/** A connection of one's own, which one closes. */
export type OwnConnection = SqliteConnection & { close(): unknown };

/**
 * Opens a file in WAL mode; a new one is its owner's alone. Blocks while other processes hold the lock, but not longer
 * than `busyTimeout`. SQLite itself waits for no lock from then on: it would block the process.
 */
export function openFile(opened: SqliteFile): OwnConnection {
  makeFile(opened.file);
  const until = machine.now() + opened.busyTimeout;
  for (;;) {
    try {
      return open(opened);
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

function open(opened: SqliteFile): OwnConnection {
  const { file, durability, check, prepare, error } = opened;
  const db = connect(opened);
  try {
    // Each try answers at once: SQLite's own wait would come on top of ours.
    db.exec('PRAGMA busy_timeout = 0');
    check?.(db);
    const [mode] = db.prepare('PRAGMA journal_mode = WAL').raw().all()[0] as [string];
    if (mode !== 'wal' && file !== IN_MEMORY) {
      throw error(`its file system cannot keep a write-ahead log (journal_mode stays ${mode}): put it on a local disk`);
    }
    db.exec(`PRAGMA synchronous = ${durability}`);
    prepare(db);
    return db;
  } catch (cause) {
    db.close();
    const code = sqliteCode(cause);
    throw code === undefined
      ? cause
      : error(because(`${(cause as Error).message} (${code})`, file, code), { code, cause });
  }
}

function connect({ file, error }: SqliteFile): OwnConnection {
  try {
    return new Libsql(file);
  } catch (cause) {
    const code = 'SQLITE_CANTOPEN';
    const what = 'cannot be opened: expected a file that this process may read and write';
    throw error(because(what, file, code), { code, cause });
  }
}

function because(what: string, file: string, code: string): string {
  const obstacle = fileObstacle(file, code);
  return obstacle === undefined ? what : `${what}: ${obstacle}`;
}
