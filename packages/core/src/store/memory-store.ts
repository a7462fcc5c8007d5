import type { Clock } from '../time/clock.js';
import { MemoryBus } from './memory-bus.js';
import { requireCount, slidingCount, type CountResult, type Slice, type SlidingWindow } from './sliding-count.js';
import type { AdvanceResult, Entry, PutCondition, PutResult, Store } from './store.js';
import { SystemClock } from '../time/system-clock.js';

interface Held {
  readonly value: string;
  readonly version: string;
  readonly writtenAt: number;
  readonly expiresAt: number;
}

interface Counted {
  readonly slices: readonly Slice[];
  /** When the last slice has left the window. */
  readonly expiresAt: number;
}

/** How many entries each write looks at for expiry. More than one, so that the expired never pile up. */
const SWEEP_PER_WRITE = 4;

/**
 * State of one process. Sets no timer: each write sweeps a few entries. Holds at most `maxEntries` (default 100 000);
 * beyond it the oldest entry goes first, so size it above the number of keys that are alive at once.
 */
export class MemoryStore implements Store {
  private readonly entries = new Map<string, Held>();
  private readonly clocks = new Map<string, number>();
  private readonly counts = new Map<string, Counted>();
  readonly bus = new MemoryBus();
  private readonly clock: Clock;
  private readonly maxEntries: number;
  private sweep: Iterator<[string, Held]> | undefined;
  private versions = 0;

  constructor(options: { clock?: Clock; maxEntries?: number } = {}) {
    this.clock = options.clock ?? new SystemClock();
    this.maxEntries = options.maxEntries ?? 100_000;
  }

  get size(): number {
    return this.entries.size + this.clocks.size + this.counts.size;
  }

  async get(key: string): Promise<Entry | undefined> {
    const now = this.clock.now();
    const held = this.live(key, now);
    return held && entryOf(held, now);
  }

  async put(key: string, value: string, when: { ttlMs: number; if: PutCondition }): Promise<PutResult> {
    const now = this.clock.now();
    const expiresAt = now + numeric(when.ttlMs, 'ttlMs');
    const held = this.live(key, now);
    if (!allows(when.if, held)) return { standing: held && entryOf(held, now) };
    const next: Held = { value, version: String(++this.versions), writtenAt: now, expiresAt };
    this.entries.delete(key);
    this.entries.set(key, next);
    this.tidy(now);
    return { written: entryOf(next, now) };
  }

  async delete(key: string, when?: { version: string }): Promise<boolean> {
    const held = this.live(key, this.clock.now());
    if (held === undefined || (when && when.version !== held.version)) return false;
    return this.entries.delete(key);
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

  private live(key: string, now: number): Held | undefined {
    const held = this.entries.get(key);
    if (held === undefined || held.expiresAt > now) return held;
    this.entries.delete(key);
    return undefined;
  }

  private tidy(now: number): void {
    for (let i = 0; i < SWEEP_PER_WRITE; i++) {
      const step = (this.sweep ??= this.entries.entries()).next();
      if (step.done) {
        this.sweep = undefined;
        break;
      }
      if (step.value[1].expiresAt <= now) this.entries.delete(step.value[0]);
    }
    if (this.entries.size > this.maxEntries) this.entries.delete(this.entries.keys().next().value!);
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
