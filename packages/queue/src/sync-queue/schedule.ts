import type { Clock, Timer } from '@breakwater/core';
import type { QueueDriver, ScheduledRun } from '../driver/queue-driver.js';
import { CronTimes } from '../jobs/cron-times.js';
import type { ScheduleSettings } from '../jobs/schedule-settings.js';
import type { JobToAdd } from './sync-queue.js';

/** A wall clock that is put forward, or a machine that was suspended, is noticed after as long. */
const LONGEST_SLEEP_MS = 60_000;
const AGAIN_MS = 1000;
/** A run that is so far ahead was noted by a clock that was wrong. */
const TOO_FAR_AHEAD_MS = 86_400_000;

export interface ScheduleParts {
  readonly clock: Clock;
  readonly driver: Pick<QueueDriver, 'scheduledRun' | 'noteScheduledRun'>;
  readonly add: (provider: string, job: JobToAdd) => Promise<unknown>;
}

/** The job that a schedule adds. */
export interface ScheduledJob {
  readonly provider: string;
  readonly name: string;
  readonly schedule: ScheduleSettings;
}

/**
 * Adds a job at the times of its cron pattern. Every process that has the processor does so, and one job is added for
 * each time: its key is the time that it is for, and the driver keeps the last of them. Where several have passed
 * meanwhile, because the machine was suspended, the driver was away or no process was up, one job is added for all.
 */
export class Schedule {
  private readonly times: CronTimes;
  private readonly pattern: string;
  /** The latest time that no job is owed for any more. */
  private doneAt: number | undefined;
  /** The next time after the last look, and when that was. */
  private nextAt = -Infinity;
  private lookedAt = Infinity;
  private timer: Timer | undefined;
  private stopped = false;

  constructor(
    private readonly job: ScheduledJob,
    private readonly parts: ScheduleParts,
  ) {
    const { cron, timeZone } = job.schedule;
    this.times = new CronTimes(job.schedule);
    this.pattern = `${cron} ${timeZone}`;
  }

  start(): void {
    void this.look();
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  private async look(): Promise<void> {
    const { clock } = this.parts;
    const now = clock.wallNow();
    let sleepMs = AGAIN_MS;
    try {
      // A clock that was put back has all times before it again.
      if (now >= this.nextAt || now < this.lookedAt) await this.addDue(now);
      this.lookedAt = now;
      sleepMs = Math.min(Math.max(1, this.nextAt - clock.wallNow()), LONGEST_SLEEP_MS);
    } catch {
      // The driver is away: a job that is owed is still owed.
    }
    if (!this.stopped) this.timer = clock.scheduleForAll(sleepMs, () => void this.look());
  }

  /** Adds the job that is due, if there is one. */
  private async addDue(now: number): Promise<void> {
    // The clock was wrong, and has been set back by more than hosts differ.
    if (this.doneAt !== undefined && this.doneAt - now > TOO_FAR_AHEAD_MS) this.doneAt = now;
    this.doneAt ??= await this.begin(now);
    const due = this.times.latest(now);
    if (due !== undefined && due > this.doneAt) await this.addFor(due, now);
    this.nextAt = this.times.next(now) ?? Infinity;
  }

  /** The time from which on jobs are owed: that of the last run, where the same schedule had one. */
  private async begin(now: number): Promise<number> {
    const ranAt = await this.lastRunAt(now);
    if (ranAt !== undefined && this.job.schedule.missed === 'once') return ranAt;
    await this.note(Math.max(now, ranAt ?? 0));
    return Math.max(now, ranAt ?? 0);
  }

  private async addFor(due: number, now: number): Promise<void> {
    const { provider, name, schedule } = this.job;
    const { payload, tenant } = schedule;
    const ranAt = await this.lastRunAt(now);
    // Another process may have added it so long ago that its job is done and forgotten.
    if (ranAt === undefined || ranAt < due) {
      const key = `schedule ${new Date(due).toISOString()}`;
      await this.parts.add(provider, { name, payload, options: { key, ...(tenant !== undefined && { tenant }) } });
      this.doneAt = due;
      await this.note(due);
    } else this.doneAt = due;
  }

  /** As far as the driver keeps it. That of another pattern, before a deploy, says nothing. */
  private async lastRunAt(now: number): Promise<number | undefined> {
    const { provider, name } = this.job;
    const run: ScheduledRun | undefined = await this.parts.driver.scheduledRun?.(provider, name);
    return run?.pattern === this.pattern && run.at - now <= TOO_FAR_AHEAD_MS ? run.at : undefined;
  }

  private async note(at: number): Promise<void> {
    const { provider, name } = this.job;
    await this.parts.driver.noteScheduledRun?.(provider, name, { at, pattern: this.pattern });
  }
}
