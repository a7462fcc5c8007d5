import { sqliteCode } from './sqlite-code.js';

/** An error of a `SqliteStore` and its file. */
export class SqliteStoreError extends Error {
  override readonly name = 'SqliteStoreError';

  /**
   * `code` is SQLite's own (`'SQLITE_BUSY'`, `'SQLITE_FULL'`, …), or `'STORE_CLOSED'`, `'STORE_GONE'`,
   * `'STORE_UNUSABLE'`.
   */
  constructor(
    readonly file: string,
    readonly code: string,
    what: string,
    cause?: unknown,
  ) {
    super(`SqliteStore '${file}': ${what}`, cause === undefined ? undefined : { cause });
  }

  /** An error of libsql, with the file's name. All others are passed on unchanged. */
  static of(file: string, error: unknown): unknown {
    if (error instanceof SqliteStoreError || !(error instanceof Error)) return error;
    const code = sqliteCode(error);
    if (code === undefined) return error;
    return new SqliteStoreError(file, code, `${error.message} (${code})`, error);
  }
}
