import type { Clock, Timer } from '@breakwater/core';
import type { JobHandler } from '../jobs/job-handler.js';
import type { ScheduleOptions } from '../jobs/job-settings.js';
import { nextRun } from '../jobs/next-run.js';
import type { AddOptions } from './sync-queue.js';

const AGAIN_MS = 1000;

export interface SchedulesParts {
  readonly clock: Clock;
  readonly handlers: readonly JobHandler[];
  readonly add: (provider: string, name: string, payload: unknown, options: AddOptions) => Promise<unknown>;
}

/**
 * Adds jobs by their cron patterns. Every process that has the processor does so, and the job's key, which is the time
 * that it is for, has one of them succeed.
 */
export class Schedules {
  private readonly timers = new Map<JobHandler, Timer>();

  constructor(private readonly parts: SchedulesParts) {}

  start(): void {
    const now = this.parts.clock.wallNow();
    for (const handler of this.parts.handlers) {
      const { schedule } = handler.settings;
      if (schedule !== undefined) this.schedule(handler, schedule, now);
    }
  }

  stop(): void {
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }

  private schedule(handler: JobHandler, schedule: ScheduleOptions, after: number): void {
    const at = nextRun(schedule, after);
    if (at !== undefined) this.waitFor(handler, schedule, at);
  }

  private waitFor(handler: JobHandler, schedule: ScheduleOptions, at: number): void {
    const { clock } = this.parts;
    const timer = clock.scheduleForAll(at - clock.wallNow(), () => {
      // A timer carries 24.8 days at most, and may be early.
      if (clock.wallNow() < at) this.waitFor(handler, schedule, at);
      else void this.add(handler, schedule, at);
    });
    this.timers.set(handler, timer);
  }

  private async add(handler: JobHandler, schedule: ScheduleOptions, at: number): Promise<void> {
    const { clock, add } = this.parts;
    const { provider, name } = handler;
    const { payload = {}, tenant } = schedule;
    const key = `schedule ${new Date(at).toISOString()}`;
    try {
      await add(provider, name, payload, { key, ...(tenant !== undefined && { tenant }) });
      if (this.timers.has(handler)) this.schedule(handler, schedule, at);
    } catch {
      // The driver is away: the job of this time is still owed.
      if (!this.timers.has(handler)) return;
      this.timers.set(
        handler,
        clock.scheduleForAll(AGAIN_MS, () => void this.add(handler, schedule, at)),
      );
    }
  }
}
