import type { Clock } from '@breakwater/core';
import { first } from '@breakwater/sqlite/adapter';
import { JOB_STATES, type Job, type JobState } from '../driver/job.js';
import type {
  AddedJob,
  Claimed,
  ClaimedJob,
  ClaimOptions,
  JobCounts,
  JobFilter,
  NewJob,
  QueueDriver,
  ScheduledRun,
  Settlement,
} from '../driver/queue-driver.js';
import { CompletedJobs } from './completed-jobs.js';
import { jobOfRow } from './job-of-row.js';
import { addJobs, claimJobs, nothingToClaim, settleJob } from './operations.js';
import {
  readSqliteDriverOptions,
  type SqliteDriverOptions,
  type SqliteDriverSettings,
} from './sqlite-driver.options.js';
import { SqliteSession } from './sqlite-session.js';
import type { JobRow, Statements } from './statements.js';

/**
 * Keeps jobs in a SQLite database: a file, which several processes may open, or the application's own connection.
 * Durable on one host, without a server. Each operation is one transaction. Throws a `ResilienceConfigurationError` for
 * options that cannot be used, and when the application starts a `QueueDriverError` for such a database.
 */
export function sqliteDriver(options: SqliteDriverOptions): QueueDriver {
  return new SqliteDriver(readSqliteDriverOptions(options));
}

class SqliteDriver implements QueueDriver {
  private readonly session: SqliteSession;
  private readonly completed: CompletedJobs;
  private readonly listeners = new Set<(provider: string) => void>();

  constructor(settings: SqliteDriverSettings) {
    this.session = new SqliteSession(settings);
    this.completed = new CompletedJobs(settings.completed, async (provider, kept) => {
      const [row] = await this.session.readingAside('forgetUntil', [provider, provider, kept]);
      return (row as readonly [number] | undefined)?.[0];
    });
  }

  open({ clock }: { readonly clock: Clock }): void {
    this.session.open(clock);
  }

  async add(jobs: readonly NewJob[]): Promise<readonly AddedJob[]> {
    this.session.expectStanding();
    const added = await this.session.writing((sql, now) => addJobs(sql, jobs, now));
    this.tell(jobs);
    return added;
  }

  addWithin(transaction: unknown, jobs: readonly NewJob[]): readonly AddedJob[] {
    const added = this.session.within(transaction, (sql, now) => addJobs(sql, jobs, now));
    // Where the transaction is committed in this turn, the next one finds them.
    queueMicrotask(() => this.tell(jobs));
    return added;
  }

  async claim(provider: string, options: ClaimOptions): Promise<Claimed> {
    const { session } = this;
    const claimed = await session.reading(
      (sql, now) =>
        nothingToClaim(sql, provider, now) ??
        session.transaction(sql, (_, lockedAt) => claimJobs(sql, provider, { ...options, now: lockedAt })),
    );
    // The jobs of a file that has gone are done first: they are lost with this process.
    if (options.limit > 0 && claimed.jobs.length === 0 && !claimed.paused) session.expectStanding();
    return claimed;
  }

  renew(jobs: readonly ClaimedJob[], leaseMs: number): Promise<readonly boolean[]> {
    return this.session.writing((sql, now) =>
      jobs.map(({ id, claim }) => sql.renew.run([now + leaseMs, id, claim]).changes > 0),
    );
  }

  settle(settlements: readonly Settlement[]): Promise<readonly boolean[]> {
    return this.session.writing((sql, now) => {
      const stood = settlements.map((settlement) => settleJob(sql, settlement, now));
      this.completed.forget(sql, settlements, now);
      return stood;
    });
  }

  async progress({ id, claim }: ClaimedJob, progress: string): Promise<void> {
    await this.session.writing((sql) => sql.progress.run([progress, id, claim]));
  }

  async pause(provider: string): Promise<void> {
    await this.session.writing((sql) => sql.setPaused.run([provider, 1]));
  }

  async resume(provider: string): Promise<void> {
    await this.session.writing((sql) => sql.setPaused.run([provider, 0]));
    for (const listener of this.listeners) listener(provider);
  }

  async counts(provider: string): Promise<JobCounts & { readonly paused: boolean }> {
    const rows = await this.session.readingAside(
      'counts',
      [...JOB_STATES, 'paused'].map(() => provider),
    );
    const row = rows[0] as readonly number[];
    const counts = Object.fromEntries(JOB_STATES.map((state, i) => [state, row[i]!])) as JobCounts;
    return { ...counts, paused: row[JOB_STATES.length] === 1 };
  }

  get(provider: string, id: string): Promise<Job | undefined> {
    return this.session.reading((sql) => {
      const row = first<JobRow>(sql.get, [provider, id]);
      return row && jobOfRow(row);
    });
  }

  async list(provider: string, { state, tenant, name, limit = 100, skip = 0 }: JobFilter): Promise<readonly Job[]> {
    const values = [provider, tenant ?? null, name ?? null, limit, skip];
    return ((await this.session.readingAside(LISTS[state], values)) as JobRow[]).map(jobOfRow);
  }

  async replay(provider: string, id: string): Promise<boolean> {
    const replayed = await this.session.writing((sql, now) => sql.replay.run([now, provider, id]).changes > 0);
    if (replayed) for (const listener of this.listeners) listener(provider);
    return replayed;
  }

  remove(provider: string, id: string): Promise<boolean> {
    return this.session.writing((sql) => sql.remove.run([provider, id]).changes > 0);
  }

  scheduledRun(provider: string, name: string): Promise<ScheduledRun | undefined> {
    return this.session.reading((sql) => {
      const row = first<[at: number, pattern: string]>(sql.scheduledRun, [provider, name]);
      return row && { at: row[0], pattern: row[1] };
    });
  }

  async noteScheduledRun(provider: string, name: string, { at, pattern }: ScheduledRun): Promise<void> {
    await this.session.writing((sql) => sql.noteScheduledRun.run([provider, name, at, pattern]));
  }

  onAdded(listener: (provider: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): Promise<void> {
    return this.session.close();
  }

  private tell(jobs: readonly NewJob[]): void {
    for (const provider of new Set(jobs.map((job) => job.provider))) {
      for (const listener of this.listeners) listener(provider);
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
