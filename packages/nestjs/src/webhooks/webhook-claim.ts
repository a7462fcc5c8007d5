import type { Clock, Store, Timer } from '@breakwater/core';

export const CLAIMED = 'claimed';
export const DONE = 'done';

export interface InboxTimes {
  /** How long a claim holds without a sign of life. */
  readonly leaseMs: number;
  /** How long a record is kept. */
  readonly keepMs: number;
}

/** `lost`: the lease had run out and another process took the delivery. */
export type Settlement = 'settled' | 'lost';

/** The right to handle one delivery. Renewed at a third of its lease; every write names the version, so that whoever lost it changes nothing. */
export class WebhookClaim {
  private timer: Timer | undefined;
  private renewing: Promise<void> | undefined;
  private settlement: Promise<Settlement> | undefined;

  constructor(
    private readonly key: string,
    private version: string,
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly times: InboxTimes,
  ) {
    this.schedule();
  }

  /** Whether it is known what became of the delivery. */
  get isSettled(): boolean {
    return this.settlement !== undefined;
  }

  /** The delivery has been handled: later copies are duplicates. The first of `done` and `release` counts. */
  done(): Promise<Settlement> {
    return (this.settlement ??= this.settle(async () => {
      const result = await this.store.put(this.key, DONE, { ttlMs: this.times.keepMs, if: { version: this.version } });
      return 'written' in result;
    }));
  }

  /** The delivery has not been handled: the sender's next try may. */
  release(): Promise<Settlement> {
    return (this.settlement ??= this.settle(() => this.store.delete(this.key, { version: this.version })));
  }

  /** Nobody knows whether it will be handled: the lease is left to run out. It can still be settled. */
  abandon(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  private async settle(write: () => Promise<boolean>): Promise<Settlement> {
    this.abandon();
    // A renewal under way changes the version.
    await this.renewing;
    return (await write()) ? 'settled' : 'lost';
  }

  private schedule(): void {
    this.timer = this.clock.schedule(this.times.leaseMs / 3, () => {
      this.renewing = this.renew();
    });
    this.timer.unref();
  }

  private async renew(): Promise<void> {
    try {
      const condition = { ttlMs: this.times.keepMs, if: { version: this.version } };
      const result = await this.store.put(this.key, CLAIMED, condition);
      if (!('written' in result)) return this.abandon();
      this.version = result.written.version;
    } catch {
      // A store that is away for a moment does not end the lease: the next renewal may come in time.
    }
    if (this.timer !== undefined) this.schedule();
  }
}
