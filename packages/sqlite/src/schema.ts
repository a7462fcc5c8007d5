import type { SqliteConnection } from './sqlite-connection.js';
import { SqliteStoreError } from './sqlite-store.error.js';

/** Marks a file as ours, in SQLite's `application_id`: "BRKW". */
const APPLICATION_ID = 0x42524b57;

/**
 * The steps from one version of the schema to the next; `user_version` says how many were taken. A row's times are its
 * own: when it was written, and what it held then, so that they can be moved together. AUTOINCREMENT never gives a
 * version twice.
 */
const stepsFor = (prefix: string): readonly string[] => [
  `CREATE TABLE ${prefix}entries (
     version INTEGER PRIMARY KEY AUTOINCREMENT,
     key ANY NOT NULL UNIQUE,
     value ANY NOT NULL,
     written_at REAL NOT NULL,
     expires_at REAL NOT NULL
   ) STRICT;
   CREATE INDEX ${prefix}entries_by_expiry ON ${prefix}entries (expires_at);
   CREATE TABLE ${prefix}clocks (
     key ANY NOT NULL PRIMARY KEY,
     written_at REAL NOT NULL,
     ahead REAL NOT NULL,
     expires_at REAL NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX ${prefix}clocks_by_expiry ON ${prefix}clocks (expires_at);
   INSERT INTO sqlite_sequence (name, seq) VALUES ('${prefix}entries', 0);`,
  `CREATE TABLE ${prefix}counts (
     key ANY NOT NULL PRIMARY KEY,
     slices TEXT NOT NULL,
     written_at REAL NOT NULL,
     expires_at REAL NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX ${prefix}counts_by_expiry ON ${prefix}counts (expires_at);`,
];

/** The file of a store, and the prefix of its tables where the file is the application's own. */
export interface SchemaPlace {
  readonly file: string;
  readonly tablePrefix: string;
}

/** Refuses a file that is not ours, or was written by a newer release. Changes nothing. */
export function checkSchema(db: SqliteConnection, place: SchemaPlace): void {
  // In one transaction: another process may make the schema at the same moment.
  transact(db, 'DEFERRED', () => void schemaVersion(db, place));
}

/**
 * Brings the schema up to date, and the next version at least to the microsecond that it is: versions go on rising even
 * if a power failure took the last writes, or the file was deleted.
 */
export function prepareSchema(db: SqliteConnection, place: SchemaPlace, wallNow: number): void {
  const { tablePrefix } = place;
  const steps = stepsFor(tablePrefix);
  transact(db, 'IMMEDIATE', () => {
    for (const step of steps.slice(schemaVersion(db, place))) db.exec(step);
    markVersion(db, tablePrefix, steps.length);
    const raise = 'UPDATE sqlite_sequence SET seq = max(seq, CAST(? AS INTEGER)) WHERE name = ?';
    db.prepare(raise).run([Math.floor(wallNow * 1000), `${tablePrefix}entries`]);
  });
}

/** A file of the store's own is marked in its head; in another's, the mark is a table beside the store's. */
function markVersion(db: SqliteConnection, prefix: string, version: number): void {
  if (prefix === '') {
    db.exec(`PRAGMA user_version = ${version}; PRAGMA application_id = ${APPLICATION_ID};`);
  } else {
    db.exec(`CREATE TABLE IF NOT EXISTS ${prefix}schema (version INTEGER NOT NULL) STRICT;
             DELETE FROM ${prefix}schema; INSERT INTO ${prefix}schema VALUES (${version});`);
  }
}

function transact(db: SqliteConnection, kind: 'DEFERRED' | 'IMMEDIATE', work: () => void): void {
  db.exec(`BEGIN ${kind}`);
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function schemaVersion(db: SqliteConnection, { file, tablePrefix }: SchemaPlace): number {
  const version = tablePrefix === '' ? ownVersion(db, file) : versionBeside(db, tablePrefix);
  const known = stepsFor(tablePrefix).length;
  if (version <= known) return version;
  throw unusable(
    file,
    `its schema is version ${version} and this release of @breakwater/sqlite knows up to ${known}: use the release that wrote it, or a newer one`,
  );
}

function ownVersion(db: SqliteConnection, file: string): number {
  const id = numberOf(db, 'PRAGMA application_id');
  const version = numberOf(db, 'PRAGMA user_version');
  const empty = version === 0 && numberOf(db, 'SELECT count(*) FROM sqlite_master') === 0;
  if (id === APPLICATION_ID || (id === 0 && empty)) return version;
  throw unusable(
    file,
    "it is the database of something else: give the store a file of its own, or tablePrefix to stand in your application's",
  );
}

function versionBeside(db: SqliteConnection, prefix: string): number {
  const exists = `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '${prefix}schema'`;
  return numberOf(db, exists) === 0 ? 0 : numberOf(db, `SELECT version FROM ${prefix}schema`);
}

function numberOf(db: SqliteConnection, sql: string): number {
  return (db.prepare(sql).raw().all()[0] as [number])[0];
}

function unusable(file: string, why: string): SqliteStoreError {
  return new SqliteStoreError(file, 'STORE_UNUSABLE', why);
}
