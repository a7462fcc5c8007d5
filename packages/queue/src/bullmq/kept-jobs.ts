import type { Job, JobState } from '../driver/job.js';
import type { JobCounts, JobFilter } from '../driver/queue-driver.js';
import { askEach } from './ask-each.js';
import { jobOf, stateOf, type SyncBullJob } from './bull-job.js';
import { isElsewhere } from './driver-error.js';
import type { Line } from './line.js';
import { pageByTime } from './page-by-time.js';
import { pageInTurn } from './page-in-turn.js';
import type { ProviderQueues } from './provider-queues.js';
import { TYPES_OF_STATE } from './types-of-state.js';

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
    const types = Object.values(TYPES_OF_STATE).flat();
    // Not by the queue of each line, which is large, and which most processes have no other use for.
    for (const each of await askEach(this.queues.connections, lines.all, ({ backend }) => backend.getCounts(types))) {
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
    const { state, tenant } = filter;
    const { all } = await this.queues.refreshed(provider);
    const lines = all.filter((line) => tenant === undefined || line.tenant === tenant);
    const page = state === 'waiting' || state === 'active' ? pageInTurn : pageByTime;
    return page(this.queues.connections, lines, filter);
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
    const found = await askEach(this.queues.connections, lines.all, (line) => foundIn(line, id));
    return found.find((each) => each !== undefined);
  }
}

async function foundIn(line: Line, id: string): Promise<Found | undefined> {
  const state = stateOf(await line.backend.getState(id));
  if (state === undefined) return undefined;
  const job = (await line.queue.getJob(id)) as SyncBullJob | undefined;
  return job && { job, line, state };
}

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
