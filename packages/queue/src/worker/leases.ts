import type { Clock, Timer } from '@breakwater/core';
import type { ClaimedJob, QueueDriver } from '../driver/queue-driver.js';

/** A lease is renewed so often while it lasts. */
const RENEWALS = 3;

interface Held {
  readonly job: ClaimedJob;
  readonly lost: () => void;
  renewedAt: number;
}

/** Holds the leases of claimed jobs by one timer, and tells those that have lost theirs. */
export class Leases {
  private readonly held = new Set<Held>();
  private timer: Timer | undefined;

  constructor(
    private readonly driver: Pick<QueueDriver, 'renew'>,
    private readonly clock: Clock,
    readonly leaseMs: number,
  ) {}

  /** Holds a job until the returned function is called. `lost` is called once if that cannot be done any more. */
  hold(job: ClaimedJob, lost: () => void): () => void {
    const held: Held = { job, lost, renewedAt: this.clock.now() };
    this.held.add(held);
    this.schedule();
    return () => {
      this.held.delete(held);
      if (this.held.size > 0) return;
      this.timer?.cancel();
      this.timer = undefined;
    };
  }

  private schedule(): void {
    this.timer ??= this.clock.scheduleForAll(this.leaseMs / RENEWALS, () => void this.renew());
  }

  private async renew(): Promise<void> {
    const all = [...this.held];
    const startedAt = this.clock.now();
    try {
      const stood = await this.driver.renew(
        all.map(({ job }) => job),
        this.leaseMs,
      );
      all.forEach((held, i) => {
        if (stood[i] === true) held.renewedAt = startedAt;
        else this.lose(held);
      });
    } catch {
      // Another try comes before the lease has ended; after that another worker may have the job.
      for (const held of all) if (this.clock.now() - held.renewedAt >= this.leaseMs) this.lose(held);
    }
    this.timer = undefined;
    if (this.held.size > 0) this.schedule();
  }

  private lose(held: Held): void {
    if (this.held.delete(held)) held.lost();
  }
}
