import type { Clock, Timer } from '@breakwater/core';
import type { ClaimedJob, QueueDriver } from '../driver/queue-driver.js';
import { Roster, type Rostered } from './roster.js';

/** A lease is renewed so often while it lasts. */
const RENEWALS = 3;
/** The share of its time after which a lease that was not renewed may soon be taken for ended. */
const OVERDUE = 2 / RENEWALS;

/** An attempt that goes on for as long as its job's lease is held. */
export interface LeaseHolder extends Rostered {
  readonly job: ClaimedJob;
  renewedAt: number;
  /** Whether the lease is held no more, although the attempt has yet to end. */
  readonly isLost: boolean;
  /** Called once if the lease can be held no longer. */
  lost(): void;
}

/** Holds the leases of claimed jobs by one timer, and tells those that have lost theirs. */
export class Leases<Holder extends LeaseHolder = LeaseHolder> {
  /** Those that have lost theirs included, until they are released. */
  readonly holders = new Roster<Holder>();
  private timer: Timer | undefined;
  private renewing: Promise<void> | undefined;
  /** The wall time, by which leases end, of the last renewal. */
  private renewedWallAt = 0;

  constructor(
    private readonly driver: Pick<QueueDriver, 'renew'>,
    private readonly clock: Clock,
    readonly leaseMs: number,
  ) {}

  /** Holds a job that was claimed at `now`, until it is released. */
  hold(holder: Holder, now: number): void {
    if (this.holders.size === 0) this.renewedWallAt = this.clock.wallNow();
    holder.renewedAt = now;
    this.holders.add(holder);
    this.schedule();
  }

  release(holder: Holder): void {
    this.holders.delete(holder);
    if (this.holders.size > 0) return;
    this.timer?.cancel();
    this.timer = undefined;
  }

  /**
   * Whether leases that are held may seem to have ended, because the machine was suspended, its clock set forward or
   * the event loop blocked: whatever claims jobs then would claim its own once more.
   */
  get areOverdue(): boolean {
    return this.holders.size > 0 && this.clock.wallNow() - this.renewedWallAt >= OVERDUE * this.leaseMs;
  }

  renew(): Promise<void> {
    return (this.renewing ??= this.renewAll().finally(() => (this.renewing = undefined)));
  }

  private schedule(): void {
    this.timer ??= this.clock.scheduleForAll(this.leaseMs / RENEWALS, () => void this.renew());
  }

  private async renewAll(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    const all = [...this.holders].filter(({ isLost }) => !isLost);
    const startedAt = this.clock.now();
    const startedWallAt = this.clock.wallNow();
    try {
      const stood = await this.driver.renew(
        all.map(({ job }) => job),
        this.leaseMs,
      );
      this.renewedWallAt = startedWallAt;
      all.forEach((holder, i) => {
        if (stood[i] === true) holder.renewedAt = startedAt;
        else this.lose(holder);
      });
    } catch {
      // Another try comes before the lease has ended; after that another worker may have the job.
      for (const holder of all) if (this.clock.now() - holder.renewedAt >= this.leaseMs) this.lose(holder);
    }
    if (this.holders.size > 0) this.schedule();
  }

  private lose(holder: Holder): void {
    if (holder.isListed && !holder.isLost) holder.lost();
  }
}
