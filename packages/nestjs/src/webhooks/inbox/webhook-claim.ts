import type { Clock, Store, Timer } from '@breakwater/core';
import { StoreLease, type StoreLeaseParts } from '@breakwater/core/adapter';
import { markWithin } from './mark-within.js';
import { answerIn, DONE, doneWith, type StoredAnswer } from './stored-answer.js';

export interface InboxTimes {
  /** How long a claim holds without a sign of life. */
  readonly leaseMs: number;
  /** How long a record is kept. */
  readonly keepMs: number;
}

/** `lost`: the lease had run out and another process took the delivery. */
export type Settlement = 'settled' | 'lost';

/**
 * The right to handle one delivery, under a lease. Every write names its version, so that a lost claim changes nothing.
 */
export class WebhookClaim {
  private readonly lease: StoreLease;
  private settlement: Promise<Settlement> | undefined;
  private last: Timer | undefined;
  /** A transaction may have marked the delivery, if it was committed. */
  private isMarked = false;

  constructor(
    private readonly claimed: Pick<StoreLeaseParts, 'key' | 'value' | 'version'>,
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly times: InboxTimes,
  ) {
    const { leaseMs, keepMs: ttlMs } = times;
    this.lease = new StoreLease({ ...claimed, store, clock, leaseMs, ttlMs });
  }

  /** Whether the outcome of the delivery is known. */
  get isSettled(): boolean {
    return this.settlement !== undefined;
  }

  /** The delivery has been handled: later copies get this answer. The first of `done` and `release` counts. */
  done(answer?: StoredAnswer): Promise<Settlement> {
    const record = answer === undefined ? DONE : doneWith(answer);
    return (this.settlement ??= this.end(this.lease.replace(record, this.times.keepMs)));
  }

  /** The delivery has not been handled: the sender's next try may. */
  release(): Promise<Settlement> {
    return (this.settlement ??= this.end(this.isMarked ? this.freeUnlessDone() : this.lease.free()));
  }

  /**
   * Marks the delivery as handled inside a transaction of the caller's: both are committed or neither. Throws when the
   * claim was lost, so that the transaction is rolled back; at once where the store is synchronous.
   */
  settleWithin(transaction: unknown, provider: string): Promise<void> {
    this.isMarked = true;
    return markWithin(this.lease, { store: this.store, transaction, provider, ttlMs: this.times.keepMs });
  }

  /** The outcome may never be known: the lease is left to run out. It can still be settled. */
  abandon(): void {
    this.last?.cancel();
    this.lease.abandon();
  }

  /** Renews the claim for `ms` longer, unless it is settled before. */
  abandonIn(ms: number): void {
    if (this.isSettled) return;
    this.last?.cancel();
    this.last = this.clock.schedule(ms, () => this.lease.abandon());
    this.last.unref();
  }

  /** Renews the claim for one more lease, unless it is settled before. */
  abandonAfterLease(): void {
    this.abandonIn(this.times.leaseMs);
  }

  /** A handler that failed after its transaction was committed has had its effect. */
  private async freeUnlessDone(): Promise<boolean> {
    const standing = await this.store.get(this.claimed.key);
    return standing !== undefined && answerIn(standing.value) !== undefined ? true : this.lease.free();
  }

  private async end(held: Promise<boolean>): Promise<Settlement> {
    this.last?.cancel();
    return (await held) ? 'settled' : 'lost';
  }
}
