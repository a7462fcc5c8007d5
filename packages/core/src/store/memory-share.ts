import type { Expiring } from './expiry-queue.js';

/** An entry of a memory store, in the list of its share while it may be evicted. */
export interface Held extends Expiring {
  readonly key: string;
  value: string;
  version: string;
  writtenAt: number;
  bytes: number;
  /** Whether it stands for work under way, so that it is never evicted. */
  pending: boolean;
  readonly share: MemoryShare;
  older: Held | undefined;
  newer: Held | undefined;
}

/** The entries of one kind and provider: those that may be evicted in the order in which they were written. */
export class MemoryShare {
  entries = 0;
  bytes = 0;
  private oldest: Held | undefined;
  private newest: Held | undefined;

  constructor(readonly name: string) {}

  /** The first that may be evicted. */
  get evictable(): Held | undefined {
    return this.oldest;
  }

  add(held: Held): void {
    this.entries++;
    this.bytes += held.bytes;
    if (held.pending) return;
    held.older = this.newest;
    if (this.newest === undefined) this.oldest = held;
    else this.newest.newer = held;
    this.newest = held;
  }

  remove(held: Held): void {
    this.entries--;
    this.bytes -= held.bytes;
    if (held.pending) return;
    if (held.older === undefined) this.oldest = held.newer;
    else held.older.newer = held.newer;
    if (held.newer === undefined) this.newest = held.older;
    else held.newer.older = held.older;
    held.older = held.newer = undefined;
  }
}
