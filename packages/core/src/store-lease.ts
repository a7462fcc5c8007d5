import type { Clock, Timer } from './clock.js';
import type { Store } from './store.js';

export interface StoreLeaseParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly key: string;
  /** What is written at each renewal. */
  readonly value: string;
  /** The version that the claim was written as. */
  readonly version: string;
  /** How long the claim holds without a sign of life. */
  readonly leaseMs: number;
  /** How long the record is kept. Longer than the lease: that something began must not be forgotten with it. */
  readonly ttlMs: number;
  /** Somebody else has taken the key. */
  readonly onLost?: () => void;
  /** The store could not be reached. That does not end the lease: the next renewal may come in time. */
  readonly onMissed?: () => void;
}

/** Holds a key that was claimed in a store: its record is written anew at a third of the lease, until that is ended or lost. */
export class StoreLease {
  private timer: Timer | undefined;
  private renewing: Promise<void> | undefined;
  private latest: string;

  constructor(private readonly parts: StoreLeaseParts) {
    this.latest = parts.version;
    this.schedule();
  }

  /** The fencing token: every write after the claim names it. It is the last one once `end` has resolved. */
  get version(): string {
    return this.latest;
  }

  /** Stops renewing: the lease is left to run out. */
  abandon(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  /** Stops renewing, and resolves when no renewal is under way. */
  async end(): Promise<void> {
    this.abandon();
    await this.renewing;
  }

  private schedule(): void {
    this.timer = this.parts.clock.schedule(this.parts.leaseMs / 3, () => {
      this.renewing = this.renew();
    });
    this.timer.unref();
  }

  private async renew(): Promise<void> {
    const { store, key, value, ttlMs, onLost, onMissed } = this.parts;
    try {
      const result = await store.put(key, value, { ttlMs, if: { version: this.latest } });
      if ('standing' in result) {
        this.abandon();
        return onLost?.();
      }
      this.latest = result.written.version;
    } catch {
      onMissed?.();
    }
    if (this.timer !== undefined) this.schedule();
  }
}
