import type { Clock } from '@breakwater/core';
import { messageOf, type LiveProvider } from '@breakwater/core/adapter';
import type { ClaimedJob, QueueDriver } from '../driver/queue-driver.js';
import { SyncQueueClosedError, SyncQueuePausedError } from '../jobs/job-errors.js';
import { Admission } from './admission.js';
import { AttemptWatch } from './attempt-watch.js';
import { roomAt, type Hold } from './hold.js';
import type { JobRun, JobRunParts } from './job-run.js';
import { JobsPerTurn } from './jobs-per-turn.js';
import { LaneEvents } from './lane-events.js';
import { Leases } from './leases.js';
import { PauseWatch } from './pause-watch.js';
import { QueueCounts } from './queue-counts.js';
import type { QueueSnapshot } from './queue.telemetry.js';
import { RunningJobs } from './running-jobs.js';
import { Settler } from './settler.js';
import { StandingHold } from './standing-hold.js';
import { WakeableSleep } from './wakeable-sleep.js';

const UNAVAILABLE_MS = 1000;

export interface LaneParts extends Pick<JobRunParts, 'handlers' | 'unknown' | 'clock' | 'random'> {
  readonly provider: LiveProvider;
  readonly driver: QueueDriver;
  readonly clock: Clock;
  readonly settings: LaneSettings;
}

export interface LaneSettings {
  /** How many jobs of the provider this process has under way at once. */
  readonly concurrency: number;
  readonly leaseMs: number;
  /** How often it looks for jobs of which it was not told, in milliseconds. */
  readonly pollMs: number;
}

/** Runs the jobs of one provider in this process: claims as many as there is room for, while nothing holds them. */
export class Lane {
  readonly attempts = new AttemptWatch();
  private readonly running: RunningJobs;
  private readonly settler: Settler;
  private readonly events: LaneEvents;
  private readonly hold: StandingHold;
  private readonly counts: QueueCounts;
  private readonly sleep: WakeableSleep;
  private readonly perTurn: JobsPerTurn;
  private readonly pauses: PauseWatch;
  private readonly leases: Leases<JobRun>;
  /** The driver cannot write down how jobs have ended. */
  private isStuck = false;
  private stopped = false;
  private isClaiming = false;
  private readonly whenIdle: (() => void)[] = [];

  constructor(private readonly parts: LaneParts) {
    const { provider, driver, clock, settings, handlers, unknown, random } = parts;
    this.events = new LaneEvents(provider, clock);
    this.hold = new StandingHold(this.events, clock);
    this.counts = new QueueCounts(provider.name, driver, clock);
    this.sleep = new WakeableSleep(clock);
    this.perTurn = new JobsPerTurn(settings.concurrency);
    this.pauses = new PauseWatch({ provider: provider.name, driver, clock, settings });
    this.leases = new Leases(driver, clock, settings.leaseMs);
    this.settler = new Settler(driver, clock, (error) => {
      this.isStuck = error !== undefined;
      if (this.isStuck) this.holdBack({ why: 'driver-unavailable', reason: messageOf(error), lookInMs: 0 });
    });
    this.running = new RunningJobs({
      run: {
        ...{ handlers, unknown, clock, random },
        admission: new Admission(provider),
        progress: (job, progress) => driver.progress(job, progress),
        read: (job) => driver.get(job.provider, job.id),
        overdue: (by) => (this.events.counters.overdue += by),
      },
      leases: this.leases,
      settler: this.settler,
      events: this.events,
      attempts: this.attempts,
      left: () => {
        this.tellIfIdle();
        if (this.running.size < settings.concurrency) this.look();
      },
    });
  }

  start(): void {
    void this.loop();
  }

  /** There may be something to claim. */
  look(): void {
    this.sleep.wake();
  }

  /** The provider may have been paused: jobs that wait for their turns must not begin. */
  lookForPause(): void {
    this.pauses.hurry();
    this.look();
  }

  /** Claims no more, and sends back what has not begun. */
  stop(): void {
    this.stopped = true;
    this.attempts.close();
    this.running.returnUnbegun(new SyncQueueClosedError());
    this.look();
  }

  /** Resolves as soon as no job is under way or being claimed. */
  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.whenIdle.push(resolve));
  }

  /** Ends what is under way: those jobs are sent back. Returns how many there were. */
  abort(): number {
    return this.running.abort();
  }

  close(): void {
    this.stop();
    this.abort();
    this.settler.close();
  }

  snapshot(): QueueSnapshot {
    const { counts, events, hold, parts, running } = this;
    const held = hold.shown;
    return {
      name: parts.provider.name,
      ...counts.latest(),
      ...(held !== undefined && { held }),
      running: running.size,
      concurrency: parts.settings.concurrency,
      ...events.counters,
    };
  }

  private get isIdle(): boolean {
    return this.running.size === 0 && !this.isClaiming;
  }

  private tellIfIdle(): void {
    if (this.isIdle) for (const tell of this.whenIdle.splice(0)) tell();
  }

  private async loop(): Promise<void> {
    const { clock } = this.parts;
    while (!this.stopped) {
      this.sleep.begin();
      const waitMs = await this.step();
      if (waitMs === 0) continue;
      await this.sleep.sleep(waitMs);
      // Jobs that end in one turn are followed by one claim.
      await clock.yield();
    }
  }

  /** Begins what there is room for, as far as one turn goes. Returns how long to wait for more. */
  private async step(): Promise<number> {
    const { provider, settings } = this.parts;
    const { running } = this;
    const room = roomAt(provider, settings.concurrency - running.size, running.size);
    if (typeof room !== 'number') return this.watchPause(this.holdBack(room));
    if (room > 0) return this.claiming(() => this.begin(Math.min(room, this.perTurn.count)));
    // The trial shows whether the provider is back: the other jobs wait for more than their turns.
    if (provider.circuitBreaker?.state === 'half-open') this.attempts.held();
    // Until one of those that are under way has ended.
    return this.watchPause(Infinity);
  }

  /** While jobs wait for their turns and none is claimed, asks once in a while whether the provider is paused. */
  private async watchPause(lookInMs: number): Promise<number> {
    const { pauses, running } = this;
    if (!running.hasUnbegun) return lookInMs;
    if (pauses.dueInMs > 0) return Math.min(lookInMs, pauses.dueInMs);
    return this.claiming(async () =>
      (await pauses.isPaused()) ? this.pausedNow() : Math.min(lookInMs, pauses.dueInMs),
    );
  }

  private async claiming(work: () => Promise<number>): Promise<number> {
    this.isClaiming = true;
    try {
      return await work();
    } catch (error) {
      return this.holdBack({ why: 'driver-unavailable', reason: messageOf(error), lookInMs: UNAVAILABLE_MS });
    } finally {
      this.isClaiming = false;
      this.tellIfIdle();
    }
  }

  /** Claims up to so many, and begins them. */
  private async begin(limit: number): Promise<number> {
    const { provider, driver, settings, clock } = this.parts;
    const { leaseMs, pollMs } = settings;
    if (this.leases.areOverdue) await this.leases.renew();
    const askedAt = clock.now();
    this.pauses.asking();
    const claiming = driver.claim(provider.name, { limit, leaseMs });
    const claimMs = clock.now() - askedAt;
    const { jobs, paused, nextInMs = Infinity } = await claiming;
    if (this.stopped) return this.sendBack(jobs);
    if (paused) return this.pausedNow();
    if (!this.isStuck) this.hold.end();
    if (jobs.length === 0) return Math.min(pollMs, Math.max(1, nextInMs));
    const begunAt = clock.now();
    for (const job of jobs) this.running.begin(job);
    await clock.yield();
    this.perTurn.took(claimMs + clock.now() - begunAt);
    return 0;
  }

  /** The lane was stopped while these were being claimed. */
  private async sendBack(jobs: readonly ClaimedJob[]): Promise<number> {
    const end = { to: 'waiting', delayMs: 0, burnt: false, history: undefined } as const;
    await Promise.all(jobs.map((job) => this.settler.settle({ job, ...end })));
    return 0;
  }

  private pausedNow(): number {
    this.running.returnUnbegun(new SyncQueuePausedError());
    return this.holdBack({ why: 'paused', lookInMs: this.parts.settings.pollMs });
  }

  /** Returns when to look again. */
  private holdBack(hold: Hold): number {
    this.hold.begin(hold);
    this.attempts.held();
    return hold.lookInMs;
  }
}
