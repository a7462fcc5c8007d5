import type { EmitOf } from '../../events/event-hub.js';
import type { HttpBypassReason, HttpCacheEvents, HttpCacheSnapshot } from './http-cache.telemetry.js';

type Counters = Omit<HttpCacheSnapshot, 'entries' | 'bytes' | 'loading'>;

/** The report of an HTTP cache: counters, and the events that matter. Never a URL, a header or an answer. */
export class HttpCacheReport {
  hits = 0;
  misses = 0;
  revalidated = 0;
  coalesced = 0;
  shared = 0;
  stored = 0;
  refreshes = 0;
  invalidated = 0;
  stale = 0;
  private uncached = 0;
  private failedRefreshes = 0;
  private readonly told = new Set<string>();

  constructor(private readonly emit: EmitOf<HttpCacheEvents>) {}

  /** A request went past the cache, or its answer was not kept. Each reason is told once. */
  bypassed(reason: HttpBypassReason): void {
    this.uncached++;
    if (this.told.has(reason)) return;
    this.told.add(reason);
    this.emit('httpCache.bypassed', { reason });
  }

  /** A request got a stale answer in place of a failure or a wait. */
  stoodIn(detail: HttpCacheEvents['httpCache.stale']): void {
    this.stale++;
    this.emit('httpCache.stale', detail);
  }

  refreshFailed(status: number | null): void {
    this.failedRefreshes++;
    this.emit('httpCache.refreshFailed', { status });
  }

  get counters(): Counters {
    const { hits, misses, revalidated, stale, coalesced, shared, stored, refreshes, invalidated } = this;
    const { uncached: bypassed, failedRefreshes: refreshesFailed } = this;
    return {
      hits,
      misses,
      revalidated,
      stale,
      coalesced,
      shared,
      stored,
      bypassed,
      refreshes,
      refreshesFailed,
      invalidated,
    };
  }
}
