import type { JobType } from 'bullmq';
import type { Job, JobState } from '../driver/job.js';
import type { JobCounts, JobFilter } from '../driver/queue-driver.js';
import { jobOf, stateOf, type SyncBullJob } from './bull-job.js';
import { isElsewhere } from './driver-error.js';
import type { Line } from './line.js';
import type { ProviderQueues } from './provider-queues.js';

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
    const types = Object.values(TYPES).flat() as JobType[];
    for (const each of await Promise.all(lines.all.map(({ queue }) => queue.getJobCounts(...types)))) {
      counts.waiting += (each['wait'] ?? 0) + (each['prioritized'] ?? 0);
      counts.delayed += each['delayed'] ?? 0;
      counts.active += each['active'] ?? 0;
      counts.completed += each['completed'] ?? 0;
      counts.dead += each['failed'] ?? 0;
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
    const end = name === undefined ? skip + limit - 1 : -1;
    const found = await Promise.all(
      asked.map(async (line) => {
        const jobs = (await line.queue.getJobs([...TYPES[state]], 0, end, true)) as SyncBullJob[];
        return jobs.filter((job) => job !== undefined).map((job) => jobOf(job, line, state));
      }),
    );
    const all = found.flat().filter((job) => name === undefined || job.name === name);
    const at = (job: Job) => job.endedAt ?? job.nextRunAt ?? job.addedAt;
    return all.sort((a, b) => at(a) - at(b)).slice(skip, skip + limit);
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
    const found = await Promise.all(lines.all.map((line) => foundIn(line, id)));
    return found.find((each) => each !== undefined);
  }
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
