import { slidingCount, type CountResult, type Slice, type SlidingWindow } from './sliding-count.js';
import type { AdvanceResult } from './store.js';

interface Counted {
  readonly slices: readonly Slice[];
  /** When the last slice has left the window. */
  readonly expiresAt: number;
}

/** How many counters each write looks at for expiry. More than one, so that the expired never pile up. */
const SWEEP_PER_WRITE = 4;

/** The virtual clocks and sliding counts of a memory store, at most `most` of each. */
export class MemoryCounters {
  private readonly clocks = new Map<string, number>();
  private readonly counts = new Map<string, Counted>();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.clocks.size + this.counts.size;
  }

  advance(key: string, { byMs, windowMs }: { byMs: number; windowMs: number }, now: number): AdvanceResult {
    const standing = Math.max(now, this.clocks.get(key) ?? now);
    const ahead = standing + byMs - now;
    if (ahead > windowMs) return { admitted: false, aheadMs: standing - now, retryAfterMs: ahead - windowMs };
    this.clocks.delete(key);
    if (ahead > 0) this.clocks.set(key, now + ahead);
    // One that now has caught up with says nothing any more.
    tidy(this.clocks, (at) => at <= now || this.clocks.size > this.most);
    return { admitted: true, aheadMs: ahead, retryAfterMs: 0 };
  }

  count(key: string, by: number, { window, now }: { window: SlidingWindow; now: number }): CountResult {
    const standing = this.counts.get(key)?.slices ?? [];
    const { counted, result } = slidingCount(standing, by, { window, now });
    this.counts.delete(key);
    const last = counted.at(-1);
    if (last !== undefined) this.counts.set(key, { slices: counted, expiresAt: last[0] + window.windowMs });
    tidy(this.counts, ({ expiresAt }) => expiresAt <= now || this.counts.size > this.most);
    return result;
  }

  clear(): void {
    this.clocks.clear();
    this.counts.clear();
  }
}

/** Looks at those written first. */
function tidy<T>(counters: Map<string, T>, isOver: (counter: T) => boolean): void {
  let looked = 0;
  for (const [key, counter] of counters) {
    if (isOver(counter)) counters.delete(key);
    if (++looked === SWEEP_PER_WRITE) break;
  }
}
