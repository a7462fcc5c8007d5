import type { EventLevels } from '../../events/event-hub.js';

/**
 * The reason for which a request goes past the cache, or its answer is not kept. The request has a word of its own
 * (`no-store`), a range, validators, a body, connections, or a wish for packed content; the answer may not be kept, is
 * too large, sets cookies, or is a stream.
 */
export type HttpBypassReason =
  | 'no-store'
  | 'range'
  | 'conditional'
  | 'body'
  | 'connection'
  | 'encoding'
  | 'not-storable'
  | 'too-large'
  | 'set-cookie'
  | 'stream';

export interface HttpCacheEvents {
  /** Requests go past the HTTP cache, or their answers are not kept. Told once for each reason. */
  'httpCache.bypassed': { reason: HttpBypassReason };
  /** A stale answer of the HTTP cache was given in place of a failure, or of a wait in the rate limit. */
  'httpCache.stale': {
    why: 'error' | 'limited';
    /** The status in whose place it was given; `null` where there was no answer. */
    status: number | null;
    /** How old the answer is, in milliseconds. */
    ageMs: number;
  };
  /** A request in the background, for an answer that was given stale, has failed. */
  'httpCache.refreshFailed': {
    /** The status of the answer; `null` where there was none. */
    status: number | null;
  };
}

export const httpCacheEvents: EventLevels<HttpCacheEvents> = {
  'httpCache.bypassed': 'debug',
  'httpCache.stale': 'warn',
  'httpCache.refreshFailed': 'warn',
};

/** The cache of a provider's HTTP clients: what it holds and counts. Plain JSON, never a URL, a header or a secret. */
export interface HttpCacheSnapshot {
  /** Answers that are kept, their bytes, and requests under way to fetch more. */
  readonly entries: number;
  readonly bytes: number;
  readonly loading: number;
  /** Requests that were answered without one to the provider, because the answer was fresh or the request took any. */
  readonly hits: number;
  /** Requests that went to the provider. */
  readonly misses: number;
  /** Answers that the provider has said are still good (304). */
  readonly revalidated: number;
  /** Requests that got an answer past its lifetime. */
  readonly stale: number;
  /** Requests that waited for another one's answer, and got it. */
  readonly coalesced: number;
  /** Answers that another host had kept. */
  readonly shared: number;
  /** Answers that were kept. */
  readonly stored: number;
  /** Requests that went past the cache, and answers that were not kept. */
  readonly bypassed: number;
  /** Requests in the background for answers that were given stale, and those that failed. */
  readonly refreshes: number;
  readonly refreshesFailed: number;
  /** Answers that were removed because something has changed. */
  readonly invalidated: number;
}
