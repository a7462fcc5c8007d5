import type { Job } from '../driver/job.js';
import type { JobFilter } from '../driver/queue-driver.js';
import { askEach } from './ask-each.js';
import { jobOf, type SyncBullJob } from './bull-job.js';
import type { Connections } from './connections.js';
import type { Line } from './line.js';
import { TYPES_OF_STATE } from './types-of-state.js';

/** Lists the jobs of a state of one type in the order of their times, those of all lines together. */
export async function pageByTime(
  connections: Connections,
  lines: readonly Line[],
  { state, name, limit = 100, skip = 0 }: JobFilter,
): Promise<readonly Job[]> {
  const [type] = TYPES_OF_STATE[state];
  const counts = await askEach(connections, lines, ({ backend }) => backend.getCounts([type]));
  const held = counts.map(([count = 0]) => count);
  const part = partOf(held, { skip, limit, isFiltered: name !== undefined });
  if (part.length === 0) return [];
  const found = await askEach(
    connections,
    lines.filter((_, i) => held[i]! > 0),
    async (line) => {
      const jobs = (await line.queue.getJobs([type], 0, part.length - 1, !part.fromEnd)) as SyncBullJob[];
      const there = jobs.filter((job) => job !== undefined).map((job) => jobOf(job, line, state));
      return part.fromEnd ? there.toReversed() : there;
    },
  );
  const all = found.flat().filter((job) => name === undefined || job.name === name);
  const sorted = all.sort((a, b) => timeOf(a) - timeOf(b));
  return part.fromEnd ? sorted.slice(-part.length).slice(0, limit) : sorted.slice(skip, skip + limit);
}

/** How many jobs of each line are read for a page of all: from the oldest on, or from the newest if that is nearer. */
function partOf(
  held: readonly number[],
  { skip, limit, isFiltered }: { readonly skip: number; readonly limit: number; readonly isFiltered: boolean },
): { readonly length: number; readonly fromEnd: boolean } {
  const total = held.reduce((sum, count) => sum + count, 0);
  if (isFiltered) return { length: total, fromEnd: false };
  const [fromStart, fromEnd] = [Math.min(total, skip + limit), Math.max(0, total - skip)];
  return fromEnd < fromStart ? { length: fromEnd, fromEnd: true } : { length: fromStart, fromEnd: false };
}

function timeOf({ endedAt, nextRunAt, addedAt }: Job): number {
  return endedAt ?? nextRunAt ?? addedAt;
}
