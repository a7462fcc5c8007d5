import type { Clock } from '../time/clock.js';
import { Deadline } from '../time/deadline-list.js';
import type { Entry, PutResult, Store } from './store.js';
import { UnansweredClaims } from './unanswered-claims.js';

export interface StoreLeaseParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly key: string;
  /**
   * The value that the claim and each renewal write. It is unique to this claim, so a record that holds it is this
   * owner's. Or makes it, from how many milliseconds the claim has been held: then `owner` tells whose it is.
   */
  readonly value: string | ((heldMs: number) => string);
  /** Text that stands in each of the values of this claim, and in no other value. */
  readonly owner?: string;
  /** The version that the claim was written as. */
  readonly version: string;
  /** How long the claim holds without a sign of life. */
  readonly leaseMs: number;
  /** How long the record is kept. Longer than the lease: that something began must not be forgotten with it. */
  readonly ttlMs: number;
  /** Another owner has taken the key. */
  readonly onLost?: () => void;
  /** The store could not be reached. That does not end the lease: the next renewal may come in time. */
  readonly onMissed?: () => void;
}

/** A store that takes part in a transaction of the caller's. */
export interface JoinedStore extends Store {
  /** Offered where the client is synchronous, so that a transaction without `await` can be rolled back. */
  putNow?(...args: Parameters<Store['put']>): PutResult;
}

/** How a record is written inside a transaction. */
export interface Within {
  readonly ttlMs: number;
  /** Makes the error that has the transaction rolled back where another owner has taken the key. */
  onLost(): Error;
}

/**
 * The store inside a transaction of the caller's, on a connection to its own database; `undefined` where it can take
 * part in none.
 */
export function joinedStore(store: Store, transaction: unknown): JoinedStore | undefined {
  return (store as { within?(transaction: unknown): JoinedStore | undefined }).within?.(transaction);
}

/**
 * Holds a key that was claimed in a store: its record is written anew at a third of the lease, until that is ended or
 * lost. Every write names the version before it, so that an owner who lost the key changes nothing. A write that was
 * done although its answer was lost is recognised.
 */
export class StoreLease extends Deadline {
  private latest: string;
  private readonly claimedAt: number;

  constructor(private readonly parts: StoreLeaseParts) {
    super();
    this.latest = parts.version;
    this.claimedAt = parts.clock.now();
    this.schedule(this.claimedAt);
  }

  /** How long the claim has been held, in milliseconds. */
  get heldMs(): number {
    return this.parts.clock.now() - this.claimedAt;
  }

  /** The version of the latest write that is known. A write made past the lease names it. */
  get version(): string {
    return this.latest;
  }

  /**
   * Writes over the claim inside a transaction of the caller's, which `joined` takes part in, and stops renewing: a
   * renewal would write over it once that is committed. Throws the error of `onLost` where the key is no longer held;
   * at once where the store is synchronous, as a rejection otherwise. Until the transaction is committed, the claim
   * stands.
   */
  replaceWithin(joined: JoinedStore, value: string, { ttlMs, onLost }: Within): Promise<void> {
    this.abandon();
    const overwrite = () => [this.parts.key, value, { ttlMs, if: { version: this.latest } }] as const;
    const isOver = (result: PutResult) => this.isWritten(result, onLost);
    if (joined.putNow === undefined) return repeated(() => joined.put(...overwrite()), isOver);
    while (!isOver(joined.putNow(...overwrite())));
    return Promise.resolve();
  }

  /** Stops renewing: the lease is left to run out. */
  abandon(): void {
    this.remove();
  }

  /** It is time for another sign of life. The next one does not wait for an answer that may never come. */
  expire(): void {
    this.schedule(this.parts.clock.now());
    void this.renew();
  }

  /** Ends the lease with another record in place of the claim. Whether the key was still held. */
  replace(value: string, ttlMs: number): Promise<boolean> {
    this.abandon();
    return this.write(value, { ttlMs, pending: false });
  }

  /** Ends the lease and frees the key, for this process even where the store is away. Whether it was still held. */
  async free(): Promise<boolean> {
    this.abandon();
    try {
      return await this.delete();
    } catch (error) {
      const { store, clock, leaseMs, owner, value } = this.parts;
      UnansweredClaims.of(store).add({ owner: owner ?? String(value), leaseMs }, clock);
      throw error;
    }
  }

  /** Whether what stands under the key is still the claim. `undefined` stands where nothing does. */
  holds(standing: Entry | undefined): boolean {
    const { owner, value } = this.parts;
    if (standing === undefined) return false;
    return owner === undefined ? standing.value === value : standing.value.includes(owner);
  }

  private async delete(): Promise<boolean> {
    const { store, key } = this.parts;
    for (;;) {
      const version = this.latest;
      if (await store.delete(key, { version })) return true;
      if (!this.recognise(await store.get(key), version)) return false;
    }
  }

  /** A renewal may have come between: then the claim is the same, with another version. */
  private isWritten(result: PutResult, onLost: () => Error): boolean {
    if ('written' in result) {
      this.latest = result.written.version;
      return true;
    }
    if (this.recognise(result.standing, this.latest)) return false;
    throw onLost();
  }

  /** Leases of one length share a timer. */
  private schedule(now: number): void {
    this.parts.clock.expireInBackground(this.parts.leaseMs / 3, this, now);
  }

  private get isAbandoned(): boolean {
    return this.list === undefined;
  }

  private async renew(): Promise<void> {
    const { value, ttlMs, onLost, onMissed } = this.parts;
    try {
      const renewed = typeof value === 'string' ? value : value(this.heldMs);
      if ((await this.write(renewed, { ttlMs, pending: true })) || this.isAbandoned) return;
      this.abandon();
      onLost?.();
    } catch {
      if (!this.isAbandoned) onMissed?.();
    }
  }

  /** Writes over the claim, whichever renewal wrote what stands there. Whether the key was still held. */
  private async write(value: string, record: { ttlMs: number; pending: boolean }): Promise<boolean> {
    const { store, key } = this.parts;
    for (;;) {
      const version = this.latest;
      const result = await store.put(key, value, { ...record, if: { version } });
      if ('written' in result) {
        this.latest = result.written.version;
        return true;
      }
      if (!this.recognise(result.standing, version)) return false;
    }
  }

  /**
   * Goes on from what stands there in place of `version` if it is the claim: the answer to a renewal was lost, or is on
   * its way.
   */
  private recognise(standing: Entry | undefined, version: string): boolean {
    if (!this.holds(standing) || standing!.version === version) return false;
    this.latest = standing!.version;
    return true;
  }
}

async function repeated(write: () => Promise<PutResult>, isOver: (result: PutResult) => boolean): Promise<void> {
  while (!isOver(await write()));
}
