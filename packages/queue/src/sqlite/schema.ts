import type { SqliteConnection } from '@breakwater/sqlite/adapter';
import { unusable } from './sqlite-error.js';

/**
 * The steps from one version of the tables to the next. AUTOINCREMENT never gives a position twice, and a job that is
 * replayed keeps its own. `attempt` counts burnt attempts, `claim` every time that it was claimed.
 */
const stepsFor = (prefix: string): readonly string[] => [
  `CREATE TABLE ${prefix}jobs (
     position INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     provider TEXT NOT NULL,
     name TEXT NOT NULL,
     tenant TEXT NOT NULL,
     key TEXT,
     payload TEXT NOT NULL,
     rank INTEGER NOT NULL,
     state TEXT NOT NULL,
     run_at REAL NOT NULL,
     added_at REAL NOT NULL,
     ended_at REAL,
     attempt INTEGER NOT NULL DEFAULT 0,
     attempts INTEGER,
     lost INTEGER NOT NULL DEFAULT 0,
     claim INTEGER NOT NULL DEFAULT 0,
     lease_until REAL,
     progress TEXT,
     result TEXT,
     history TEXT NOT NULL DEFAULT '[]'
   ) STRICT;
   CREATE INDEX ${prefix}jobs_waiting ON ${prefix}jobs (provider, tenant, rank, position) WHERE state = 'waiting';
   CREATE INDEX ${prefix}jobs_delayed ON ${prefix}jobs (provider, run_at) WHERE state = 'delayed';
   CREATE INDEX ${prefix}jobs_active ON ${prefix}jobs (provider, lease_until) WHERE state = 'active';
   CREATE INDEX ${prefix}jobs_completed ON ${prefix}jobs (provider, ended_at) WHERE state = 'completed';
   CREATE INDEX ${prefix}jobs_dead ON ${prefix}jobs (provider, ended_at) WHERE state = 'dead';
   CREATE TABLE ${prefix}queues (
     provider TEXT NOT NULL PRIMARY KEY,
     paused INTEGER NOT NULL DEFAULT 0,
     served TEXT NOT NULL DEFAULT ''
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE ${prefix}schedules (
     provider TEXT NOT NULL,
     name TEXT NOT NULL,
     ran_at REAL NOT NULL,
     pattern TEXT NOT NULL,
     PRIMARY KEY (provider, name)
   ) STRICT, WITHOUT ROWID;`,
];

/**
 * Brings the tables up to date. Throws a `QueueDriverError` where a newer release has written them. The mark is a table
 * beside them, as the file may be the application's own.
 */
export function prepareSchema(db: SqliteConnection, file: string, prefix: string): void {
  const steps = stepsFor(prefix);
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(`CREATE TABLE IF NOT EXISTS ${prefix}schema (version INTEGER NOT NULL) STRICT`);
    const [[version] = [0]] = db.prepare(`SELECT version FROM ${prefix}schema`).raw().all() as [number][];
    if (version > steps.length) {
      throw unusable(
        file,
        `its tables are of version ${version}, and this release of @breakwater/queue knows up to ${steps.length}`,
      );
    }
    for (const step of steps.slice(version)) db.exec(step);
    if (version < steps.length) {
      db.exec(`DELETE FROM ${prefix}schema; INSERT INTO ${prefix}schema VALUES (${steps.length})`);
    }
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
