import { SystemClock, type Clock } from '@breakwater/core';
import {
  fileOf,
  IN_MEMORY,
  isBusy,
  StandingFile,
  type OwnFile,
  type SqliteConnection,
} from '@breakwater/sqlite/adapter';
import { openDatabase } from './open-database.js';
import { prepareSchema } from './schema.js';
import { placeOf, type SqliteDriverSettings } from './sqlite-driver.options.js';
import { sqliteError, unusable } from './sqlite-error.js';
import { statementsWithin } from './statements-within.js';
import { prepareStatements, sqlFor, type Sql, type Statements } from './statements.js';

/** The longest pause between two tries for a lock. */
const LONGEST_PAUSE_MS = 25;

const GONE =
  'its file was removed, moved or replaced while it was open: no job is added any more, and those that stand in it are done by the processes that have it open: restart them once none is left';

/** The driver's connection, its own or the application's: runs operations as transactions, and waits for locks. */
export class SqliteSession {
  private clock: Clock = new SystemClock();
  private db: SqliteConnection | undefined;
  private statements: Statements | undefined;
  /** Where the connection is not the application's. */
  private own: OwnFile | undefined;
  private standing: StandingFile | undefined;
  private readonly place: string;
  private readonly sql: Sql;

  constructor(private readonly settings: SqliteDriverSettings) {
    this.place = placeOf(settings);
    this.sql = sqlFor(settings.tablePrefix);
  }

  /** Throws a `QueueDriverError` for a database that cannot be used. */
  open(clock: Clock): void {
    this.clock = clock;
    const { database, tablePrefix } = this.settings;
    if (database === undefined) {
      this.own = openDatabase(this.settings, clock);
      this.db = this.own.db;
      this.standing = this.own.standing;
    } else {
      this.db = this.prepareShared(database);
      this.standing = new StandingFile(fileOf(database) ?? IN_MEMORY, clock);
    }
    this.statements = prepareStatements(this.db, tablePrefix);
  }

  /**
   * Throws where the file that is open has gone, as seen within the last second: a job that is added to it is lost once
   * the processes that have it open are.
   */
  expectStanding(): void {
    if (this.standing?.isGone === true) throw unusable(this.place, GONE, { code: 'GONE' });
  }

  /** Runs `work` as soon as the database lets it. */
  async reading<T>(work: (sql: Statements, now: number) => T): Promise<T> {
    const { busyTimeout } = this.settings;
    let lateAt: number | undefined;
    for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return work(this.ready(), this.clock.wallNow());
      } catch (error) {
        // A refused lock has changed nothing: the whole is done again.
        lateAt ??= this.clock.now() + busyTimeout;
        if (!isBusy(error) || this.clock.now() >= lateAt) throw sqliteError(this.place, error);
      }
      await this.clock.sleep(pauseMs);
    }
  }

  /** The rows of a query that may take long: read on another thread, where the connection is the driver's own. */
  async readingAside(query: keyof Statements, values: unknown[]): Promise<readonly unknown[]> {
    this.ready();
    try {
      const rows = this.own?.readAside(this.sql[query], values);
      if (rows !== undefined) return await rows;
    } catch (error) {
      // Another process is just closing the file, or mending it: the usual way waits for that.
      if (!isBusy(error)) throw sqliteError(this.place, error);
    }
    return this.reading((sql) => sql[query].all(values));
  }

  /** The same in a transaction of its own. `now` is read under the lock, so that no write is later. */
  async writing<T>(work: (sql: Statements, now: number) => T): Promise<T> {
    const result = await this.reading((sql) => this.transaction(sql, work));
    // Without it the routes of an application would wait for the end of a loop that adds one job after the other.
    await this.clock.yield();
    return result;
  }

  /** Runs `work` in a transaction that has begun. */
  transaction<T>(sql: Statements, work: (sql: Statements, now: number) => T): T {
    sql.begin.run();
    try {
      const result = work(sql, this.clock.wallNow());
      sql.commit.run();
      this.own?.committed();
      return result;
    } catch (error) {
      if (this.db?.inTransaction === true) sql.rollback.run();
      throw error;
    }
  }

  /** Runs `work` in the transaction that the application has begun. */
  within<T>(transaction: unknown, work: (sql: Statements, now: number) => T): T {
    this.expectStanding();
    const sql = statementsWithin(transaction, this.settings);
    try {
      return work(sql, this.clock.wallNow());
    } catch (error) {
      throw sqliteError(this.place, error);
    }
  }

  /** Every later operation rejects. The file itself is released once the statements are collected as garbage. */
  async close(): Promise<void> {
    const { own } = this;
    this.statements = this.db = this.own = this.standing = undefined;
    await own?.close();
  }

  private prepareShared(database: SqliteConnection): SqliteConnection {
    if (database.inTransaction) throw unusable(this.place, 'it is in a transaction while the queue is opened');
    try {
      prepareSchema(database, this.place, this.settings.tablePrefix);
      return database;
    } catch (error) {
      throw sqliteError(this.place, error);
    }
  }

  private ready(): Statements {
    if (this.statements === undefined) throw unusable(this.place, 'it is not open', { code: 'CLOSED' });
    // An operation of the queue must not be rolled back with the application's.
    if (this.settings.database?.inTransaction === true) {
      throw unusable(this.place, 'it is in a transaction', { code: 'SQLITE_BUSY' });
    }
    return this.statements;
  }
}
