import * as v from 'valibot';
import { isHeaderName } from '../../headers/header-name.js';
import type { Duration } from '../../settings/duration.js';
import { duration, flag, integer, number, optional, options, optionsOr } from '../../settings/fields.js';

/** A cache of answers for the HTTP clients of a provider, as RFC 9111 describes that of a single user. */
export interface HttpCacheOptions {
  /**
   * How long a good answer is fresh that names no lifetime of its own: no `max-age`, no `Expires` and no `no-cache`.
   * Default 0: it is validated before each use, where it has an `ETag` or a `Last-Modified`.
   */
  ttl?: Duration;
  /**
   * The part of the time since `Last-Modified` for which such an answer is fresh (RFC 9111 §4.2.2), as browsers do with
   * 0.1. Default 0.
   */
  heuristic?: number;
  /**
   * For how long a stale answer is given at once while a new one is fetched in the background (RFC 5861 §3), where the
   * answer does not say. Default 0: never.
   */
  staleWhileRevalidate?: Duration;
  /**
   * For how long a stale answer is given in place of a 500, 502, 503 or 504, of a request that failed, or of one that
   * the rate limit has refused (RFC 5861 §4), where the answer does not say. Default 0: never.
   */
  staleIfError?: Duration;
  /**
   * For how long a stale answer is given at once while its request waits in the rate limit (`limitEachRequest`), or is
   * refused by it. Default 0: never.
   */
  staleWhileLimited?: Duration;
  /** The most bytes of the body of one answer, unpacked. Larger ones are not kept. Default 1 MiB. */
  maxEntryBytes?: number;
  /** How many answers are kept. Beyond it the least recently used make room. Default 1000. */
  maxEntries?: number;
  /** The most bytes of all answers together. Default 64 MiB. */
  maxBytes?: number;
  /**
   * Whether the hosts that use the same store share the answers: one asks the provider, and the others read its answer
   * from the store, or have it validated; a write on one host puts answers out of date on all. Costs each miss a few
   * round trips to the store. Default false.
   */
  shared?: boolean;
  /**
   * Headers of requests that change nothing about the answer, such as `'X-Request-Source'`. All others but those of
   * content negotiation and tracing are part of an answer's key, so that it never goes to another credential. Names
   * that look like one, such as `X-Api-Key`, are refused.
   */
  ignoreHeaders?: readonly string[];
}

/** Names of headers that may carry a credential. */
const CREDENTIAL = /auth|cookie|token|key|secret|session|password|credential|signature/i;
const isIgnorable = (name: unknown) => isHeaderName(name) && !CREDENTIAL.test(String(name));
const isHeaderList = (value: unknown) => Array.isArray(value) && value.every(isIgnorable);

const ignored = v.pipe(
  v.custom<readonly string[]>(
    isHeaderList,
    "expected a list of headers that carry no credential, for example ['X-Request-Source']",
  ),
  v.transform((names) => names.map((name) => name.toLowerCase())),
);

const MIB = 1024 * 1024;
const cacheOptions = options({
  ttl: optional(duration(), 0),
  heuristic: optional(number(0, 1), 0),
  staleWhileRevalidate: optional(duration(), 0),
  staleIfError: optional(duration(), 0),
  staleWhileLimited: optional(duration(), 0),
  maxEntryBytes: optional(integer(1, 1024 * MIB), MIB),
  maxEntries: optional(integer(1, 1_000_000), 1000),
  maxBytes: optional(integer(1, Number.MAX_SAFE_INTEGER), 64 * MIB),
  shared: optional(flag(), false),
  ignoreHeaders: optional(ignored, []),
});

/** Settings of the cache; `undefined` where there is none. */
export const httpCacheSchema = optionsOr(
  cacheOptions,
  v.pipe(
    v.boolean("expected true, false or options, for example { staleIfError: '1h' }"),
    v.transform((on) => (on ? v.parse(cacheOptions, {}) : undefined)),
  ),
);

export type HttpCacheSettings = v.InferOutput<typeof cacheOptions>;
