import * as v from 'valibot';
import { REGION_DEFAULTS } from '../../cache-storage/answer-region.js';
import type { Duration } from '../../settings/duration.js';
import {
  callback,
  duration,
  flag,
  integer,
  number,
  oneOf,
  options,
  optional,
  optionsOr,
} from '../../settings/fields.js';

/** The kinds of failure that can be kept: those that an answer of the provider, or the lack of one, can mean. */
const KEPT_FAILURES = [
  'permanent',
  'unauthorized',
  'contract',
  'throttled',
  'transient',
  'unknown',
  'not-sent',
] as const;

/** How long answers are kept, under which key, and when a stale one is given. */
export interface CacheOptions {
  /** How long an answer is fresh: it is given without asking the provider. */
  ttl: Duration;
  /**
   * For how long after that an answer is still given at once, while one call in the background fetches a new one (RFC
   * 5861 §3). Default 0: never.
   */
  staleWhileRevalidate?: Duration;
  /**
   * For how long after `ttl` an answer is given in place of a failure, refusals by the engine such as an open circuit
   * included (RFC 5861 §4). A refusal by the provider itself, such as a 404 or a 401, surfaces, and the answer is
   * dropped. Default 0: never.
   */
  staleIfError?: Duration;
  /**
   * For how long after `ttl` an answer is given at once where the rate limit would have the call wait, or refuse it,
   * while one call in the background waits for a new one. Default 0: never.
   */
  staleWhileLimited?: Duration;
  /**
   * Whether an answer that is still fresh may be fetched anew in the background, the likelier the closer its end and
   * the longer the last fetch took, so that not all callers find it expired at once (XFetch). A `beta` above 1 favours
   * earlier refreshes. Default false.
   */
  earlyRefresh?: boolean | { beta?: number };
  /**
   * Failures that are kept, too, and for how long: by default `kinds: ['permanent']`, what the provider would refuse
   * again, such as a 404. Default false: none.
   */
  errors?: false | { ttl: Duration; kinds?: readonly (typeof KEPT_FAILURES)[number][] };
  /**
   * Makes the key of an answer from the method's arguments, called on the object whose method it is; `undefined` leaves
   * a call out of the cache. The tenant (`key` of the call) and the operation are always part of it. Default: all
   * arguments, when they are plain data.
   */
  key?: (...args: never[]) => string | number | undefined;
  /**
   * Tells answers apart by what their arguments do not say, such as the user in whose name a request goes; called as
   * `key` is. `undefined` leaves a call out of the cache. Default: nothing beside tenant and credential.
   */
  vary?: (...args: never[]) => string | number | undefined;
  /**
   * Whether another credential of the provider (`http.auth`) has other answers; of OAuth 2, another client has. `false`
   * where all of them see the same: then a rotated credential does not empty the cache. With true, and neither `vary`
   * nor `key`, an answer to a call that sends another `Authorization` or `Cookie` is not kept. Default true.
   */
  varyOnCredential?: boolean;
  /**
   * Tags by which answers are invalidated: a list, or a function of the result and the arguments, called as `key` is.
   * At most 100 for each answer. Failures that are kept have those of a list. Default: none.
   */
  tags?: readonly string[] | ((result: never, ...args: never[]) => readonly string[]);
  /**
   * Whether an answer lives as long as the provider says: for the shortest `max-age` of the `GET` requests that the
   * call sends, with its `stale-while-revalidate` and `stale-if-error`, and not at all where one says `no-store`. It
   * takes requests of the provider's own clients, and those that are seen on the wire. Where they say nothing, `ttl`
   * and the other options hold. Default false.
   */
  honorCacheControl?: boolean;
  /**
   * Whether every caller gets a deep copy (`structuredClone`) of its own. Default false: all get the same object, and
   * must not change it.
   */
  clone?: boolean;
  /** How many answers are kept; beyond it the least recently used make room. Default 1000. */
  maxEntries?: number;
  /**
   * How many bytes the answers take in memory, about; beyond it the least recently used make room. The largest of these
   * bounds holds for all answers of the provider together. Default 64 MiB.
   */
  maxBytes?: number;
  /**
   * Whether the hosts that use the same store share their answers: one asks the provider, the others read its answer
   * from the store, and what one invalidates is forgotten by all. Answers must be plain data; others stay in their
   * process. Default false.
   */
  shared?: boolean | SharedOptions;
}

export interface SharedOptions {
  /**
   * How long a host gives an answer without looking into the store: within it, an answer that another host has
   * invalidated may still be given where the message of that was lost. Default: `ttl`.
   */
  localTtl?: Duration;
  /** How long a host that asks the provider may be silent before another asks in its place. Default `'5s'`. */
  lease?: Duration;
  /** How long to wait for another host's answer before asking the provider all the same. Default `'10s'`. */
  wait?: Duration;
  /** The length of an answer as text, beyond which it stays in its process. Default 262144. */
  maxEntryLength?: number;
}

const earlyRefresh = optionsOr(
  options({ beta: optional(number(0, 100), 1) }),
  v.pipe(
    v.boolean('expected true, false or { beta }, for example { beta: 1 }'),
    v.transform((early) => ({ beta: early ? 1 : 0 })),
  ),
);

const kinds = v.pipe(
  v.array(oneOf(...KEPT_FAILURES), "expected a list of kinds, for example ['permanent']"),
  v.minLength(1, 'expected at least one kind'),
);

const errors = optionsOr(
  options({ ttl: duration({ min: 1 }), kinds: optional(kinds, ['permanent']) }),
  v.literal(
    false,
    `expected false or { ttl, kinds }, for example { ttl: '10s', kinds: ['permanent'] }; kinds are ${KEPT_FAILURES.join(', ')}`,
  ),
);

const tags = v.union(
  [v.array(v.string()), callback<(result: unknown, ...args: unknown[]) => unknown>()],
  "expected a list of tags, or a function of the result and the arguments, for example (product) => ['product:' + product.id]",
);

const SHARED = { lease: 5000, wait: 10_000, maxEntryLength: 262_144 } as const;

const shared = optionsOr(
  options({
    localTtl: optional(duration({ min: 1 })),
    lease: optional(duration({ min: 100 }), SHARED.lease),
    wait: optional(duration(), SHARED.wait),
    maxEntryLength: optional(integer(1, 100_000_000), SHARED.maxEntryLength),
  }),
  v.pipe(
    v.boolean('expected true, false or { localTtl, lease, wait, maxEntryLength }'),
    v.transform((isShared) => (isShared ? { ...SHARED, localTtl: undefined } : undefined)),
  ),
);

export const cacheSchema = options({
  ttl: duration({ min: 1 }),
  staleWhileRevalidate: optional(duration(), 0),
  staleIfError: optional(duration(), 0),
  earlyRefresh: optional(earlyRefresh, false),
  staleWhileLimited: optional(duration(), 0),
  errors: optional(errors, false),
  key: optional(callback<(...args: unknown[]) => unknown>('a function of the arguments, for example (id) => id')),
  vary: optional(callback<(...args: unknown[]) => unknown>('a function of the arguments, for example () => userId()')),
  varyOnCredential: optional(flag(), true),
  tags: optional(tags),
  honorCacheControl: optional(flag(), false),
  clone: optional(flag(), false),
  maxEntries: optional(integer(1, 1_000_000), REGION_DEFAULTS.maxEntries),
  maxBytes: optional(integer(1, Number.MAX_SAFE_INTEGER), REGION_DEFAULTS.maxBytes),
  shared: optional(shared, false),
});

export type CacheSettings = v.InferOutput<typeof cacheSchema>;

export type SharedSettings = NonNullable<CacheSettings['shared']>;
