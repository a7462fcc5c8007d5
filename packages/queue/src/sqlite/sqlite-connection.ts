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
