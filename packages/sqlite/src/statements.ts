import type { SqliteConnection, SqliteStatement } from './sqlite-connection.js';

/** Statements by their names, each prepared once. */
export type StatementsOf<Sql> = Readonly<Record<keyof Sql, SqliteStatement>>;

/**
 * Prepares each statement; rows come as arrays. Bind by arrays: libsql takes a `Buffer` on its own for named
 * parameters, and ends the process.
 */
export function prepareAll<Sql extends Readonly<Record<string, string>>>(
  db: SqliteConnection,
  sql: Sql,
): StatementsOf<Sql> {
  const prepared = Object.entries(sql).map(([name, text]) => {
    const statement = db.prepare(text);
    return [name, statement.reader ? statement.raw() : statement] as const;
  });
  return Object.fromEntries(prepared) as StatementsOf<Sql>;
}

/**
 * The first row of a statement. By `all`, as libsql resets no statement whose `get` failed: from then on it would fail
 * for ever.
 */
export function first<Row>(statement: SqliteStatement, values: unknown[]): Row | undefined {
  return statement.all(values)[0] as Row | undefined;
}

/** Has statements with a prefix be prepared once for each connection, for as long as that is there. */
export function perConnection<Statements>(
  prepare: (db: SqliteConnection, prefix: string) => Statements,
): (db: SqliteConnection, prefix: string) => Statements {
  const prepared = new WeakMap<SqliteConnection, Map<string, Statements>>();
  return (db, prefix) => {
    let ofConnection = prepared.get(db);
    if (ofConnection === undefined) prepared.set(db, (ofConnection = new Map()));
    let statements = ofConnection.get(prefix);
    if (statements === undefined) ofConnection.set(prefix, (statements = prepare(db, prefix)));
    return statements;
  };
}
