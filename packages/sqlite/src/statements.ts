import type Database from 'libsql';

/** How many expired rows each write removes. More than one, so that they never pile up. */
const SWEEP_PER_WRITE = 4;

/** `[version, value, written_at, expires_at]` */
export type EntryRow = readonly [version: number, value: string | Buffer, writtenAt: number, expiresAt: number];
/** `[written_at, ahead]` */
export type ClockRow = readonly [writtenAt: number, ahead: number];

/** Every statement of the store, prepared once. */
export class Statements {
  readonly begin = this.db.prepare('BEGIN IMMEDIATE');
  readonly commit = this.db.prepare('COMMIT');
  readonly rollback = this.db.prepare('ROLLBACK');

  readonly entry = this.db.prepare('SELECT version, value, written_at, expires_at FROM entries WHERE key = ?').raw();
  readonly write = this.db
    .prepare('REPLACE INTO entries (key, value, written_at, expires_at) VALUES (?, ?, ?, ?) RETURNING version')
    .raw();
  readonly redate = this.db.prepare('UPDATE entries SET written_at = ?, expires_at = ? WHERE version = ?');
  readonly remove = this.db.prepare('DELETE FROM entries WHERE version = ?');
  readonly sweep = this.db.prepare(sweepOf('entries', 'version'));

  readonly clock = this.db.prepare('SELECT written_at, ahead FROM clocks WHERE key = ?').raw();
  readonly writeClock = this.db.prepare('REPLACE INTO clocks (key, written_at, ahead, expires_at) VALUES (?, ?, ?, ?)');
  readonly removeClock = this.db.prepare('DELETE FROM clocks WHERE key = ?');
  readonly sweepClocks = this.db.prepare(sweepOf('clocks', 'key'));

  constructor(private readonly db: Database.Database) {}
}

function sweepOf(table: string, id: string): string {
  const expired = `SELECT ${id} FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEEP_PER_WRITE}`;
  return `DELETE FROM ${table} WHERE ${id} IN (${expired})`;
}
