import type { EventLevels } from '../../events/event-hub.js';

/**
 * The part that cannot be cached: arguments that are no plain data, what `key` or `vary` made of them, an operation
 * with a key of its own, a result for one, what `tags` made of it, a result larger than `maxBytes`, a request that
 * carried another credential than the provider's, a response that says `no-store`.
 */
export type BypassReason =
  'arguments' | 'key' | 'vary' | 'idempotencyKey' | 'result' | 'tags' | 'size' | 'credential' | 'no-store';

export interface CacheEvents {
  /** Calls go past the cache. Told once for each reason. */
  'cache.bypassed': { reason: BypassReason };
  /** An answer stays in this process, although hosts share them. Told once for each reason. */
  'cache.notShared': {
    /** It is no plain data, or longer than `maxEntryLength`. */
    reason: 'value' | 'size';
  };
  /** Calls got a stale answer in place of a failure. */
  'cache.stale': {
    /** The kind of the failure. */
    outcome: string;
    /** How old the answer is, in milliseconds. */
    ageMs: number;
    /** How many calls got it. */
    calls: number;
  };
  /** A refresh in the background failed. */
  'cache.refreshFailed': {
    /** The kind of the failure. */
    outcome: string;
  };
}

export const cacheEvents: EventLevels<CacheEvents> = {
  'cache.bypassed': 'warn',
  'cache.notShared': 'warn',
  'cache.stale': 'warn',
  'cache.refreshFailed': 'warn',
};

export interface CacheSnapshot {
  /** Answers that are kept, and those that are being fetched. */
  readonly entries: number;
  readonly loading: number;
  /** Their size in memory, about. */
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
  /** Answers of other hosts that were read from the store. */
  readonly fromStore: number;
  /** Calls that got an answer past its time. */
  readonly stale: number;
  /** Calls that waited for another one's answer. */
  readonly coalesced: number;
  readonly refreshes: number;
  readonly refreshesFailed: number;
  /** Calls that went past the cache. */
  readonly uncached: number;
}
