import type { JobType } from 'bullmq';
import type { Job, JobState } from '../driver/job.js';
import type { JobCounts, JobFilter } from '../driver/queue-driver.js';
import { jobOf, stateOf, type SyncBullJob } from './bull-job.js';
import { isElsewhere } from './driver-error.js';
import type { Line } from './line.js';
import type { ProviderQueues } from './provider-queues.js';

/** How many lines are asked in one turn of the event loop. */
const ASKED_AT_ONCE = 200;

interface Found {
  readonly job: SyncBullJob;
  readonly line: Line;
  readonly state: JobState;
}

/** The jobs that stand in BullMQ, as operators look at them and act on them. */
export class KeptJobs {
  constructor(private readonly queues: ProviderQueues) {}

  async counts(provider: string): Promise<JobCounts & { readonly paused: boolean }> {
    const lines = await this.queues.refreshed(provider);
    const counts = { waiting: 0, delayed: 0, active: 0, completed: 0, dead: 0 };
    const types = Object.values(TYPES).flat();
    // Not by the queue of each line, which is large, and which most processes have no other use for.
    for (const each of await this.ask(lines.all, ({ backend }) => backend.getCounts(types))) {
      const [wait = 0, prioritized = 0, delayed = 0, active = 0, completed = 0, failed = 0] = each;
      counts.waiting += wait + prioritized;
      counts.delayed += delayed;
      counts.active += active;
      counts.completed += completed;
      counts.dead += failed;
    }
    return { ...counts, paused: lines.paused };
  }

  async get(provider: string, id: string): Promise<Job | undefined> {
    const found = await this.find(provider, id);
    return found && jobOf(found.job, found.line, found.state);
  }

  async list(provider: string, filter: JobFilter): Promise<readonly Job[]> {
    const { state, tenant, name, limit = 100, skip = 0 } = filter;
    const lines = await this.queues.refreshed(provider);
    const asked = lines.all.filter((line) => tenant === undefined || line.tenant === tenant);
    const counts = await this.ask(asked, ({ backend }) => backend.getCounts([...TYPES[state]]));
    const held = counts.map((each) => each.reduce((sum, count) => sum + count, 0));
    const page = pageOf(held, { skip, limit, isFiltered: name !== undefined });
    if (page.length === 0) return [];
    const found = await this.ask(
      asked.filter((_, i) => held[i]! > 0),
      async (line) => {
        const jobs = (await line.queue.getJobs([...TYPES[state]], 0, page.length - 1, !page.fromEnd)) as SyncBullJob[];
        const there = jobs.filter((job) => job !== undefined).map((job) => jobOf(job, line, state));
        return page.fromEnd ? there.toReversed() : there;
      },
    );
    const all = found.flat().filter((job) => name === undefined || job.name === name);
    const at = (job: Job) => job.endedAt ?? job.nextRunAt ?? job.addedAt;
    const sorted = all.sort((a, b) => at(a) - at(b));
    return page.fromEnd ? sorted.slice(-page.length).slice(0, limit) : sorted.slice(skip, skip + limit);
  }

  async replay(provider: string, id: string): Promise<boolean> {
    const found = await this.find(provider, id);
    if (found?.state !== 'dead') return false;
    const { job, line } = found;
    const before = jobOf(job, line, 'dead').history;
    return isStanding(async () => {
      await line.backend.updateData(job, { ...job.data, lostBefore: job.stalledCounter, before });
      await line.backend.retryFinishedJob(job, 'failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
    });
  }

  async remove(provider: string, id: string): Promise<boolean> {
    const found = await this.find(provider, id);
    if (found === undefined || found.state === 'active') return false;
    return (await found.line.queue.remove(id)) > 0;
  }

  /** Asks every line, unless this process has added the job lately. */
  private async find(provider: string, id: string): Promise<Found | undefined> {
    const near = this.queues.of(provider).lines.lineOfAdded(id);
    const standing = near && (await foundIn(near, id));
    if (standing !== undefined) return standing;
    const lines = await this.queues.refreshed(provider);
    const found = await this.ask(lines.all, (line) => foundIn(line, id));
    return found.find((each) => each !== undefined);
  }

  /** Asks every line, some at a time: with thousands of them the routes of the application have their turns between. */
  private async ask<T>(lines: readonly Line[], question: (line: Line) => Promise<T>): Promise<readonly T[]> {
    const answers: T[] = [];
    for (let from = 0; from < lines.length; from += ASKED_AT_ONCE) {
      this.queues.connections.joinWrites();
      answers.push(...(await Promise.all(lines.slice(from, from + ASKED_AT_ONCE).map(question))));
    }
    return answers;
  }
}

/** How many jobs of each line are read for a page of all: from the oldest on, or from the newest if that is nearer. */
function pageOf(
  held: readonly number[],
  { skip, limit, isFiltered }: { readonly skip: number; readonly limit: number; readonly isFiltered: boolean },
): { readonly length: number; readonly fromEnd: boolean } {
  const total = held.reduce((sum, count) => sum + count, 0);
  if (isFiltered) return { length: total, fromEnd: false };
  const [fromStart, fromEnd] = [Math.min(total, skip + limit), Math.max(0, total - skip)];
  return fromEnd < fromStart ? { length: fromEnd, fromEnd: true } : { length: fromStart, fromEnd: false };
}

async function foundIn(line: Line, id: string): Promise<Found | undefined> {
  const state = stateOf(await line.backend.getState(id));
  if (state === undefined) return undefined;
  const job = (await line.queue.getJob(id)) as SyncBullJob | undefined;
  return job && { job, line, state };
}

const TYPES = {
  waiting: ['wait', 'prioritized'],
  delayed: ['delayed'],
  active: ['active'],
  completed: ['completed'],
  dead: ['failed'],
} as const satisfies Record<JobState, readonly JobType[]>;

/** False where another process has replayed, removed or claimed the job first. */
async function isStanding(steps: () => Promise<void>): Promise<boolean> {
  try {
    await steps();
    return true;
  } catch (error) {
    if (isElsewhere(error)) return false;
    throw error;
  }
}
