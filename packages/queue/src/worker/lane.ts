import type { Clock, EventType, ResilienceEvent } from '@breakwater/core';
import { messageOf, type LiveProvider } from '@breakwater/core/adapter';
import type { Job } from '../driver/job.js';
import type { ClaimedJob, JobCounts, QueueDriver, Settlement } from '../driver/queue-driver.js';
import { SyncJobLostError, SyncQueueClosedError } from '../jobs/job-errors.js';
import type { JobHandler } from '../jobs/job-handler.js';
import { Admission } from './admission.js';
import { AttemptWatch } from './attempt-watch.js';
import { roomAt, type Hold } from './hold.js';
import { JobRun, type JobEnd } from './job-run.js';
import { Leases } from './leases.js';
import type { QueueEvents, QueueSnapshot } from './queue.telemetry.js';
import { Settler } from './settler.js';

const UNAVAILABLE_MS = 1000;
/** How many of the latest dead jobs a snapshot shows. */
const DEAD_SHOWN = 20;

export interface LaneParts {
  readonly provider: LiveProvider;
  readonly driver: QueueDriver;
  readonly clock: Clock;
  readonly random: () => number;
  /** By the names of their jobs. */
  readonly handlers: ReadonlyMap<string, JobHandler>;
  /** The settings of jobs that none of them knows. */
  readonly unknown: JobHandler['settings'];
  readonly settings: LaneSettings;
}

export interface LaneSettings {
  /** How many jobs of the provider this process has under way at once. */
  readonly concurrency: number;
  readonly leaseMs: number;
  /** How often it looks for jobs of which it was not told, in milliseconds. */
  readonly pollMs: number;
}

type Counts = JobCounts & { readonly paused: boolean } & Pick<QueueSnapshot, 'deadLetters'>;

const NONE: Counts = { waiting: 0, delayed: 0, active: 0, completed: 0, dead: 0, paused: false, deadLetters: [] };

/** Runs the jobs of one provider in this process: claims as many as there is room for, and ends each claim. */
export class Lane {
  readonly attempts = new AttemptWatch();
  private readonly runs = new Set<JobRun>();
  private readonly admission: Admission;
  private readonly leases: Leases;
  private readonly settler: Settler;
  private readonly counters = { done: 0, failed: 0, returned: 0, buried: 0, overdue: 0, lost: 0 };
  private hold: (Hold & { readonly since: number }) | undefined;
  private unavailable: string | undefined;
  private counted = NONE;
  private counting = false;
  private stopped = false;
  private awake = false;
  private wake: () => void = () => undefined;
  private whenIdle: (() => void) | undefined;

  constructor(private readonly parts: LaneParts) {
    const { provider, driver, clock, settings } = parts;
    this.admission = new Admission(provider);
    this.leases = new Leases(driver, clock, settings.leaseMs);
    this.settler = new Settler(driver, clock, (error) => {
      this.unavailable = error === undefined ? undefined : messageOf(error);
      if (error !== undefined) this.hear({ why: 'driver-unavailable', reason: this.unavailable, lookInMs: 0 });
    });
  }

  start(): void {
    void this.loop();
  }

  /** There may be something to claim. */
  look(): void {
    this.awake = true;
    this.wake();
  }

  /** Claims no more. */
  stop(): void {
    this.stopped = true;
    this.attempts.close();
    this.look();
  }

  /** Resolves as soon as no job is under way. */
  idle(): Promise<void> {
    if (this.runs.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.whenIdle = resolve));
  }

  /** Ends what is under way: those jobs are sent back. Returns how many there were. */
  abort(): number {
    for (const run of this.runs) run.abort(new SyncQueueClosedError());
    return this.runs.size;
  }

  close(): void {
    this.settler.close();
  }

  snapshot(): QueueSnapshot {
    const { counters, counted, hold, parts, runs } = this;
    void this.count();
    return {
      name: parts.provider.name,
      ...counted,
      ...(hold !== undefined && { held: hold.reason === undefined ? hold.why : `${hold.why}: ${hold.reason}` }),
      running: runs.size,
      concurrency: parts.settings.concurrency,
      ...counters,
    };
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      this.awake = false;
      const waitMs = await this.step();
      if (waitMs > 0) await this.sleep(waitMs);
    }
  }

  /** Begins what there is room for. Returns how long to wait for more. */
  private async step(): Promise<number> {
    const { provider, driver, settings } = this.parts;
    const room = roomAt(provider, settings.concurrency - this.runs.size, this.runs.size);
    if (typeof room !== 'number') return this.hear(room);
    if (room <= 0) {
      // The trial shows whether the provider is back: the other jobs wait for more than their turns.
      if (provider.circuitBreaker?.state === 'half-open') this.attempts.held();
      // Until one of those that are under way has ended.
      return Infinity;
    }
    try {
      const { leaseMs, pollMs } = settings;
      const { jobs, paused, nextInMs = Infinity } = await driver.claim(provider.name, { limit: room, leaseMs });
      if (paused) return this.hear({ why: 'paused', lookInMs: pollMs });
      if (this.unavailable === undefined) this.goOn();
      for (const job of jobs) void this.process(job);
      return jobs.length === 0 ? Math.min(pollMs, Math.max(1, nextInMs)) : 0;
    } catch (error) {
      return this.hear({ why: 'driver-unavailable', reason: messageOf(error), lookInMs: UNAVAILABLE_MS });
    }
  }

  private async process(job: ClaimedJob): Promise<void> {
    const { driver, clock, random, handlers, unknown, settings } = this.parts;
    const startedAt = clock.now();
    let isLost = false;
    const run = new JobRun({
      job,
      handler: handlers.get(job.name),
      admission: this.admission,
      clock,
      random,
      unknown,
      progress: (progress) => driver.progress(job, progress),
      overdue: (by) => (this.counters.overdue += by),
    });
    this.runs.add(run);
    const release = this.leases.hold(job, () => {
      isLost = true;
      run.abort(new SyncJobLostError(job.name));
    });
    try {
      const end = await run.run();
      const stood = !isLost && (await this.settler.settle(this.settlementOf(job, end)));
      if (stood) this.tellEnd(job, end, clock.now() - startedAt);
      else this.counters.lost++;
    } finally {
      release();
      this.runs.delete(run);
      this.attempts.ended(job.id);
      if (this.runs.size === 0) this.whenIdle?.();
      if (this.runs.size < settings.concurrency) this.look();
    }
  }

  private settlementOf(job: ClaimedJob, end: JobEnd): Settlement {
    if (end.to === 'completed') return { job, ...end };
    const { failure, reason } = end;
    const history = {
      at: this.parts.clock.wallNow(),
      attempt: job.attempt + 1,
      failure,
      reason: reason.slice(0, 1000),
    };
    if (end.to === 'dead') return { job, to: 'dead', history };
    // Jobs that are sent back again and again would push their real failures out of the history.
    return { job, to: 'waiting', delayMs: end.delayMs, burnt: end.burnt, history: end.burnt ? history : undefined };
  }

  private tellEnd(job: ClaimedJob, end: JobEnd, tookMs: number): void {
    const { counters } = this;
    const { id } = job;
    const attempt = job.attempt + 1;
    if (end.to === 'completed') {
      counters.done++;
      this.tell('queue.completed', { id, attempt, tookMs }, job.name);
      return;
    }
    const { failure, reason } = end;
    if (end.to === 'dead') {
      counters.buried++;
      this.tell('queue.dead', { id, attempt, failure, reason }, job.name);
    } else if (end.burnt) {
      counters.failed++;
      this.tell('queue.failed', { id, attempt, failure, reason, retryInMs: end.delayMs }, job.name);
    } else {
      counters.returned++;
      this.tell('queue.returned', { id, reason, retryInMs: end.delayMs }, job.name);
    }
  }

  /** Takes note of a hold, and tells of it once. */
  private hear(hold: Hold): number {
    const { hold: standing } = this;
    if (standing?.why !== hold.why) {
      this.goOn();
      this.hold = { ...hold, since: this.parts.clock.now() };
      const { why, reason } = hold;
      this.tell('queue.held', { why, ...(reason !== undefined && { reason }) });
    }
    this.attempts.held();
    return hold.lookInMs;
  }

  private goOn(): void {
    if (this.hold === undefined) return;
    const afterMs = this.parts.clock.now() - this.hold.since;
    this.hold = undefined;
    this.tell('queue.resumed', { afterMs });
  }

  private tell<Type extends keyof QueueEvents & EventType>(
    type: Type,
    detail: QueueEvents[Type],
    operation?: string,
  ): void {
    const { provider, clock } = this.parts;
    if (!provider.events.listening) return;
    const event = { type, provider: provider.name, operation, at: clock.wallNow(), detail };
    provider.events.emit(event as ResilienceEvent);
  }

  private async count(): Promise<void> {
    if (this.counting) return;
    this.counting = true;
    try {
      const { driver, provider } = this.parts;
      const counts = await driver.counts(provider.name);
      const skip = Math.max(0, counts.dead - DEAD_SHOWN);
      const dead =
        counts.dead === 0 ? [] : await driver.list(provider.name, { state: 'dead', skip, limit: DEAD_SHOWN });
      this.counted = { ...counts, deadLetters: dead.map(deadLetter) };
    } catch {
      // The snapshot shows the last numbers, and why there are no newer ones.
    } finally {
      this.counting = false;
    }
  }

  private sleep(ms: number): Promise<void> {
    if (this.awake || this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = ms === Infinity ? undefined : this.parts.clock.scheduleForAll(ms, () => this.wake());
      this.wake = () => {
        timer?.cancel();
        this.wake = () => undefined;
        resolve();
      };
    });
  }
}

function deadLetter({ id, name, history, endedAt = 0 }: Job): QueueSnapshot['deadLetters'][number] {
  return { id, job: name, reason: history.at(-1)?.reason ?? 'unknown', at: endedAt };
}
