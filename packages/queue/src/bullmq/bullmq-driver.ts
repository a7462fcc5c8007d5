import { randomUUID } from 'node:crypto';
import { SystemClock, type Clock, type Timer } from '@breakwater/core';
import { messageOf } from '@breakwater/core/adapter';
import type { JobType } from 'bullmq';
import { QueueDriverError } from '../driver/queue-driver.error.js';
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
import { bullDataOf, jobOf, stateOf, type SyncBullJob } from './bull-job.js';
import {
  readBullmqDriverOptions,
  type BullmqDriverOptions,
  type BullmqDriverSettings,
} from './bullmq-driver.options.js';
import { Ahead } from './ahead.js';
import { claimRound, type Held } from './claims.js';
import { Connections, stalledEveryMs } from './connections.js';
import type { Line } from './line.js';
import { Lines } from './lines.js';
import { settleClaim } from './settle-claim.js';
import { Turns } from './turns.js';

const DEFAULT_LEASE_MS = 30_000;

/**
 * Keeps jobs in BullMQ, for more than one machine: on Redis, or on Postgres by `backend: createPostgresBackend`. Each
 * tenant has a queue of its own, so that tenants take turns. Throws a `ResilienceConfigurationError` for options that
 * cannot be used.
 */
export function bullmqDriver(options: BullmqDriverOptions): QueueDriver {
  return new BullmqDriver(readBullmqDriverOptions(options));
}

class BullmqDriver implements QueueDriver {
  private clock: Clock = new SystemClock();
  private readonly listeners = new Set<(provider: string) => void>();
  private readonly providers = new Map<string, { readonly lines: Lines; readonly turns: Turns }>();
  /** The jobs that this process holds, by claim. */
  private readonly held = new Map<string, Held>();
  /** The providers of which the last claim found as many jobs as it asked for. */
  private readonly hungry = new Set<string>();
  private ahead = new Ahead(this.clock);
  private connections: Connections | undefined;
  private leaseMs = DEFAULT_LEASE_MS;
  private stalled: Timer | undefined;
  private closed = false;

  constructor(private readonly settings: BullmqDriverSettings) {}

  open({ clock, leaseMs }: { readonly clock: Clock; readonly leaseMs?: number }): void {
    this.clock = clock;
    this.ahead = new Ahead(clock);
    this.leaseMs = leaseMs ?? DEFAULT_LEASE_MS;
  }

  add(jobs: readonly NewJob[]): Promise<readonly AddedJob[]> {
    return this.operation(async () => {
      const groups = new Map<Line, NewJob[]>();
      for (const job of jobs) {
        const name = { provider: job.provider, tenant: job.tenant, high: job.priority === 'high' };
        const { lines } = this.of(job.provider);
        const line = lines.find(name) ?? (await lines.open(name));
        const group = groups.get(line);
        if (group === undefined) groups.set(line, [job]);
        else group.push(job);
      }
      const added = new Map<NewJob, boolean>();
      await Promise.all([...groups].map(([line, group]) => this.addTo(line, group, added)));
      for (const provider of new Set(jobs.map((job) => job.provider))) this.tell(provider);
      return jobs.map((job) => ({ id: job.id, added: added.get(job) === true }));
    });
  }

  claim(provider: string, { limit, leaseMs }: ClaimOptions): Promise<Claimed> {
    return this.operation(async () => {
      const { lines, turns } = this.of(provider);
      await lines.refresh();
      this.hungry.delete(provider);
      if (lines.paused) return { jobs: [], paused: true, nextInMs: undefined };
      this.watchLeases();
      const ahead = this.ahead.take(provider, limit);
      const { held: more, next } = await claimRound(lines.all, turns, limit - ahead.length);
      const held = [...ahead, ...more];
      // With other tenants their turns go first.
      if (held.length === limit && lines.all.length === 1) this.hungry.add(provider);
      for (const each of held) this.held.set(each.job.claim, each);
      const jobs = held.map(({ job }) => job);
      if (leaseMs !== this.leaseMs) await this.renew(jobs, leaseMs);
      const nextInMs = next === undefined ? undefined : Math.max(0, next - this.clock.wallNow());
      return { jobs, paused: false, nextInMs };
    });
  }

  renew(jobs: readonly ClaimedJob[], leaseMs: number): Promise<readonly boolean[]> {
    return this.operation(async () => {
      const byLine = new Map<Line, ClaimedJob[]>();
      for (const job of jobs) {
        const line = this.held.get(job.claim)?.line;
        if (line !== undefined) byLine.set(line, [...(byLine.get(line) ?? []), job]);
      }
      const renewed = new Set<string>();
      await Promise.all(
        [...byLine].map(async ([{ backend }, ofLine]) => {
          const ids = ofLine.map(({ id }) => id);
          const claims = ofLine.map(({ claim }) => claim);
          const failed = new Set(await backend.extendLocks(ids, claims, leaseMs));
          for (const { id, claim } of ofLine) if (!failed.has(id)) renewed.add(claim);
        }),
      );
      return jobs.map(({ claim }) => renewed.has(claim));
    });
  }

  settle(settlements: readonly Settlement[]): Promise<readonly boolean[]> {
    const keep = { age: Math.ceil(this.settings.completed.age / 1000), count: this.settings.completed.count };
    return this.operation(() =>
      Promise.all(
        settlements.map(async (settlement) => {
          const held = this.held.get(settlement.job.claim);
          if (held === undefined) return false;
          const fetchNext = this.hungry.has(held.job.provider);
          const { stood, next } = await settleClaim(held, settlement, { keep, fetchNext });
          this.held.delete(held.job.claim);
          if (next !== undefined) this.ahead.add(next);
          return stood;
        }),
      ),
    );
  }

  progress({ id, claim }: ClaimedJob, progress: string): Promise<void> {
    return this.operation(async () => {
      await this.held.get(claim)?.line.backend.updateProgress(id, JSON.parse(progress) as never);
    });
  }

  pause(provider: string): Promise<void> {
    return this.operation(() => this.of(provider).lines.setPaused(true));
  }

  resume(provider: string): Promise<void> {
    return this.operation(async () => {
      await this.of(provider).lines.setPaused(false);
      this.tell(provider);
    });
  }

  counts(provider: string): Promise<JobCounts & { readonly paused: boolean }> {
    return this.operation(async () => {
      const { lines } = await this.refreshed(provider);
      const counts = { waiting: 0, delayed: 0, active: 0, completed: 0, dead: 0 };
      const types: JobType[] = ['wait', 'prioritized', 'delayed', 'active', 'completed', 'failed'];
      for (const each of await Promise.all(lines.all.map(({ queue }) => queue.getJobCounts(...types)))) {
        counts.waiting += (each['wait'] ?? 0) + (each['prioritized'] ?? 0);
        counts.delayed += each['delayed'] ?? 0;
        counts.active += each['active'] ?? 0;
        counts.completed += each['completed'] ?? 0;
        counts.dead += each['failed'] ?? 0;
      }
      return { ...counts, paused: lines.paused };
    });
  }

  get(provider: string, id: string): Promise<Job | undefined> {
    return this.operation(async () => {
      const found = await this.find(provider, id);
      return found && jobOf(found.job, found.line, found.state);
    });
  }

  list(provider: string, { state, tenant, name, limit = 100, skip = 0 }: JobFilter): Promise<readonly Job[]> {
    return this.operation(async () => {
      const { lines } = await this.refreshed(provider);
      const asked = lines.all.filter((line) => tenant === undefined || line.tenant === tenant);
      const end = name === undefined ? skip + limit - 1 : -1;
      const found = await Promise.all(
        asked.map(async (line) => {
          const jobs = (await line.queue.getJobs([...TYPES[state]], 0, end, true)) as SyncBullJob[];
          return jobs.filter((job) => job !== undefined).map((job) => jobOf(job, line, state));
        }),
      );
      const all = found.flat().filter((job) => name === undefined || job.name === name);
      const at = (job: Job) => job.endedAt ?? job.nextRunAt ?? job.addedAt;
      return all.sort((a, b) => at(a) - at(b)).slice(skip, skip + limit);
    });
  }

  replay(provider: string, id: string): Promise<boolean> {
    return this.operation(async () => {
      const found = await this.find(provider, id);
      if (found?.state !== 'dead') return false;
      const { job, line } = found;
      const before = jobOf(job, line, 'dead').history;
      await line.backend.updateData(job, { ...job.data, lostBefore: job.stalledCounter, before });
      await line.backend.retryFinishedJob(job, 'failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      this.tell(provider);
      return true;
    });
  }

  remove(provider: string, id: string): Promise<boolean> {
    return this.operation(async () => {
      const found = await this.find(provider, id);
      if (found === undefined || found.state === 'active') return false;
      return (await found.line.queue.remove(id)) > 0;
    });
  }

  onAdded(listener: (provider: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stalled?.cancel();
    await this.ahead.sendBack();
    await this.connections?.close();
  }

  private of(provider: string): { readonly lines: Lines; readonly turns: Turns } {
    let known = this.providers.get(provider);
    if (known === undefined) {
      this.connections ??= new Connections(this.settings, this.leaseMs);
      known = { lines: new Lines(provider, this.connections, this.clock), turns: new Turns() };
      this.providers.set(provider, known);
    }
    return known;
  }

  private async refreshed(provider: string): Promise<{ readonly lines: Lines }> {
    const known = this.of(provider);
    await known.lines.refresh(true);
    return known;
  }

  private async addTo(line: Line, jobs: readonly NewJob[], added: Map<NewJob, boolean>): Promise<void> {
    const fresh: NewJob[] = [];
    for (const job of jobs) if (job.key === undefined || !(await this.isInOtherLine(job, line))) fresh.push(job);
    const nonces = fresh.map(({ key }) => (key === undefined ? undefined : randomUUID()));
    const bulk = fresh.map((job, i) => ({
      name: job.name,
      data: bullDataOf(job, nonces[i]),
      opts: {
        jobId: job.id,
        ...(job.delayMs > 0 && { delay: job.delayMs }),
        ...(job.priority === 'low' && { priority: 1 }),
      },
    }));
    if (bulk.length > 0) await line.queue.addBulk(bulk);
    // BullMQ drops a job whose id it knows, and does not say so: the data tell whose job stands there.
    await Promise.all(
      fresh.map(async (job, i) => {
        const nonce = nonces[i];
        if (nonce === undefined) return void added.set(job, true);
        const standing = await line.backend.getJobData(job.id);
        added.set(job, standing === undefined || (JSON.parse(standing.data) as { nonce?: string }).nonce === nonce);
      }),
    );
  }

  /** A key is one job's whatever its priority. Two that are added in the same moment have one key at the provider. */
  private async isInOtherLine({ provider, tenant, id }: NewJob, line: Line): Promise<boolean> {
    const others = this.of(provider).lines.all.filter((other) => other.tenant === tenant && other.high !== line.high);
    for (const { backend } of others) if ((await backend.getState(id)) !== 'unknown') return true;
    return false;
  }

  private async find(
    provider: string,
    id: string,
  ): Promise<{ readonly job: SyncBullJob; readonly line: Line; readonly state: JobState } | undefined> {
    const { lines } = await this.refreshed(provider);
    const found = await Promise.all(
      lines.all.map(async (line) => {
        const state = stateOf(await line.backend.getState(id));
        if (state === undefined) return undefined;
        const job = (await line.queue.getJob(id)) as SyncBullJob | undefined;
        return job && { job, line, state };
      }),
    );
    return found.find((each) => each !== undefined);
  }

  /** Looks for jobs whose lease has ended for as long as the driver is open, as BullMQ's workers do. */
  private watchLeases(): void {
    if (this.stalled !== undefined || this.closed) return;
    this.stalled = this.clock.scheduleForAll(stalledEveryMs(this.leaseMs), () => void this.lookForStalled());
    this.stalled.unref();
  }

  private async lookForStalled(): Promise<void> {
    for (const [provider, { lines }] of this.providers) {
      const found = await Promise.allSettled(lines.all.map(({ backend }) => backend.moveStalledJobsToWait()));
      if (found.some((each) => each.status === 'fulfilled' && each.value.length > 0)) this.tell(provider);
    }
    this.stalled = undefined;
    this.watchLeases();
  }

  private tell(provider: string): void {
    for (const listener of this.listeners) listener(provider);
  }

  private async operation<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) throw new QueueDriverError('bullmqDriver', 'CLOSED', 'it is closed');
    try {
      return await work();
    } catch (error) {
      if (error instanceof QueueDriverError) throw error;
      const { code } = error as { code?: unknown };
      const known = typeof code === 'string' ? code : 'UNAVAILABLE';
      throw new QueueDriverError('bullmqDriver', known, messageOf(error), error);
    }
  }
}

const TYPES = {
  waiting: ['wait', 'prioritized'],
  delayed: ['delayed'],
  active: ['active'],
  completed: ['completed'],
  dead: ['failed'],
} as const satisfies Record<JobState, readonly JobType[]>;
