import { CONTRIBUTION, type Contribution } from '@breakwater/core/adapter';
import type { Job } from '../driver/job.js';
import { QueueDriverError } from '../driver/queue-driver.error.js';
import type { AddedJob, JobCounts, JobFilter, NewJob, QueueDriver } from '../driver/queue-driver.js';
import { checkedPayload, isLater } from '../jobs/checked-payload.js';
import type { JobHandler } from '../jobs/job-handler.js';
import { queueEvents, type QueueSnapshot } from '../worker/queue.telemetry.js';
import { firstAttempt } from './first-attempt.js';
import { Lanes, type LanesParts } from './lanes.js';
import { newJob } from './new-job.js';
import { closeDriver, openDriver } from './opened-drivers.js';
import { Schedules } from './schedules.js';
import { readFilter, readWhich, type WhichJobs } from './which-jobs.js';
import {
  SyncQueue,
  type AddOptions,
  type AttemptedOptions,
  type JobToAdd,
  type TransactionQueue,
} from './sync-queue.js';

/** How often a queue is looked at that is to be drained, in milliseconds. */
const LOOK_EVERY_MS = 100;
/** The rest between two looks at a backlog, in times of how long one takes: counting a million jobs takes long. */
const COUNTING_SHARE = 10;
const REPLAYED_AT_ONCE = 500;

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
  private readonly lanes: Lanes;
  private readonly handlers = new Map<string, Map<string, JobHandler>>();
  private schedules: Schedules | undefined;
  private opening: Promise<void> | undefined;
  private starting: Promise<void> | undefined;
  private stopping: Promise<number> | undefined;
  private closing: Promise<void> | undefined;

  constructor(private readonly parts: LanesParts) {
    super();
    this.lanes = new Lanes(parts);
  }

  /** Opens the driver: jobs can be added and looked at from here on. */
  open(): Promise<void> {
    const { settings, clock } = this.parts;
    return (this.opening ??= openDriver(settings.driver, { clock, leaseMs: settings.lease }));
  }

  /** Opens the driver, and begins to run the jobs of these handlers, unless the queue is stopped meanwhile. */
  start(handlers: readonly JobHandler[]): Promise<void> {
    return (this.starting ??= this.begin(handlers));
  }

  /**
   * Begins no job any more, sends back those that wait for their turns, and lets those under way end within the grace.
   * Returns how many of these had to be sent back.
   */
  stop(): Promise<number> {
    return (this.stopping ??= this.end());
  }

  /** Releases the driver. Nothing can be added any more. */
  close(): Promise<void> {
    return (this.closing ??= this.release());
  }

  async add(provider: string, name: string, payload: unknown, options?: AddOptions): Promise<AddedJob> {
    const job = this.jobOf(provider, { name, payload, ...(options && { options }) });
    await this.check(job);
    const [added] = await this.parts.settings.driver.add([job]);
    return added!;
  }

  async addAll(provider: string, jobs: readonly JobToAdd[]): Promise<readonly AddedJob[]> {
    const made = jobs.map((job) => this.jobOf(provider, job));
    for (const job of made) {
      const checked = this.check(job);
      if (isLater(checked)) await checked;
    }
    return made.length === 0 ? [] : this.parts.settings.driver.add(made);
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
        const job = this.jobOf(provider, { name, payload, ...(options && { options }) });
        // A schema that answers by a promise is asked when the job is run: a transaction does not wait.
        const checked = this.check(job);
        if (isLater(checked)) checked.then(undefined, () => undefined);
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

  async list(provider: string, filter: JobFilter): Promise<readonly Job[]> {
    return this.parts.settings.driver.list(provider, readFilter(provider, filter));
  }

  counts(provider: string): Promise<JobCounts & { readonly paused: boolean }> {
    return this.parts.settings.driver.counts(provider);
  }

  async replay(provider: string, which: WhichJobs = {}): Promise<number> {
    const { ids, tenant, name } = readWhich(which);
    const driver = this.driverFor(provider);
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

  async pause(provider: string): Promise<void> {
    await this.driverFor(provider).pause(provider);
    this.lanes.get(provider)?.lookForPause();
  }

  async resume(provider: string): Promise<void> {
    await this.driverFor(provider).resume(provider);
    this.lanes.get(provider)?.look();
  }

  async drain(provider: string, signal?: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    this.parts.provider(provider);
    for (;;) {
      signal?.throwIfAborted();
      const since = clock.now();
      const { waiting, delayed, active } = await this.counts(provider);
      if (waiting + delayed + active === 0) return;
      await clock.sleep(Math.max(LOOK_EVERY_MS, COUNTING_SHARE * (clock.now() - since)), signal);
    }
  }

  snapshot(): readonly QueueSnapshot[] {
    return this.lanes.snapshot();
  }

  private async begin(handlers: readonly JobHandler[]): Promise<void> {
    const { settings, clock } = this.parts;
    for (const handler of handlers) {
      const ofProvider = this.handlers.get(handler.provider) ?? new Map<string, JobHandler>();
      this.handlers.set(handler.provider, ofProvider.set(handler.name, handler));
    }
    await this.open();
    if (!settings.work || this.isEnding) return;
    this.lanes.start(this.handlers);
    // A payload that its schema refuses only now is a dead job, which is seen.
    const add = (provider: string, job: JobToAdd) => settings.driver.add([this.jobOf(provider, job)]);
    this.schedules = new Schedules({ clock, driver: settings.driver, handlers, add });
    this.schedules.start();
  }

  private async end(): Promise<number> {
    // One that is being started begins nothing once its driver is open.
    await this.starting?.catch(() => undefined);
    this.schedules?.stop();
    return this.lanes.stop();
  }

  private async release(): Promise<void> {
    await this.starting?.catch(() => undefined);
    this.schedules?.stop();
    this.lanes.close();
    const isOpen = await this.opening?.then(
      () => true,
      () => false,
    );
    if (isOpen === true) await closeDriver(this.parts.settings.driver);
  }

  private get isEnding(): boolean {
    return this.stopping !== undefined || this.closing !== undefined;
  }

  /** Throws for a provider that there is not: it would seem to be paused, or to have nothing to do. */
  private driverFor(provider: string): QueueDriver {
    this.parts.provider(provider);
    return this.parts.settings.driver;
  }

  /** By the schema of the job's processor, as the payload will come back: a `Date` is text by then. */
  private check({ provider, name, payload }: NewJob): unknown {
    const schema = this.handlers.get(provider)?.get(name)?.schema;
    return schema === undefined ? undefined : checkedPayload(schema, name, payload);
  }

  private jobOf(provider: string, { name, payload, options }: JobToAdd): NewJob {
    // Also for a process that runs none: a job of a provider that there is not would wait for ever.
    this.parts.provider(provider);
    return newJob({ provider, name }, payload, options);
  }
}
