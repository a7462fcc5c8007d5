import { SystemClock, type Clock } from '@breakwater/core';
import { withTimeLimit } from '@breakwater/core/adapter';
import type { Job } from '../driver/job.js';
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
import { addJobs } from './add-jobs.js';
import { addWithin } from './add-within.js';
import {
  readBullmqDriverOptions,
  type BullmqDriverOptions,
  type BullmqDriverSettings,
} from './bullmq-driver.options.js';
import { Claims } from './claims.js';
import { closedError, driverError } from './driver-error.js';
import { KeptJobs } from './kept-jobs.js';
import { LeaseWatch } from './lease-watch.js';
import { ProviderQueues } from './provider-queues.js';
import { noteScheduledRun, scheduledRun } from './scheduled-runs.js';

const DEFAULT_LEASE_MS = 30_000;
/** How long each step of closing may take, in milliseconds. */
const CLOSES_IN_MS = 1000;

/**
 * Keeps jobs in BullMQ, for more than one machine: on Redis, or on Postgres by `backend: createPostgresBackend`. Each
 * tenant has a queue of its own, so that tenants take turns. Throws a `ResilienceConfigurationError` for options that
 * cannot be used.
 */
export function bullmqDriver(options: BullmqDriverOptions): QueueDriver {
  return new BullmqDriver(readBullmqDriverOptions(options));
}

/** The parts of a driver that is open. */
interface Parts {
  readonly queues: ProviderQueues;
  readonly claims: Claims;
  readonly kept: KeptJobs;
  readonly leases: LeaseWatch;
}

class BullmqDriver implements QueueDriver {
  /** Each claim is ended by a script of its own, and the next job comes with its answer. */
  readonly settlesSingly = true;
  private readonly listeners = new Set<(provider: string) => void>();
  private clock: Clock = new SystemClock();
  private parts: Parts;
  private closed = false;

  constructor(private readonly settings: BullmqDriverSettings) {
    this.parts = this.partsFor(DEFAULT_LEASE_MS);
  }

  open({ clock, leaseMs = DEFAULT_LEASE_MS }: { readonly clock: Clock; readonly leaseMs?: number }): void {
    this.clock = clock;
    this.parts = this.partsFor(leaseMs);
    this.closed = false;
  }

  async add(jobs: readonly NewJob[]): Promise<readonly AddedJob[]> {
    const added = await this.operation(({ queues }) => addJobs(queues, jobs));
    this.tell(jobs);
    return added;
  }

  async addWithin(transaction: unknown, jobs: readonly NewJob[]): Promise<readonly AddedJob[]> {
    return this.operation(({ queues }) => addWithin(queues, transaction, jobs));
  }

  claim(provider: string, options: ClaimOptions): Promise<Claimed> {
    return this.operation(({ claims, leases }) => {
      leases.start();
      return claims.claim(provider, options);
    });
  }

  renew(jobs: readonly ClaimedJob[], leaseMs: number): Promise<readonly boolean[]> {
    return this.operation(({ claims }) => claims.renew(jobs, leaseMs));
  }

  settle(settlements: readonly Settlement[]): Promise<readonly boolean[]> {
    return this.operation(({ claims }) => claims.settle(settlements));
  }

  progress(job: ClaimedJob, progress: string): Promise<void> {
    return this.operation(({ claims }) => claims.progress(job, progress));
  }

  pause(provider: string): Promise<void> {
    return this.operation(({ queues }) => queues.of(provider).lines.setPaused(true));
  }

  async resume(provider: string): Promise<void> {
    await this.operation(({ queues }) => queues.of(provider).lines.setPaused(false));
    this.tell([{ provider }]);
  }

  counts(provider: string): Promise<JobCounts & { readonly paused: boolean }> {
    return this.operation(({ kept }) => kept.counts(provider));
  }

  get(provider: string, id: string): Promise<Job | undefined> {
    return this.operation(({ kept }) => kept.get(provider, id));
  }

  list(provider: string, filter: JobFilter): Promise<readonly Job[]> {
    return this.operation(({ kept }) => kept.list(provider, filter));
  }

  async replay(provider: string, id: string): Promise<boolean> {
    const replayed = await this.operation(async ({ kept, queues }) => {
      const isDone = await kept.replay(provider, id);
      queues.of(provider).idle.wakeAll();
      return isDone;
    });
    if (replayed) this.tell([{ provider }]);
    return replayed;
  }

  remove(provider: string, id: string): Promise<boolean> {
    return this.operation(({ kept }) => kept.remove(provider, id));
  }

  scheduledRun(provider: string, name: string): Promise<ScheduledRun | undefined> {
    return this.operation(({ queues }) => scheduledRun(queues.connections.schedules(), [provider, name]));
  }

  noteScheduledRun(provider: string, name: string, run: ScheduledRun): Promise<void> {
    return this.operation(({ queues }) => noteScheduledRun(queues.connections.schedules(), [provider, name], run));
  }

  onAdded(listener: (provider: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.closed = true;
    const { leases, claims, queues } = this.parts;
    leases.stop();
    await this.inTime(claims.close());
    await this.inTime(queues.close());
  }

  /** Ends what cannot be ended with a server that is away: jobs are taken over when their leases end. */
  private async inTime(ending: Promise<void>): Promise<void> {
    const onTimeout = closedError;
    await withTimeLimit(ending, { clock: this.clock, timeoutMs: CLOSES_IN_MS, onTimeout }).catch(() => undefined);
  }

  private partsFor(leaseMs: number): Parts {
    const { clock } = this;
    const queues = new ProviderQueues(this.settings, clock, leaseMs);
    const found = (provider: string) => {
      queues.of(provider).idle.wakeAll();
      this.tell([{ provider }]);
    };
    return {
      queues,
      claims: new Claims(queues, clock, { leaseMs, completed: this.settings.completed }),
      kept: new KeptJobs(queues),
      leases: new LeaseWatch(queues, clock, { leaseMs, found }),
    };
  }

  private tell(jobs: readonly { readonly provider: string }[]): void {
    for (const provider of new Set(jobs.map((job) => job.provider))) {
      for (const listener of this.listeners) listener(provider);
    }
  }

  private async operation<T>(work: (parts: Parts) => Promise<T>): Promise<T> {
    if (this.closed) throw closedError();
    this.parts.queues.connections.joinWrites();
    try {
      return await work(this.parts);
    } catch (error) {
      throw driverError(error);
    }
  }
}
