import type { Clock } from '../time/clock.js';
import { MemoryBus } from './memory-bus.js';
import { MemoryCounters } from './memory-counters.js';
import { requireCount, type CountResult, type SlidingWindow } from './sliding-count.js';
import { EvictionReports, warnOnce, type Eviction } from './eviction-reports.js';
import { MemoryEntries, type Bounds } from './memory-entries.js';
import type { Held } from './memory-share.js';
import type { AdvanceResult, Entry, PutCondition, PutOptions, PutResult, Store } from './store.js';
import { SystemClock } from '../time/system-clock.js';

const MAX_ENTRIES = 100_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** How large a `MemoryStore` grows, and what is told of what it forgets. */
export interface MemoryStoreOptions {
  /** Default: the machine's. */
  clock?: Clock;
  /** Default 100 000. Virtual clocks and counters are bounded by as many each. */
  maxEntries?: number | undefined;
  /** The size of keys and values with what it takes to hold them, about. Default 64 MiB. */
  maxBytes?: number | undefined;
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
  private readonly clock: Clock;
  private readonly onEvicted: (eviction: Eviction) => void;
  private readonly bounds: Bounds;
  private versions = 0;
  // Each is made when it is first needed: most providers keep nothing in their store.
  private madeEntries: MemoryEntries | undefined = undefined;
  private madeCounters: MemoryCounters | undefined = undefined;

  constructor(options: MemoryStoreOptions = {}) {
    const { maxEntries = MAX_ENTRIES, maxBytes = MAX_BYTES, onEvicted = warnOnce() } = options;
    this.clock = options.clock ?? new SystemClock();
    this.onEvicted = onEvicted;
    this.bounds = { maxEntries, maxBytes };
  }

  get size(): number {
    return (this.madeEntries?.size ?? 0) + (this.madeCounters?.size ?? 0);
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
    const by = { byMs: numeric(byMs, 'byMs'), windowMs: numeric(windowMs, 'windowMs') };
    return this.counters.advance(key, by, this.clock.now());
  }

  async count(key: string, by: number, window: SlidingWindow): Promise<CountResult> {
    requireCount(by, window, 'MemoryStore');
    return this.counters.count(key, by, { window, now: this.clock.now() });
  }

  async close(): Promise<void> {
    this.madeEntries?.clear();
    this.madeCounters?.clear();
    await this.bus.close();
  }

  private get entries(): MemoryEntries {
    return (this.madeEntries ??= this.newEntries());
  }

  private get counters(): MemoryCounters {
    return (this.madeCounters ??= new MemoryCounters(this.bounds.maxEntries));
  }

  private newEntries(): MemoryEntries {
    const reports = new EvictionReports(this.onEvicted);
    return new MemoryEntries(this.bounds, (share, now) => {
      this.evicted++;
      reports.note(share, now);
    });
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
