import type {
  AdvanceResult,
  Clock,
  CountResult,
  Entry,
  PutCondition,
  PutResult,
  SlidingWindow,
  Store,
} from '@breakwater/core';
import { advanceClock, countCalls, deleteEntry, getEntry, putEntry } from './operations.js';
import { prepareStatements, type Statements } from './prepare-statements.js';
import { fileOf, isConnection, realPathOf, type SqliteConnection } from './sqlite-connection.js';
import { SqliteStoreError } from './sqlite-store.error.js';
import { perConnection } from './statements.js';

interface Place {
  readonly file: string;
  readonly clock: Clock;
  readonly tablePrefix: string;
}

const statementsOf = perConnection(prepareStatements);

/**
 * A `SqliteStore` inside a transaction of the application's, on the application's own connection. Begins, commits and
 * waits for nothing by itself. Every operation has been done when it returns, before its promise is looked at.
 */
export class SqliteTransactionStore implements Store {
  private readonly sql: Statements;
  private readonly clock: Clock;
  private readonly file: string;

  constructor(client: SqliteConnection, { file, clock, tablePrefix }: Place) {
    if (!isConnection(client) || !client.inTransaction) {
      throw new SqliteStoreError(
        file,
        'STORE_UNUSABLE',
        'within() needs a connection of libsql that is in a transaction',
      );
    }
    const path = realPathOf(file);
    if (path === undefined || fileOf(client) !== path) {
      throw new SqliteStoreError(file, 'STORE_UNUSABLE', 'the connection of the transaction is to another file');
    }
    this.file = file;
    this.clock = clock;
    this.sql = statementsOf(client, tablePrefix);
  }

  async get(key: string): Promise<Entry | undefined> {
    return this.now((now) => getEntry(this.sql, key, now));
  }

  async put(key: string, value: string, when: { ttlMs: number; if: PutCondition }): Promise<PutResult> {
    return this.putNow(key, value, when);
  }

  /** As `put`, for a transaction that has no `await` in it: throws at once, so that it is rolled back. */
  putNow(key: string, value: string, when: { ttlMs: number; if: PutCondition }): PutResult {
    return this.now((now) => putEntry(this.sql, now, { key, value, when }));
  }

  async delete(key: string, when?: { version: string }): Promise<boolean> {
    return this.now((now) => deleteEntry(this.sql, now, { key, when }));
  }

  async advance(key: string, byMs: number, windowMs: number): Promise<AdvanceResult> {
    return this.now((now) => advanceClock(this.sql, now, { key, byMs, windowMs }));
  }

  async count(key: string, by: number, window: SlidingWindow): Promise<CountResult> {
    return this.now((now) => countCalls(this.sql, now, { key, by, window }));
  }

  /** The connection is the application's, which closes it. */
  async close(): Promise<void> {}

  private now<T>(work: (now: number) => T): T {
    try {
      return work(this.clock.wallNow());
    } catch (error) {
      throw SqliteStoreError.of(this.file, error);
    }
  }
}
