import { SystemClock, type Clock } from '@breakwater/core';
import type Database from 'libsql';
import type { Job, JobState } from '../driver/job.js';
import type {
  AddedJob,
  Claimed,
  ClaimedJob,
  ClaimOptions,
  JobCounts,
  JobFilter,
  NewJob,
  QueueDriver,
  Settlement,
} from '../driver/queue-driver.js';
import { jobOfRow } from './job-of-row.js';
import { openDatabase } from './open-database.js';
import { addJobs, claimJobs, nothingToClaim, settleJob } from './operations.js';
import {
  readSqliteDriverOptions,
  type SqliteDriverOptions,
  type SqliteDriverSettings,
} from './sqlite-driver.options.js';
import { isBusy, sqliteError, unusable } from './sqlite-error.js';
import { first, prepareStatements, type JobRow, type Statements } from './statements.js';
import { statementsWithin } from './statements-within.js';

/** The longest pause between two tries for a lock. */
const LONGEST_PAUSE_MS = 25;
/** How many settlements there are between two looks at how many completed jobs are kept. */
const SETTLED_PER_SWEEP = 256;

/**
 * Keeps jobs in a SQLite file, which several processes may open: durable on one host, without a server. Each operation
 * is one transaction. Throws a `ResilienceConfigurationError` for options that cannot be used, and when the application
 * starts a `QueueDriverError` for such a file.
 */
export function sqliteDriver(options: SqliteDriverOptions): QueueDriver {
  return new SqliteDriver(readSqliteDriverOptions(options));
}

class SqliteDriver implements QueueDriver {
  private clock: Clock = new SystemClock();
  private db: Database.Database | undefined;
  private statements: Statements | undefined;
  private readonly listeners = new Set<(provider: string) => void>();
  private settledSinceSweep = 0;

  constructor(private readonly settings: SqliteDriverSettings) {}

  open({ clock }: { readonly clock: Clock }): void {
    this.clock = clock;
    this.db = openDatabase(this.settings);
    this.statements = prepareStatements(this.db, this.settings.tablePrefix);
  }

  async add(jobs: readonly NewJob[]): Promise<readonly AddedJob[]> {
    const added = await this.writing((sql, now) => addJobs(sql, jobs, now));
    this.tell(jobs);
    return added;
  }

  addWithin(transaction: unknown, jobs: readonly NewJob[]): readonly AddedJob[] {
    const { file, tablePrefix } = this.settings;
    const sql = statementsWithin(transaction, file, tablePrefix);
    try {
      const added = addJobs(sql, jobs, this.clock.wallNow());
      // Where the transaction is committed in this turn, the next one finds them.
      queueMicrotask(() => this.tell(jobs));
      return added;
    } catch (error) {
      throw sqliteError(file, error);
    }
  }

  claim(provider: string, options: ClaimOptions): Promise<Claimed> {
    return this.operation((sql) => {
      const nothing = nothingToClaim(sql, provider, this.clock.wallNow());
      if (nothing !== undefined) return nothing;
      return this.transaction(sql, (now) => claimJobs(sql, provider, { ...options, now }));
    });
  }

  renew(jobs: readonly ClaimedJob[], leaseMs: number): Promise<readonly boolean[]> {
    return this.writing((sql, now) =>
      jobs.map(({ id, claim }) => sql.renew.run([now + leaseMs, id, claim]).changes > 0),
    );
  }

  settle(settlements: readonly Settlement[]): Promise<readonly boolean[]> {
    return this.writing((sql, now) => {
      const stood = settlements.map((settlement) => settleJob(sql, settlement, now));
      const providers = new Set(settlements.filter(({ to }) => to === 'completed').map(({ job }) => job.provider));
      for (const provider of providers) this.forgetCompleted(sql, { provider, now, more: settlements.length });
      return stood;
    });
  }

  async progress({ id, claim }: ClaimedJob, progress: string): Promise<void> {
    await this.writing((sql) => sql.progress.run([progress, id, claim]));
  }

  async pause(provider: string): Promise<void> {
    await this.writing((sql) => sql.setPaused.run([provider, 1]));
  }

  async resume(provider: string): Promise<void> {
    await this.writing((sql) => sql.setPaused.run([provider, 0]));
    for (const listener of this.listeners) listener(provider);
  }

  counts(provider: string): Promise<JobCounts & { readonly paused: boolean }> {
    return this.operation((sql) => ({
      waiting: countOf(sql.countWaiting, provider),
      delayed: countOf(sql.countDelayed, provider),
      active: countOf(sql.countActive, provider),
      completed: countOf(sql.countCompleted, provider),
      dead: countOf(sql.countDead, provider),
      paused: first<[number]>(sql.queue, [provider])?.[0] === 1,
    }));
  }

  get(provider: string, id: string): Promise<Job | undefined> {
    return this.operation((sql) => {
      const row = first<JobRow>(sql.get, [provider, id]);
      return row && jobOfRow(row);
    });
  }

  list(provider: string, { state, tenant, name, limit = 100, skip = 0 }: JobFilter): Promise<readonly Job[]> {
    return this.operation((sql) => {
      const rows = sql[LISTS[state]].all([provider, tenant ?? null, name ?? null, limit, skip]) as JobRow[];
      return rows.map(jobOfRow);
    });
  }

  async replay(provider: string, id: string): Promise<boolean> {
    const replayed = await this.writing((sql, now) => sql.replay.run([now, provider, id]).changes > 0);
    if (replayed) for (const listener of this.listeners) listener(provider);
    return replayed;
  }

  remove(provider: string, id: string): Promise<boolean> {
    return this.writing((sql) => sql.remove.run([provider, id]).changes > 0);
  }

  onAdded(listener: (provider: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Every later operation rejects. The file itself is let go of once the statements are collected as garbage. */
  async close(): Promise<void> {
    const { db } = this;
    this.statements = this.db = undefined;
    if (db === undefined) return;
    try {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Another process is at work: the log stays, and the next process to open the file reads it.
    }
    db.close();
  }

  private tell(jobs: readonly NewJob[]): void {
    for (const provider of new Set(jobs.map((job) => job.provider))) {
      for (const listener of this.listeners) listener(provider);
    }
  }

  /** Removes a few completed jobs more than are settled, so that those that are not kept never pile up. */
  private forgetCompleted(
    sql: Statements,
    { provider, now, more }: { readonly provider: string; readonly now: number; readonly more: number },
  ): void {
    const { age, count } = this.settings.completed;
    sql.forget.run([provider, now - age, 2 * more]);
    this.settledSinceSweep += more;
    if (this.settledSinceSweep < Math.min(SETTLED_PER_SWEEP, count + 1)) return;
    this.settledSinceSweep = 0;
    const before = first<[number]>(sql.forgetBefore, [provider, count]);
    if (before !== undefined) sql.forget.run([provider, before[0], 4 * SETTLED_PER_SWEEP]);
  }

  private writing<T>(work: (sql: Statements, now: number) => T): Promise<T> {
    return this.operation((sql) => this.transaction(sql, (now) => work(sql, now)));
  }

  /** Waits for the lock without blocking the process. A refused lock has changed nothing: the whole is done again. */
  private async operation<T>(work: (sql: Statements) => T): Promise<T> {
    const { file, busyTimeout } = this.settings;
    let lateAt: number | undefined;
    for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      if (this.statements === undefined) throw unusable(file, 'it is not open', { code: 'CLOSED' });
      try {
        return work(this.statements);
      } catch (error) {
        lateAt ??= this.clock.now() + busyTimeout;
        if (!isBusy(error) || this.clock.now() >= lateAt) throw sqliteError(file, error);
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
      return result;
    } catch (error) {
      if (this.db?.inTransaction === true) sql.rollback.run();
      throw error;
    }
  }
}

const LISTS = {
  waiting: 'listWaiting',
  delayed: 'listDelayed',
  active: 'listActive',
  completed: 'listCompleted',
  dead: 'listDead',
} as const satisfies Record<JobState, keyof Statements>;

function countOf(statement: Database.Statement, provider: string): number {
  return first<[number]>(statement, [provider])![0];
}
