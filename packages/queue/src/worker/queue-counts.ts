import type { Clock } from '@breakwater/core';
import type { Job } from '../driver/job.js';
import type { JobCounts, QueueDriver } from '../driver/queue-driver.js';
import type { QueueSnapshot } from './queue.telemetry.js';

/** How many of the latest dead jobs a snapshot shows. */
const DEAD_SHOWN = 20;
/** A backlog takes long to count: it is not counted again for so many times as long. */
const COUNTING_SHARE = 20;

type Counts = JobCounts & { readonly paused: boolean } & Pick<QueueSnapshot, 'deadLetters'>;

const NONE: Counts = { waiting: 0, delayed: 0, active: 0, completed: 0, dead: 0, paused: false, deadLetters: [] };

/** The jobs of a provider by their states, as they were last counted. */
export class QueueCounts {
  private counted = NONE;
  private isCounting = false;
  private againAt = 0;

  constructor(
    private readonly provider: string,
    private readonly driver: Pick<QueueDriver, 'counts' | 'list'>,
    private readonly clock: Clock,
  ) {}

  /** The last numbers, while newer ones are asked for. */
  latest(): Counts {
    void this.count();
    return this.counted;
  }

  private async count(): Promise<void> {
    const { driver, provider, clock } = this;
    const since = clock.now();
    if (this.isCounting || since < this.againAt) return;
    this.isCounting = true;
    try {
      const counts = await driver.counts(provider);
      const skip = Math.max(0, counts.dead - DEAD_SHOWN);
      const dead = counts.dead === 0 ? [] : await driver.list(provider, { state: 'dead', skip, limit: DEAD_SHOWN });
      this.counted = { ...counts, deadLetters: dead.map(deadLetter) };
    } catch {
      // The snapshot shows the last numbers, and why there are no newer ones.
    } finally {
      this.isCounting = false;
      this.againAt = clock.now() + COUNTING_SHARE * (clock.now() - since);
    }
  }
}

function deadLetter({ id, name, history, endedAt = 0 }: Job): QueueSnapshot['deadLetters'][number] {
  return { id, job: name, reason: history.at(-1)?.reason ?? 'unknown', at: endedAt };
}
