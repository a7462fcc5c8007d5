import type { Clock } from '../time/clock.js';
import { MemoryBus } from './memory-bus.js';
import { requireCount, slidingCount, type CountResult, type Slice, type SlidingWindow } from './sliding-count.js';
import { EvictionReports, warnOnce, type Eviction } from './eviction-reports.js';
import { MemoryEntries } from './memory-entries.js';
import type { Held } from './memory-share.js';
import type { AdvanceResult, Entry, PutCondition, PutOptions, PutResult, Store } from './store.js';
import { SystemClock } from '../time/system-clock.js';

interface Counted {
  readonly slices: readonly Slice[];
  /** When the last slice has left the window. */
  readonly expiresAt: number;
}

/** How many counters each write looks at for expiry. More than one, so that the expired never pile up. */
const SWEEP_PER_WRITE = 4;
const MAX_ENTRIES = 100_000;
const MAX_BYTES = 64 * 1024 * 1024;

export interface MemoryStoreOptions {
  /** Default: the machine's. */
  clock?: Clock;
  /** Default 100 000. Virtual clocks and counters are bounded by as many each. */
  maxEntries?: number;
  /** The size of keys and values with what it takes to hold them, about. Default 64 MiB. */
  maxBytes?: number;
  /**
   * Told of the first eviction of a share, and after that at most once a minute. Default: a warning of the process,
   * once.
   */
  onEvicted?: (eviction: Eviction) => void;
}

/**
 * State of one process. Sets no timer: each new entry sweeps a few others. Beyond its bounds the oldest entries go
 * first, of the provider that holds the most, and never one that is pending: where only those are left, a write
 * rejects.
 */
export class MemoryStore implements Store {
  /** How many entries were evicted before their time. */
  evicted = 0;
  readonly bus = new MemoryBus();
  private readonly entries: MemoryEntries;
  private readonly clocks = new Map<string, number>();
  private readonly counts = new Map<string, Counted>();
  private readonly clock: Clock;
  private readonly maxEntries: number;
  private readonly reports: EvictionReports;
  private versions = 0;

  constructor(options: MemoryStoreOptions = {}) {
    const { maxEntries = MAX_ENTRIES, maxBytes = MAX_BYTES, onEvicted = warnOnce() } = options;
    this.clock = options.clock ?? new SystemClock();
    this.maxEntries = maxEntries;
    this.reports = new EvictionReports(onEvicted);
    this.entries = new MemoryEntries({ maxEntries, maxBytes }, (share, now) => {
      this.evicted++;
      this.reports.note(share, now);
    });
  }

  get size(): number {
    return this.entries.size + this.clocks.size + this.counts.size;
  }

  async get(key: string): Promise<Entry | undefined> {
    const now = this.clock.now();
    const held = this.entries.find(key, now);
    return held && entryOf(held, now);
  }

  async put(key: string, value: string, when: PutOptions): Promise<PutResult> {
    const now = this.clock.now();
    const expiresAt = now + numeric(when.ttlMs, 'ttlMs');
    const held = this.entries.find(key, now);
    if (!allows(when.if, held)) return { standing: held && entryOf(held, now) };
    const version = String(++this.versions);
    const entry = { key, value, version, expiresAt, pending: when.pending === true };
    if (held === undefined) this.entries.add(entry, now);
    else this.entries.replace(held, entry, now);
    return { written: { value, version, ageMs: 0 } };
  }

  async delete(key: string, when?: { version: string }): Promise<boolean> {
    const held = this.entries.find(key, this.clock.now());
    if (held === undefined || (when && when.version !== held.version)) return false;
    this.entries.remove(held);
    return true;
  }

  async advance(key: string, byMs: number, windowMs: number): Promise<AdvanceResult> {
    const now = this.clock.now();
    const standing = Math.max(now, this.clocks.get(key) ?? now);
    const ahead = standing + numeric(byMs, 'byMs') - now;
    if (ahead > numeric(windowMs, 'windowMs'))
      return { admitted: false, aheadMs: standing - now, retryAfterMs: ahead - windowMs };
    this.clocks.delete(key);
    if (ahead > 0) this.clocks.set(key, now + ahead);
    this.tidyClocks(now);
    return { admitted: true, aheadMs: ahead, retryAfterMs: 0 };
  }

  async count(key: string, by: number, window: SlidingWindow): Promise<CountResult> {
    requireCount(by, window, 'MemoryStore');
    const now = this.clock.now();
    const standing = this.counts.get(key)?.slices ?? [];
    const { counted, result } = slidingCount(standing, by, { window, now });
    this.counts.delete(key);
    const last = counted.at(-1);
    if (last !== undefined) this.counts.set(key, { slices: counted, expiresAt: last[0] + window.windowMs });
    this.tidyCounts(now);
    return result;
  }

  async close(): Promise<void> {
    this.entries.clear();
    this.clocks.clear();
    this.counts.clear();
    await this.bus.close();
  }

  private tidyCounts(now: number): void {
    let looked = 0;
    for (const [key, { expiresAt }] of this.counts) {
      if (expiresAt <= now || this.counts.size > this.maxEntries) this.counts.delete(key);
      if (++looked === SWEEP_PER_WRITE) break;
    }
  }

  /** Virtual clocks that now has caught up with say nothing any more. Those written first are looked at first. */
  private tidyClocks(now: number): void {
    let looked = 0;
    for (const [key, at] of this.clocks) {
      if (at <= now || this.clocks.size > this.maxEntries) this.clocks.delete(key);
      if (++looked === SWEEP_PER_WRITE) break;
    }
  }
}

function allows(condition: PutCondition, held: Held | undefined): boolean {
  if (condition === 'always') return true;
  return condition === 'absent' ? held === undefined : held?.version === condition.version;
}

function entryOf(held: Held, now: number): Entry {
  return { value: held.value, version: held.version, ageMs: now - held.writtenAt };
}

function numeric(value: number, what: string): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new TypeError(`MemoryStore: expected ${what} to be a number of milliseconds, got ${String(value)}`);
}
