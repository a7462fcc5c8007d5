import type Database from 'libsql';

/** How many expired rows each write removes. More than one, so that they never pile up. */
const SWEEP_PER_WRITE = 4;

/** `[version, value, written_at, expires_at]` */
export type EntryRow = readonly [version: number, value: string | Buffer, writtenAt: number, expiresAt: number];
/** `[written_at, ahead]` */
export type ClockRow = readonly [writtenAt: number, ahead: number];

export type Statements = ReturnType<typeof prepareStatements>;

/** Every statement of the store, prepared once. Bind by arrays: a `Buffer` on its own ends the process, as libsql takes it for named parameters. */
export function prepareStatements(db: Database.Database) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),

    entry: db.prepare('SELECT version, value, written_at, expires_at FROM entries WHERE key = ?').raw(),
    write: db
      .prepare('REPLACE INTO entries (key, value, written_at, expires_at) VALUES (?, ?, ?, ?) RETURNING version')
      .raw(),
    redate: db.prepare('UPDATE entries SET written_at = ?, expires_at = ? WHERE version = ?'),
    remove: db.prepare('DELETE FROM entries WHERE version = ?'),
    sweep: db.prepare(sweepOf('entries', 'version')),

    clock: db.prepare('SELECT written_at, ahead FROM clocks WHERE key = ?').raw(),
    writeClock: db.prepare('REPLACE INTO clocks (key, written_at, ahead, expires_at) VALUES (?, ?, ?, ?)'),
    removeClock: db.prepare('DELETE FROM clocks WHERE key = ?'),
    sweepClocks: db.prepare(sweepOf('clocks', 'key')),
  };
}

function sweepOf(table: string, id: string): string {
  const expired = `SELECT ${id} FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEEP_PER_WRITE}`;
  return `DELETE FROM ${table} WHERE ${id} IN (${expired})`;
}
