/**
 * A Postgres that cannot be used, or a record in it. `code` is the SQLSTATE (`'57P03'`, …), or `'TIMEOUT'`, `'CLOSED'`,
 * `'FORMAT'`, `'CONNECTION'`.
 */
export class PostgresStoreError extends Error {
  override readonly name = 'PostgresStoreError';

  constructor(
    readonly code: string,
    what: string,
    cause?: unknown,
  ) {
    super(`PostgresStore: ${what} (${code})`, cause === undefined ? undefined : { cause });
  }

  /** With those that stand in line for a connection of the pool at that moment. */
  static timedOut(timeoutMs: number, waiting = 0): PostgresStoreError {
    const why = waiting > 0 ? `, and ${waiting} wait for a connection of the pool: all of them are in use` : '';
    return new PostgresStoreError('TIMEOUT', `the server has not answered within ${timeoutMs} ms${why}`);
  }

  /** Says clearly why the driver failed. */
  static of(error: unknown): PostgresStoreError {
    if (error instanceof PostgresStoreError) return error;
    const { code } = Object(error) as { code?: unknown };
    const message = error instanceof Error ? error.message : String(error);
    const state = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : 'CONNECTION';
    return new PostgresStoreError(state, MEANING[state] ?? message, error);
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const MEANING: Readonly<Record<string, string>> = {
  '25006': 'this server is read-only, such as a standby: connect to the primary',
  '3F000': 'its schema is missing: run migrate(pool), or sql/schema.sql with your own migrations',
  '40001': 'a concurrent write in this transaction’s isolation level: try the transaction again',
  '42501': 'this user may not use the schema, its tables or its functions',
  '42883':
    'its functions are missing or of another release: run migrate(pool), or sql/schema.sql with your own migrations',
  '42P01': 'its tables are missing: run migrate(pool), or sql/schema.sql with your own migrations',
  '53100': 'the disk of the server is full',
  '53300': 'the server has no connection left',
  '57P01': 'the server is shutting down',
  '57P03': 'the server is starting up, or in recovery',
};
