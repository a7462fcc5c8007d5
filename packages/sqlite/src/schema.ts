import type Database from 'libsql';
import { SqliteStoreError } from './sqlite-store.error.js';

/** Marks a file as ours, in SQLite's `application_id`: "BRKW". */
const APPLICATION_ID = 0x42524b57;

/**
 * The steps from one version of the schema to the next; `user_version` says how many were taken. A row's times are its
 * own: when it was written, and what it held then, so that they can be moved together. AUTOINCREMENT never gives a
 * version twice.
 */
const STEPS: readonly string[] = [
  `CREATE TABLE entries (
     version INTEGER PRIMARY KEY AUTOINCREMENT,
     key ANY NOT NULL UNIQUE,
     value ANY NOT NULL,
     written_at REAL NOT NULL,
     expires_at REAL NOT NULL
   ) STRICT;
   CREATE INDEX entries_by_expiry ON entries (expires_at);
   CREATE TABLE clocks (
     key ANY NOT NULL PRIMARY KEY,
     written_at REAL NOT NULL,
     ahead REAL NOT NULL,
     expires_at REAL NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX clocks_by_expiry ON clocks (expires_at);
   INSERT INTO sqlite_sequence (name, seq) VALUES ('entries', 0);
   PRAGMA application_id = ${APPLICATION_ID};`,
  `CREATE TABLE counts (
     key ANY NOT NULL PRIMARY KEY,
     slices TEXT NOT NULL,
     written_at REAL NOT NULL,
     expires_at REAL NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX counts_by_expiry ON counts (expires_at);`,
];

/** Refuses a file that is not ours, or was written by a newer release. Changes nothing. */
export function checkSchema(db: Database.Database, file: string): void {
  // In one transaction: another process may make the schema at the same moment.
  transact(db, 'DEFERRED', () => void schemaVersion(db, file));
}

/**
 * Brings the schema up to date, and the next version at least to the microsecond that it is: versions go on rising even
 * if a power failure took the last writes, or the file was deleted.
 */
export function prepareSchema(db: Database.Database, file: string, wallNow: number): void {
  transact(db, 'IMMEDIATE', () => {
    for (const step of STEPS.slice(schemaVersion(db, file))) db.exec(step);
    db.exec(`PRAGMA user_version = ${STEPS.length}`);
    const raise = "UPDATE sqlite_sequence SET seq = max(seq, CAST(? AS INTEGER)) WHERE name = 'entries'";
    db.prepare(raise).run([Math.floor(wallNow * 1000)]);
  });
}

function transact(db: Database.Database, kind: 'DEFERRED' | 'IMMEDIATE', work: () => void): void {
  db.exec(`BEGIN ${kind}`);
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function schemaVersion(db: Database.Database, file: string): number {
  const id = numberOf(db, 'PRAGMA application_id');
  const version = numberOf(db, 'PRAGMA user_version');
  const empty = version === 0 && numberOf(db, 'SELECT count(*) FROM sqlite_master') === 0;
  if (id !== APPLICATION_ID && !(id === 0 && empty)) {
    throw unusable(file, 'it is the database of something else: give the store a file of its own');
  }
  if (version > STEPS.length) {
    throw unusable(
      file,
      `its schema is version ${version} and this release of @breakwater/sqlite knows up to ${STEPS.length}: use the release that wrote it, or a newer one`,
    );
  }
  return version;
}

function numberOf(db: Database.Database, sql: string): number {
  return (db.prepare(sql).raw().get() as [number])[0];
}

function unusable(file: string, why: string): SqliteStoreError {
  return new SqliteStoreError(file, 'STORE_UNUSABLE', why);
}
