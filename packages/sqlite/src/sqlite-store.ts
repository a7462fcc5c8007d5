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
import type Database from 'libsql';
import { openDatabase } from './open-database.js';
import { isBusy } from './is-busy.js';
import type { OwnFile } from './own-file.js';
import { SqliteStoreError } from './sqlite-store.error.js';
import { readSqliteStoreOptions, type SqliteStoreOptions } from './sqlite-store.options.js';
import { advanceClock, countCalls, deleteEntry, getEntry, putEntry, readEntry } from './operations.js';
import { prepareStatements, type Statements } from './prepare-statements.js';
import { SqliteTransactionStore } from './sqlite-transaction-store.js';

/** The longest pause between two tries for a lock. */
const LONGEST_PAUSE_MS = 25;

const GONE =
  'its file was removed, moved or replaced while it was open, so that processes which start later do not share it: restart this one';

/**
 * State of one host, in a file that several processes may open. An operation that has answered survives the death of
 * every process. Each operation that writes is one transaction, which takes the lock before it reads the time. Sets no
 * timer but while it waits for the lock: each write sweeps a few expired rows.
 *
 * Throws a `ResilienceConfigurationError` for options that cannot be used, and a `SqliteStoreError` for such a file.
 */
export class SqliteStore implements Store {
  readonly shared = true;
  private readonly file: string;
  private readonly clock: Clock;
  private readonly busyTimeoutMs: number;
  private readonly tablePrefix: string;
  private readonly opened: OwnFile;
  private statements: Statements | undefined;

  constructor(options: SqliteStoreOptions) {
    const settings = readSqliteStoreOptions(options);
    this.file = settings.file;
    this.clock = settings.clock;
    this.busyTimeoutMs = settings.busyTimeout;
    this.tablePrefix = settings.tablePrefix;
    this.opened = openDatabase(settings);
    this.statements = prepareStatements(this.opened.db, this.tablePrefix);
  }

  get(key: string): Promise<Entry | undefined> {
    return this.operation((sql) => {
      const now = this.clock.wallNow();
      const read = readEntry(sql, key, now);
      return read === 'written-later' ? this.transaction(sql, (now) => getEntry(sql, key, now)) : read;
    });
  }

  put(key: string, value: string, when: { ttlMs: number; if: PutCondition }): Promise<PutResult> {
    return this.writing((sql, now) => {
      const result = putEntry(sql, now, { key, value, when });
      if ('written' in result) sql.sweep.run([now]);
      return result;
    });
  }

  delete(key: string, when?: { version: string }): Promise<boolean> {
    return this.writing((sql, now) => deleteEntry(sql, now, { key, when }));
  }

  advance(key: string, byMs: number, windowMs: number): Promise<AdvanceResult> {
    return this.writing((sql, now) => {
      const result = advanceClock(sql, now, { key, byMs, windowMs });
      if (result.admitted) sql.sweepClocks.run([now]);
      return result;
    });
  }

  count(key: string, by: number, window: SlidingWindow): Promise<CountResult> {
    return this.writing((sql, now) => {
      const result = countCalls(sql, now, { key, by, window });
      sql.sweepCounted.run([now]);
      return result;
    });
  }

  /**
   * The same store inside the transaction that `client` has begun: what it writes is committed or rolled back with the
   * rest. `client` is a connection of libsql to the same file, where the store's tables have a prefix.
   *
   * Throws a `SqliteStoreError` for a connection to another file, or one that is in no transaction.
   */
  within(client: Database.Database): SqliteTransactionStore {
    return new SqliteTransactionStore(client, { file: this.file, clock: this.clock, tablePrefix: this.tablePrefix });
  }

  /**
   * Brings everything to the disk. Every later operation rejects. The file itself is let go of once the store's
   * statements are collected as garbage: libsql ends them in no other way.
   */
  async close(): Promise<void> {
    if (this.statements === undefined) return;
    this.statements = undefined;
    await this.opened.close();
  }

  private writing<T>(work: (sql: Statements, now: number) => T): Promise<T> {
    return this.operation((sql) => this.transaction(sql, (now) => work(sql, now)));
  }

  /**
   * Waits for the lock without blocking the process. A refused lock has changed nothing, so the whole is done again.
   */
  private async operation<T>(work: (sql: Statements) => T): Promise<T> {
    let giveUpAt: number | undefined;
    for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      if (this.statements === undefined) throw new SqliteStoreError(this.file, 'STORE_CLOSED', 'it has been closed');
      if (this.opened.standing.isGone) throw new SqliteStoreError(this.file, 'STORE_GONE', GONE);
      try {
        return work(this.statements);
      } catch (error) {
        giveUpAt ??= this.clock.now() + this.busyTimeoutMs;
        if (!isBusy(error) || this.clock.now() >= giveUpAt) throw SqliteStoreError.of(this.file, error);
      }
      await this.clock.sleep(pauseMs);
    }
  }

  /** The time is read under the lock, so that no write is later. */
  private transaction<T>(sql: Statements, work: (now: number) => T): T {
    sql.begin.run();
    try {
      const result = work(this.clock.wallNow());
      sql.commit.run();
      this.opened.committed();
      return result;
    } catch (error) {
      if (this.opened.db.inTransaction) sql.rollback.run();
      throw error;
    }
  }
}
