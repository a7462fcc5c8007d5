import type { SqliteConnection } from './sqlite-connection.js';
import { prepareAll, type StatementsOf } from './statements.js';

/** How many expired rows each write removes. More than one, so that they never pile up. */
const SWEEP_PER_WRITE = 4;

/** `[version, value, written_at, expires_at]` */
export type EntryRow = readonly [version: number, value: string | Buffer, writtenAt: number, expiresAt: number];
/** `[written_at, ahead]` */
export type ClockRow = readonly [writtenAt: number, ahead: number];
/** `[slices as JSON, written_at]` */
export type CountRow = readonly [slices: string, writtenAt: number];

/** The statements over tables whose names begin with `prefix`, which is checked to be a name itself. */
const sqlFor = (prefix: string) => ({
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',

  entry: `SELECT version, value, written_at, expires_at FROM ${prefix}entries WHERE key = ?`,
  write: `REPLACE INTO ${prefix}entries (key, value, written_at, expires_at) VALUES (?, ?, ?, ?) RETURNING version`,
  redate: `UPDATE ${prefix}entries SET written_at = ?, expires_at = ? WHERE version = ?`,
  remove: `DELETE FROM ${prefix}entries WHERE version = ?`,
  sweep: sweepOf(`${prefix}entries`, 'version'),

  clock: `SELECT written_at, ahead FROM ${prefix}clocks WHERE key = ?`,
  writeClock: `REPLACE INTO ${prefix}clocks (key, written_at, ahead, expires_at) VALUES (?, ?, ?, ?)`,
  removeClock: `DELETE FROM ${prefix}clocks WHERE key = ?`,
  sweepClocks: sweepOf(`${prefix}clocks`, 'key'),

  counted: `SELECT slices, written_at FROM ${prefix}counts WHERE key = ?`,
  writeCounted: `REPLACE INTO ${prefix}counts (key, slices, written_at, expires_at) VALUES (?, ?, ?, ?)`,
  removeCounted: `DELETE FROM ${prefix}counts WHERE key = ?`,
  sweepCounted: sweepOf(`${prefix}counts`, 'key'),
});

export type Statements = StatementsOf<ReturnType<typeof sqlFor>>;

/** Every statement of the store. */
export function prepareStatements(db: SqliteConnection, prefix: string): Statements {
  return prepareAll(db, sqlFor(prefix));
}

function sweepOf(table: string, id: string): string {
  const expired = `SELECT ${id} FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEEP_PER_WRITE}`;
  return `DELETE FROM ${table} WHERE ${id} IN (${expired})`;
}
