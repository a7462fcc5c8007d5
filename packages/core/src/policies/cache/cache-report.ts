import type { EmitOf } from '../../events/event-hub.js';
import type { BypassReason, CacheEvents, CacheSnapshot } from './cache.telemetry.js';

/** The report of a cache: counters, and the events that matter. Never a key, an argument or an answer. */
export class CacheReport {
  hits = 0;
  misses = 0;
  fromStore = 0;
  stale = 0;
  coalesced = 0;
  refreshes = 0;
  refreshesFailed = 0;
  uncached = 0;
  private readonly told = new Set<string>();

  constructor(private readonly emit: EmitOf<CacheEvents>) {}

  /** A call went by the cache. Each reason is told once. */
  bypassed(reason: BypassReason, operation: string): void {
    this.uncached++;
    if (this.told.has(reason)) return;
    this.told.add(reason);
    this.emit('cache.bypassed', { reason }, operation);
  }

  /** An answer stays in this process. Each reason is told once. */
  notShared(reason: 'value' | 'size', operation: string): void {
    if (this.told.has(`not shared: ${reason}`)) return;
    this.told.add(`not shared: ${reason}`);
    this.emit('cache.notShared', { reason }, operation);
  }

  /** So many calls got a stale answer in place of a failure. */
  stoodIn(calls: number, detail: { outcome: string; ageMs: number }, operation: string): void {
    this.stale += calls;
    if (calls > 0) this.emit('cache.stale', { ...detail, calls }, operation);
  }

  /** A fetch in the background has failed. */
  refreshFailed(outcome: string, operation: string): void {
    this.refreshesFailed++;
    this.emit('cache.refreshFailed', { outcome }, operation);
  }

  get counters(): Omit<CacheSnapshot, 'entries' | 'loading' | 'bytes'> {
    const { hits, misses, fromStore, stale, coalesced, refreshes, refreshesFailed, uncached } = this;
    return { hits, misses, fromStore, stale, coalesced, refreshes, refreshesFailed, uncached };
  }
}
