import { realpathSync } from 'node:fs';

/** The part of an open connection to SQLite that is used here, in the interface of better-sqlite3 and libsql. */
export interface SqliteConnection {
  readonly inTransaction: boolean;
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}

/** A prepared statement. Values are bound by their place. */
export interface SqliteStatement {
  /** Whether it returns rows. */
  readonly reader: boolean;
  /** Makes arrays of its rows. */
  raw(): SqliteStatement;
  run(values?: unknown[]): { readonly changes: number };
  all(values?: unknown[]): unknown[];
}

export function isConnection(value: unknown): value is SqliteConnection {
  const { exec, prepare, inTransaction } = Object(value) as Partial<SqliteConnection>;
  return typeof exec === 'function' && typeof prepare === 'function' && typeof inTransaction === 'boolean';
}

export const IN_MEMORY = ':memory:';

/** The real path of a connection's file; `undefined` where it has none. */
export function fileOf(connection: SqliteConnection): string | undefined {
  const databases = connection.prepare('PRAGMA database_list').raw().all() as [number, string, string][];
  return realPathOf(databases.find(([, name]) => name === 'main')?.[2]);
}

/** The real path of a file; `undefined` for none, and for a database in memory. */
export function realPathOf(file: string | undefined): string | undefined {
  return file === undefined || file === '' || file === IN_MEMORY ? undefined : realpathSync(file);
}
