import type { Clock } from '@breakwater/core';
import { messageOf, type LiveProvider } from '@breakwater/core/adapter';
import type { ClaimedJob, QueueDriver } from '../driver/queue-driver.js';
import { SyncJobLostError, SyncQueueClosedError } from '../jobs/job-errors.js';
import type { JobHandler } from '../jobs/job-handler.js';
import { Admission } from './admission.js';
import { AttemptWatch } from './attempt-watch.js';
import { roomAt, type Hold } from './hold.js';
import { JobRun } from './job-run.js';
import { LaneEvents } from './lane-events.js';
import { Leases } from './leases.js';
import { QueueCounts } from './queue-counts.js';
import type { QueueSnapshot } from './queue.telemetry.js';
import { settlementOf } from './settlement-of.js';
import { Settler } from './settler.js';
import { StandingHold } from './standing-hold.js';

const UNAVAILABLE_MS = 1000;

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

/** Runs the jobs of one provider in this process: claims as many as there is room for, and ends each claim. */
export class Lane {
  readonly attempts = new AttemptWatch();
  private readonly runs = new Set<JobRun>();
  private readonly admission: Admission;
  private readonly leases: Leases;
  private readonly settler: Settler;
  private readonly events: LaneEvents;
  private readonly hold: StandingHold;
  private readonly counts: QueueCounts;
  /** The driver cannot write down how jobs have ended. */
  private isStuck = false;
  private stopped = false;
  private isClaiming = false;
  private awake = false;
  private wake: () => void = () => undefined;
  private whenIdle: (() => void) | undefined;

  constructor(private readonly parts: LaneParts) {
    const { provider, driver, clock, settings } = parts;
    this.admission = new Admission(provider);
    this.leases = new Leases(driver, clock, settings.leaseMs);
    this.events = new LaneEvents(provider, clock);
    this.hold = new StandingHold(this.events, clock);
    this.counts = new QueueCounts(provider.name, driver, clock);
    this.settler = new Settler(driver, clock, (error) => {
      this.isStuck = error !== undefined;
      if (this.isStuck) this.holdBack({ why: 'driver-unavailable', reason: messageOf(error), lookInMs: 0 });
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

  /** Resolves as soon as no job is under way or being claimed. */
  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
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
    const { counts, events, hold, parts, runs } = this;
    const held = hold.shown;
    return {
      name: parts.provider.name,
      ...counts.latest(),
      ...(held !== undefined && { held }),
      running: runs.size,
      concurrency: parts.settings.concurrency,
      ...events.counters,
    };
  }

  private get isIdle(): boolean {
    return this.runs.size === 0 && !this.isClaiming;
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      this.awake = false;
      const waitMs = await this.step();
      if (waitMs === 0) continue;
      await this.sleep(waitMs);
      // Jobs that end in one turn are followed by one claim.
      await this.parts.clock.yield();
    }
  }

  /** Begins what there is room for. Returns how long to wait for more. */
  private async step(): Promise<number> {
    const { provider, driver, settings } = this.parts;
    const room = roomAt(provider, settings.concurrency - this.runs.size, this.runs.size);
    if (typeof room !== 'number') return this.holdBack(room);
    if (room <= 0) {
      // The trial shows whether the provider is back: the other jobs wait for more than their turns.
      if (provider.circuitBreaker?.state === 'half-open') this.attempts.held();
      // Until one of those that are under way has ended.
      return Infinity;
    }
    this.isClaiming = true;
    try {
      const { leaseMs, pollMs } = settings;
      const { jobs, paused, nextInMs = Infinity } = await driver.claim(provider.name, { limit: room, leaseMs });
      if (this.stopped) return await this.sendBack(jobs);
      if (paused) return this.holdBack({ why: 'paused', lookInMs: pollMs });
      if (!this.isStuck) this.hold.end();
      for (const job of jobs) void this.process(job);
      return jobs.length === 0 ? Math.min(pollMs, Math.max(1, nextInMs)) : 0;
    } catch (error) {
      return this.holdBack({ why: 'driver-unavailable', reason: messageOf(error), lookInMs: UNAVAILABLE_MS });
    } finally {
      this.isClaiming = false;
      if (this.isIdle) this.whenIdle?.();
    }
  }

  /** The lane was stopped while these were being claimed. */
  private async sendBack(jobs: readonly ClaimedJob[]): Promise<number> {
    const end = { to: 'waiting', delayMs: 0, burnt: false, history: undefined } as const;
    await Promise.all(jobs.map((job) => this.settler.settle({ job, ...end })));
    return 0;
  }

  private async process(job: ClaimedJob): Promise<void> {
    const { clock, settings } = this.parts;
    const startedAt = clock.now();
    let isLost = false;
    const run = this.runOf(job);
    this.runs.add(run);
    const release = this.leases.hold(job, () => {
      isLost = true;
      run.abort(new SyncJobLostError(job.name));
    });
    try {
      const end = await run.run();
      const stood = !isLost && (await this.settler.settle(settlementOf(job, end, clock.wallNow())));
      if (stood) this.events.ended(job, end, clock.now() - startedAt);
      else this.events.counters.lost++;
    } finally {
      release();
      this.runs.delete(run);
      this.attempts.ended(job.id);
      if (this.isIdle) this.whenIdle?.();
      if (this.runs.size < settings.concurrency) this.look();
    }
  }

  private runOf(job: ClaimedJob): JobRun {
    const { driver, clock, random, handlers, unknown } = this.parts;
    return new JobRun({
      job,
      handler: handlers.get(job.name),
      admission: this.admission,
      clock,
      random,
      unknown,
      progress: (progress) => driver.progress(job, progress),
      overdue: (by) => (this.events.counters.overdue += by),
    });
  }

  /** Returns when to look again. */
  private holdBack(hold: Hold): number {
    this.hold.begin(hold);
    this.attempts.held();
    return hold.lookInMs;
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
