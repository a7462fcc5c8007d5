import type { Clock } from '@breakwater/core';
import { CONTRIBUTION, type Contribution, type LiveProvider } from '@breakwater/core/adapter';
import type { Job } from '../driver/job.js';
import { QueueDriverError } from '../driver/queue-driver.error.js';
import type { AddedJob, JobCounts, JobFilter, NewJob } from '../driver/queue-driver.js';
import { checkedPayload } from '../jobs/checked-payload.js';
import type { JobHandler } from '../jobs/job-handler.js';
import { readJobOptions } from '../jobs/job-settings.js';
import { Lane } from '../worker/lane.js';
import { queueEvents, type QueueSnapshot } from '../worker/queue.telemetry.js';
import { firstAttempt } from './first-attempt.js';
import { newJob } from './new-job.js';
import { Schedules } from './schedules.js';
import type { SyncQueueSettings } from './sync-queue.options.js';
import {
  SyncQueue,
  type AddOptions,
  type AttemptedOptions,
  type JobToAdd,
  type TransactionQueue,
} from './sync-queue.js';

const LOOK_EVERY_MS = 100;
const REPLAYED_AT_ONCE = 500;
/** How long aborted jobs get to be sent back, in milliseconds. */
const ABORTED_MS = 1000;

export interface LiveSyncQueueParts {
  readonly settings: SyncQueueSettings;
  readonly clock: Clock;
  readonly random: () => number;
  /** Throws an error that lists the known ones for a name that is unknown. */
  readonly provider: (name: string) => LiveProvider;
}

/** The queue of an application, with the lanes of the providers whose jobs this process runs. */
export class LiveSyncQueue extends SyncQueue {
  /** Shows the queues to dashboards, and lets an operator act on them. */
  readonly [CONTRIBUTION]: Contribution = {
    eventLevels: queueEvents,
    queues: () => this.snapshot(),
    pauseQueue: (provider) => this.pause(provider),
    resumeQueue: (provider) => this.resume(provider),
    replayDeadLetter: async (provider, id) => {
      await this.replay(provider, { ids: [id] });
    },
  };
  private readonly lanes = new Map<string, Lane>();
  private handlers = new Map<string, Map<string, JobHandler>>();
  private schedules: Schedules | undefined;
  private stopListening: (() => void) | undefined;

  constructor(private readonly parts: LiveSyncQueueParts) {
    super();
  }

  /** Opens the driver, and begins to run the jobs of these handlers. */
  async start(handlers: readonly JobHandler[]): Promise<void> {
    const { settings, clock, random, provider } = this.parts;
    const { driver } = settings;
    for (const handler of handlers) {
      const ofProvider = this.handlers.get(handler.provider) ?? new Map<string, JobHandler>();
      this.handlers.set(handler.provider, ofProvider.set(handler.name, handler));
    }
    await driver.open?.({ clock, leaseMs: settings.lease });
    if (!settings.work) return;
    const unknown = readJobOptions({}, 'unknown');
    for (const [name, ofProvider] of this.handlers) {
      const { lease: leaseMs, poll: pollMs } = settings;
      const concurrency = settings.concurrencyOf.get(name) ?? settings.concurrency;
      const lane = new Lane({
        provider: provider(name),
        driver,
        clock,
        random,
        handlers: ofProvider,
        unknown,
        settings: { concurrency, leaseMs, pollMs },
      });
      this.lanes.set(name, lane);
    }
    this.stopListening = driver.onAdded?.((name) => this.lanes.get(name)?.look());
    for (const lane of this.lanes.values()) lane.start();
    this.schedules = new Schedules({ clock, handlers, add: (...job) => this.add(...job) });
    this.schedules.start();
  }

  /** Begins no job any more, and lets those under way end within the grace. Returns how many had to be sent back. */
  async stop(): Promise<number> {
    this.schedules?.stop();
    const lanes = [...this.lanes.values()];
    for (const lane of lanes) lane.stop();
    const idle = Promise.all(lanes.map((lane) => lane.idle()));
    if (await this.endsIn(this.parts.settings.grace, idle)) return 0;
    const aborted = lanes.reduce((sum, lane) => sum + lane.abort(), 0);
    await this.endsIn(ABORTED_MS, Promise.all(lanes.map((lane) => lane.idle())));
    return aborted;
  }

  /** Releases the driver. Nothing can be added any more. */
  async close(): Promise<void> {
    this.stopListening?.();
    for (const lane of this.lanes.values()) lane.close();
    await this.parts.settings.driver.close();
  }

  async add(provider: string, name: string, payload: unknown, options?: AddOptions): Promise<AddedJob> {
    await this.check(provider, name, payload);
    const [added] = await this.parts.settings.driver.add([
      this.jobOf(provider, { name, payload, ...(options && { options }) }),
    ]);
    return added!;
  }

  async addAll(provider: string, jobs: readonly JobToAdd[]): Promise<readonly AddedJob[]> {
    for (const { name, payload } of jobs) {
      const checked = this.check(provider, name, payload);
      if (checked instanceof Promise) await checked;
    }
    return jobs.length === 0 ? [] : this.parts.settings.driver.add(jobs.map((job) => this.jobOf(provider, job)));
  }

  within(transaction: unknown): TransactionQueue {
    const { driver } = this.parts.settings;
    if (driver.addWithin === undefined) {
      throw new QueueDriverError(
        'SyncQueue',
        'UNUSABLE',
        'its driver cannot take part in a transaction of the application',
      );
    }
    return {
      add: (provider, name, payload, options) => {
        // A schema that answers by a promise is asked when the job is run: a transaction does not wait.
        const checked = this.check(provider, name, payload);
        if (checked instanceof Promise) checked.catch(() => undefined);
        const job = this.jobOf(provider, { name, payload, ...(options && { options }) });
        const added = driver.addWithin!(transaction, [job]);
        return added instanceof Promise ? added.then(([first]) => first!) : Promise.resolve(added[0]!);
      },
    };
  }

  attempted(provider: string, id: string, options: AttemptedOptions = {}): Promise<Job | undefined> {
    const { settings, clock } = this.parts;
    const { driver, poll: pollMs } = settings;
    return firstAttempt({ provider, id }, options, { driver, clock, lane: this.lanes.get(provider), pollMs });
  }

  get(provider: string, id: string): Promise<Job | undefined> {
    return this.parts.settings.driver.get(provider, id);
  }

  list(provider: string, filter: JobFilter): Promise<readonly Job[]> {
    return this.parts.settings.driver.list(provider, filter);
  }

  counts(provider: string): Promise<JobCounts & { readonly paused: boolean }> {
    return this.parts.settings.driver.counts(provider);
  }

  async replay(
    provider: string,
    { ids, tenant, name }: { readonly ids?: readonly string[]; readonly tenant?: string; readonly name?: string } = {},
  ): Promise<number> {
    const { driver } = this.parts.settings;
    let replayed = 0;
    const replayAll = async (some: readonly string[]) => {
      let count = 0;
      for (const id of some) if (await driver.replay(provider, id)) count++;
      replayed += count;
      return count;
    };
    if (ids !== undefined) await replayAll(ids);
    else {
      const filter = { state: 'dead', tenant, name, limit: REPLAYED_AT_ONCE } as const;
      // Those that die again meanwhile come last, and are not replayed for ever.
      for (let left = (await driver.counts(provider)).dead; left > 0; left -= REPLAYED_AT_ONCE) {
        const some = (await driver.list(provider, filter)).slice(0, left).map(({ id }) => id);
        if ((await replayAll(some)) === 0) break;
      }
    }
    return replayed;
  }

  remove(provider: string, id: string): Promise<boolean> {
    return this.parts.settings.driver.remove(provider, id);
  }

  pause(provider: string): Promise<void> {
    return this.parts.settings.driver.pause(provider);
  }

  async resume(provider: string): Promise<void> {
    await this.parts.settings.driver.resume(provider);
    this.lanes.get(provider)?.look();
  }

  async drain(provider: string, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const { waiting, delayed, active } = await this.counts(provider);
      if (waiting + delayed + active === 0) return;
      await this.parts.clock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  snapshot(): readonly QueueSnapshot[] {
    return [...this.lanes.values()].map((lane) => lane.snapshot());
  }

  private check(provider: string, name: string, payload: unknown): unknown {
    const handler = this.handlers.get(provider)?.get(name);
    return handler === undefined ? undefined : checkedPayload(handler.schema, name, payload);
  }

  private jobOf(provider: string, { name, payload, options }: JobToAdd): NewJob {
    // Also for a process that runs none: a job of a provider that there is not would wait for ever.
    this.parts.provider(provider);
    return newJob({ provider, name }, payload, options);
  }

  private async endsIn(ms: number, work: Promise<unknown>): Promise<boolean> {
    const waiting = new AbortController();
    const late = this.parts.clock.sleep(ms, waiting.signal).then(
      () => false,
      () => false,
    );
    const result = await Promise.race([work.then(() => true), late]);
    waiting.abort();
    return result;
  }
}
