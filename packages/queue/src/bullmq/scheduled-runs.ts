import { derivedKey } from '@breakwater/core/adapter';
import type { Queue } from 'bullmq';
import type { ScheduledRun } from '../driver/queue-driver.js';

type Runs = Queue<ScheduledRun, unknown, string>;
type Schedule = readonly [provider: string, name: string];

/** The last run of a schedule, as the data of a job that stands for it. */
export async function scheduledRun(runs: Runs, schedule: Schedule): Promise<ScheduledRun | undefined> {
  const data = (await runs.getJob(idOf(schedule)))?.data;
  return data && { at: data.at, pattern: data.pattern };
}

export async function noteScheduledRun(runs: Runs, schedule: Schedule, run: ScheduledRun): Promise<void> {
  const standing = await runs.getJob(idOf(schedule));
  if (standing === undefined) await runs.add('schedule', run, { jobId: idOf(schedule) });
  else await standing.updateData(run);
}

/** A name may be longer than an id of BullMQ, and have a colon. */
function idOf(schedule: Schedule): string {
  return `schedule-${derivedKey('schedule', ...schedule)}`;
}
