import { ExpiryQueue } from './expiry-queue.js';
import { MemoryShare, type Held } from './memory-share.js';

/** How many expired entries each new one removes at most. More than one, so that they never pile up. */
const SWEEP_PER_WRITE = 4;
/** Bytes of an entry beside its key and value, about. */
const OVERHEAD = 200;
/** Beyond it, keys of further prefixes have one share together: finding the largest share takes a look at each. */
const MOST_SHARES = 200;

export interface Bounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** An entry as it is written. */
export interface NewEntry {
  readonly key: string;
  readonly value: string;
  readonly version: string;
  readonly expiresAt: number;
  readonly pending: boolean;
}

/**
 * The entries of a memory store, within its bounds. Where there is no room, those go first whose time has run out, and
 * then the oldest entry that is not pending, of the share that holds the most: a write never pushes out an entry of a
 * share that holds less than its own.
 */
export class MemoryEntries {
  private readonly byKey = new Map<string, Held>();
  private readonly shares = new Map<string, MemoryShare>();
  private readonly expiries = new ExpiryQueue<Held>();
  private bytes = 0;

  constructor(
    private readonly bounds: Bounds,
    private readonly onEvicted: (share: string, now: number) => void,
  ) {}

  get size(): number {
    return this.byKey.size;
  }

  find(key: string, now: number): Held | undefined {
    const held = this.byKey.get(key);
    if (held === undefined || held.expiresAt > now) return held;
    this.remove(held);
    return undefined;
  }

  /** Throws an error where there is no room for a pending entry but that of other pending ones. */
  add(entry: NewEntry, now: number): Held {
    const { key, value, version, expiresAt, pending } = entry;
    const share = this.shareOf(key);
    const bytes = bytesOf(entry);
    const links = { older: undefined, newer: undefined };
    const places = { ...links, expiryPlace: -1 };
    const held: Held = { key, value, version, writtenAt: now, expiresAt, pending, bytes, share, ...places };
    this.byKey.set(key, held);
    share.add(held);
    this.expiries.add(held);
    this.bytes += bytes;
    for (let i = 0; i < SWEEP_PER_WRITE && this.removeExpired(now); i++);
    if (!this.makeRoom(held, now)) {
      this.remove(held);
      throw new Error(`MemoryStore is full: every entry that could make room for '${share.name}' is pending`);
    }
    return held;
  }

  /** Writes over an entry that stands there. A pending one is renewed also where there is no room. */
  replace(held: Held, { value, version, expiresAt, pending }: NewEntry, now: number): void {
    const { share } = held;
    this.bytes -= held.bytes;
    share.remove(held);
    held.value = value;
    held.version = version;
    held.writtenAt = now;
    held.expiresAt = expiresAt;
    held.pending = pending;
    held.bytes = bytesOf(held);
    share.add(held);
    this.expiries.move(held);
    this.bytes += held.bytes;
    this.makeRoom(held, now);
  }

  remove(held: Held): void {
    const { share } = held;
    this.byKey.delete(held.key);
    this.bytes -= held.bytes;
    this.expiries.remove(held);
    share.remove(held);
    if (share.entries === 0) this.shares.delete(share.name);
  }

  clear(): void {
    this.byKey.clear();
    this.shares.clear();
    this.expiries.clear();
    this.bytes = 0;
  }

  /** Removes the entry whose time ran out first; `false` where there is none. */
  private removeExpired(now: number): boolean {
    const { first } = this.expiries;
    if (first === undefined || first.expiresAt > now) return false;
    this.remove(first);
    return true;
  }

  /** Whether there is room for an entry that was written. */
  private makeRoom(written: Held, now: number): boolean {
    while (this.byKey.size > this.bounds.maxEntries || this.bytes > this.bounds.maxBytes) {
      if (this.removeExpired(now)) continue;
      const victim = this.victimOf(written.share);
      if (victim === undefined) return false;
      this.remove(victim);
      this.onEvicted(victim.share.name, now);
    }
    return true;
  }

  /** The entry to evict for a write to a share: one of its own, or of a share that holds more. */
  private victimOf(own: MemoryShare): Held | undefined {
    const measure = this.bytes > this.bounds.maxBytes ? 'bytes' : 'entries';
    let largest: MemoryShare | undefined;
    for (const share of this.shares.values()) {
      if (share.evictable === undefined || (share !== own && share[measure] <= own[measure])) continue;
      if (largest === undefined || share[measure] > largest[measure]) largest = share;
    }
    return largest?.evictable;
  }

  private shareOf(key: string): MemoryShare {
    let name = prefixOf(key);
    let share = this.shares.get(name);
    if (share === undefined && this.shares.size >= MOST_SHARES) share = this.shares.get((name = ''));
    if (share === undefined) this.shares.set(name, (share = new MemoryShare(name)));
    return share;
  }
}

function bytesOf({ key, value }: Pick<NewEntry, 'key' | 'value'>): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value) + OVERHEAD;
}

/** The purpose of a key and the provider, such as `idempotency:payments` of `idempotency:payments:…`. */
function prefixOf(key: string): string {
  const first = key.indexOf(':');
  const second = first === -1 ? -1 : key.indexOf(':', first + 1);
  return second === -1 ? '' : key.slice(0, second);
}
