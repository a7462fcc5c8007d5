import type { Duration } from '@breakwater/core';
import type { Job, JobPriority } from '../driver/job.js';
import type { AddedJob, JobCounts, JobFilter } from '../driver/queue-driver.js';
import type { QueueSnapshot } from '../worker/queue.telemetry.js';

/** How a job is added. */
export interface AddOptions {
  /**
   * Names the job's effect once and for all, such as an order's id: while the queue knows a job of the same provider,
   * name, tenant and key, another is dropped, and the provider gets the same idempotency key ever after.
   */
  key?: string;
  /** Tenants take turns. Whether they share the provider's limit is the job's `perTenant` to say. */
  tenant?: string;
  /** The order among the tenant's jobs. Default `'normal'`. */
  priority?: JobPriority;
  /** Not before so long from now. */
  delay?: Duration;
  /** How often it is tried at most. Default: as its processor says. */
  attempts?: number;
}

/** A job as it is added with others. */
export interface JobToAdd {
  readonly name: string;
  /** Any JSON. */
  readonly payload: unknown;
  readonly options?: AddOptions;
}

/** How long to wait for a job's next attempt. */
export interface AttemptedOptions {
  /** How long to wait at most. Default `'10s'`. */
  upTo?: Duration;
  /** Ends the wait. */
  signal?: AbortSignal;
}

/** Adds jobs in a transaction of the application's. */
export interface TransactionQueue {
  /**
   * The job is there once the transaction is committed. Throws at once where the driver is synchronous, so that it is
   * rolled back.
   */
  add(provider: string, name: string, payload: unknown, options?: AddOptions): Promise<AddedJob>;
}

/**
 * The background jobs of an application: each is done at the pace of its provider, at least once, and its effect once
 * by its idempotency key. Injected by this class.
 */
export abstract class SyncQueue {
  /**
   * Resolves when the job is kept durably. Rejects with a `SyncPayloadError` where a processor of this process would
   * refuse the payload, with a `TypeError` for what cannot be added at all, and with the driver's error where it could
   * not be kept.
   */
  abstract add(provider: string, name: string, payload: unknown, options?: AddOptions): Promise<AddedJob>;

  /** The same for many at once, which is much faster. */
  abstract addAll(provider: string, jobs: readonly JobToAdd[]): Promise<readonly AddedJob[]>;

  /**
   * The queue inside the transaction that `transaction` has begun: the connection that `sqliteDriver` was given, or one
   * of libsql or better-sqlite3 to its file; for BullMQ on Postgres a client of `pg`, an `EntityManager` of TypeORM, or
   * `{ query }` around the raw queries of another library. Throws a `QueueDriverError` where the driver can take no
   * part in it.
   */
  abstract within(transaction: unknown): TransactionQueue;

  /**
   * Has a job that was just added be looked for at once, and resolves with it after the next attempt: at once where it
   * is not due or has ended, and where the provider's jobs are held back; `undefined` where the queue does not know it.
   * It waits its turn like any other. Rejects when `signal` aborts.
   */
  abstract attempted(provider: string, id: string, options?: AttemptedOptions): Promise<Job | undefined>;

  /** The job; `undefined` where the queue does not know it, or has forgotten it. */
  abstract get(provider: string, id: string): Promise<Job | undefined>;
  /** The provider's jobs that fit the filter. */
  abstract list(provider: string, filter: JobFilter): Promise<readonly Job[]>;
  /** How many of the provider's jobs are in each state, and whether it is paused. */
  abstract counts(provider: string): Promise<JobCounts & { readonly paused: boolean }>;

  /**
   * Has dead jobs wait again, with all their attempts: those of these ids, those of a tenant or a name, or all. Returns
   * how many.
   */
  abstract replay(
    provider: string,
    which?: { readonly ids?: readonly string[]; readonly tenant?: string; readonly name?: string },
  ): Promise<number>;

  /** Removes a job that is not under way. Returns false where there is none. */
  abstract remove(provider: string, id: string): Promise<boolean>;

  /** No process begins another of the provider's jobs until it is resumed; those under way go on. */
  abstract pause(provider: string): Promise<void>;
  /** Ends a pause, in all processes. */
  abstract resume(provider: string): Promise<void>;

  /** Resolves when none of the provider's jobs waits, is due or is under way any more. Rejects when `signal` aborts. */
  abstract drain(provider: string, signal?: AbortSignal): Promise<void>;

  /** The queues whose jobs this process runs, as it sees them. Plain JSON. */
  abstract snapshot(): readonly QueueSnapshot[];
}
