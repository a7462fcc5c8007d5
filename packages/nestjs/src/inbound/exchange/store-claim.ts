import { ResilienceConfigurationError, type Clock, type Store, type Timer } from '@breakwater/core';
import { joinedStore, StoreLease, UnansweredClaims, type StoreLeaseParts } from '@breakwater/core/adapter';

export interface StoreClaimParts extends Pick<StoreLeaseParts, 'key' | 'value' | 'version' | 'onLost'> {
  readonly store: Store;
  readonly clock: Clock;
  /** How long the claim holds without a sign of life. */
  readonly leaseMs: number;
  /** How long a record is kept. */
  readonly keepMs: number;
}

/** `lost`: the lease had run out and another process took the key. */
export type Settlement = 'settled' | 'lost';

/**
 * The right to handle one request, under a lease in the store. It is settled once, by the first who does. Every write
 * names its version, so that a lost claim changes nothing.
 */
export class StoreClaim {
  private readonly lease: StoreLease;
  private settlement: Promise<Settlement> | undefined;
  private last: Timer | undefined;
  /** A transaction may have settled it, if it was committed. */
  private isMarked = false;

  constructor(private readonly parts: StoreClaimParts) {
    const { leaseMs, keepMs: ttlMs } = parts;
    this.lease = new StoreLease({ ...parts, leaseMs, ttlMs });
  }

  /** Whether the outcome of the request is known. */
  get isSettled(): boolean {
    return this.settlement !== undefined;
  }

  /** Settles it with a record in place of the claim. */
  replace(record: string): Promise<Settlement> {
    return (this.settlement ??= this.end(this.lease.replace(record, this.parts.keepMs)));
  }

  /** The same for a request that has failed: one that a transaction has settled stays as it is. */
  replaceUnlessDone(record: string): Promise<Settlement> {
    const replace = () => this.lease.replace(record, this.parts.keepMs);
    return (this.settlement ??= this.end(this.unlessDone(replace)));
  }

  /** Frees the key, for another try, unless a transaction has settled it. */
  free(): Promise<Settlement> {
    return (this.settlement ??= this.end(this.unlessDone(() => this.unclaim())));
  }

  /** Where the store is away, the next try that comes to this process takes the claim over. */
  private async unclaim(): Promise<boolean> {
    try {
      return await this.lease.free();
    } catch (error) {
      const { store, clock, value, leaseMs } = this.parts;
      UnansweredClaims.of(store).add({ owner: String(value), leaseMs }, clock);
      throw error;
    }
  }

  /**
   * Settles it inside a transaction of the caller's: both are committed or neither. Throws the error of `onLost` when
   * the claim was lost, so that the transaction is rolled back; at once where the store is synchronous.
   */
  replaceWithin(transaction: unknown, record: string, onLost: () => Error): Promise<void> {
    const { store, keepMs: ttlMs } = this.parts;
    const joined = joinedStore(store, transaction);
    if (joined === undefined) throw cannotJoin();
    this.isMarked = true;
    return this.lease.replaceWithin(joined, record, { ttlMs, onLost });
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
    this.last = this.parts.clock.schedule(ms, () => this.lease.abandon());
    this.last.unref();
  }

  /** Renews the claim for one more lease, unless it is settled before. */
  abandonAfterLease(): void {
    this.abandonIn(this.parts.leaseMs);
  }

  /** A handler that failed after its transaction was committed has had its effect. */
  private async unlessDone(write: () => Promise<boolean>): Promise<boolean> {
    if (!this.isMarked) return write();
    const standing = await this.parts.store.get(this.parts.key);
    return standing !== undefined && !this.lease.holds(standing) ? true : write();
  }

  private async end(held: Promise<boolean>): Promise<Settlement> {
    this.last?.cancel();
    return (await held) ? 'settled' : 'lost';
  }
}

function cannotJoin(): ResilienceConfigurationError {
  return new ResilienceConfigurationError([
    {
      path: 'resilience.store',
      message:
        'it cannot take part in a transaction, as settle() asks: use a store of the database that the transaction is in, such as SqliteStore or PostgresStore',
    },
  ]);
}
