import type { Clock, Store } from '@breakwater/core';
import { StoreLease, type StoreLeaseParts } from '@breakwater/core/adapter';

export const DONE = 'done';

export interface InboxTimes {
  /** How long a claim holds without a sign of life. */
  readonly leaseMs: number;
  /** How long a record is kept. */
  readonly keepMs: number;
}

/** `lost`: the lease had run out and another process took the delivery. */
export type Settlement = 'settled' | 'lost';

/** The right to handle one delivery, under a lease. Every write names its version, so that whoever lost it changes nothing. */
export class WebhookClaim {
  private readonly lease: StoreLease;
  private settlement: Promise<Settlement> | undefined;

  constructor(
    claimed: Pick<StoreLeaseParts, 'key' | 'value' | 'version'>,
    store: Store,
    clock: Clock,
    private readonly times: InboxTimes,
  ) {
    const { leaseMs, keepMs: ttlMs } = times;
    this.lease = new StoreLease({ ...claimed, store, clock, leaseMs, ttlMs });
  }

  /** Whether it is known what became of the delivery. */
  get isSettled(): boolean {
    return this.settlement !== undefined;
  }

  /** The delivery has been handled: later copies are duplicates. The first of `done` and `release` counts. */
  done(): Promise<Settlement> {
    return (this.settlement ??= settlement(this.lease.replace(DONE, this.times.keepMs)));
  }

  /** The delivery has not been handled: the sender's next try may. */
  release(): Promise<Settlement> {
    return (this.settlement ??= settlement(this.lease.free()));
  }

  /** Nobody knows whether it will be handled: the lease is left to run out. It can still be settled. */
  abandon(): void {
    this.lease.abandon();
  }
}

async function settlement(held: Promise<boolean>): Promise<Settlement> {
  return (await held) ? 'settled' : 'lost';
}
