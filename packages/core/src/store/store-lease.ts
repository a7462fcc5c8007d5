import type { Clock } from '../time/clock.js';
import type { Timer } from '../time/timer.js';
import type { Entry, PutResult, Store } from './store.js';

export interface StoreLeaseParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly key: string;
  /**
   * The value that the claim and each renewal write. It is unique to this claim, so a record that holds it is this
   * owner's.
   */
  readonly value: string;
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

/**
 * Holds a key that was claimed in a store: its record is written anew at a third of the lease, until that is ended or
 * lost. Every write names the version before it, so that an owner who lost the key changes nothing. A write that was
 * done although its answer was lost is recognised.
 */
export class StoreLease {
  private timer: Timer | undefined;
  private latest: string;

  constructor(private readonly parts: StoreLeaseParts) {
    this.latest = parts.version;
    this.schedule();
  }

  /** The version of the latest write that is known. A write made past the lease names it. */
  get version(): string {
    return this.latest;
  }

  /**
   * Goes on from a write over the claim that was made past the lease, such as inside a transaction: `'again'` where a
   * renewal came between.
   */
  goOnFrom(result: PutResult): 'written' | 'again' | 'lost' {
    if (!('written' in result)) return this.recognise(result.standing, this.latest) ? 'again' : 'lost';
    this.latest = result.written.version;
    return 'written';
  }

  /** Stops renewing: the lease is left to run out. */
  abandon(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  /** Ends the lease with another record in place of the claim. Whether the key was still held. */
  replace(value: string, ttlMs: number): Promise<boolean> {
    this.abandon();
    return this.write(value, { ttlMs, pending: false });
  }

  /** Ends the lease and frees the key. Whether it was still held. */
  async free(): Promise<boolean> {
    this.abandon();
    const { store, key } = this.parts;
    for (;;) {
      const version = this.latest;
      if (await store.delete(key, { version })) return true;
      if (!this.recognise(await store.get(key), version)) return false;
    }
  }

  private schedule(): void {
    this.timer = this.parts.clock.schedule(this.parts.leaseMs / 3, () => {
      // The next one does not wait for an answer that may never come.
      this.schedule();
      void this.renew();
    });
    this.timer.unref();
  }

  private async renew(): Promise<void> {
    const { value, ttlMs, onLost, onMissed } = this.parts;
    try {
      if ((await this.write(value, { ttlMs, pending: true })) || this.timer === undefined) return;
      this.abandon();
      onLost?.();
    } catch {
      if (this.timer !== undefined) onMissed?.();
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
    if (standing?.value !== this.parts.value || standing.version === version) return false;
    this.latest = standing.version;
    return true;
  }
}
