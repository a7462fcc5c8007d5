import type { JobType } from 'bullmq';
import type { Job, JobState } from '../driver/job.js';
import type { JobFilter } from '../driver/queue-driver.js';
import { askEach } from './ask-each.js';
import { jobOf, type SyncBullJob } from './bull-job.js';
import type { Connections } from './connections.js';
import type { Line } from './line.js';
import { TYPES_OF_STATE } from './types-of-state.js';

/** The jobs of one type in a line, from the one in this place, 0 for the oldest, to the one before `to`. */
interface Range {
  readonly line: Line;
  readonly type: JobType;
  readonly held: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Lists the jobs of a state whose order is that of their places and not of their times: one line after the other, and
 * of each first those that run first. Only those of the page are read.
 */
export async function pageInTurn(
  connections: Connections,
  lines: readonly Line[],
  { state, name, limit = 100, skip = 0 }: JobFilter,
): Promise<readonly Job[]> {
  const types = TYPES_OF_STATE[state];
  const counts = await askEach(connections, lines, ({ backend }) => backend.getCounts([...types]));
  const [first, last] = name === undefined ? [skip, skip + limit] : [0, Infinity];
  const ranges: Range[] = [];
  let before = 0;
  for (const [i, line] of lines.entries()) {
    for (const [j, type] of types.entries()) {
      const held = counts[i]![j] ?? 0;
      const [from, to] = [Math.max(0, first - before), Math.min(held, last - before)];
      if (from < to) ranges.push({ line, type, held, from, to });
      before += held;
    }
  }
  const page = (await askEach(connections, ranges, (range) => jobsIn(range, state))).flat();
  return name === undefined ? page : page.filter((job) => job.name === name).slice(skip, skip + limit);
}

async function jobsIn({ line, type, held, from, to }: Range, state: JobState): Promise<readonly Job[]> {
  // From the newest on: BullMQ reads its lists in Postgres from there also where it is asked for the oldest.
  const jobs = (await line.queue.getJobs([type], held - to, held - from - 1)) as SyncBullJob[];
  return jobs
    .filter((job) => job !== undefined)
    .map((job) => jobOf(job, line, state))
    .toReversed();
}
