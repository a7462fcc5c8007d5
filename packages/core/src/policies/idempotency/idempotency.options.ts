import * as v from 'valibot';
import type { Duration } from '../../settings/duration.js';
import { isHeaderName } from '../../headers/header-name.js';
import { callback, consistent, duration, flag, oneOf, options, optional } from '../../settings/fields.js';

export const DEFAULT_HEADER = 'Idempotency-Key';

export interface IdempotencyOptions {
  /** The header that carries the key to the provider, a token (RFC 9110 §5.6.2). Default `'Idempotency-Key'`. */
  header?: string;
  /**
   * Whether our HTTP clients put the key in place of one that stands in the request already. Default false: the
   * request's own wins.
   */
  replace?: boolean;
  /**
   * How long an outcome is kept and replayed: a result of plain data, or the error of a final refusal. Default `'24h'`.
   */
  ttl?: Duration;
  /** How long a call that stopped giving signs of life holds its key. Renewed at a third of it. Default `'30s'`. */
  lease?: Duration;
  /**
   * How long a duplicate waits for the call that is under way, here or elsewhere, before an `IdempotencyConflictError`.
   * Default `'10s'`; 0 refuses at once.
   */
  wait?: Duration;
  /**
   * The reaction to a store that cannot be reached: `refuse` with a `StoreUnavailableError` (default), or `proceed`
   * without its protection, but never beside another holder of the key that was seen.
   */
  storeDown?: 'refuse' | 'proceed';
  /** The business id of the operation, from the method's arguments. Without it each call has a key of its own. */
  key?: (...args: never[]) => string | number;
  /**
   * Makes the part that must be equal when a key is used again, from the method's arguments. Default: all of them,
   * without functions, signals and private fields. A payload that cannot be compared (streams, files, instances that
   * show nothing of their content) is refused with an `IdempotencyPayloadError`.
   */
  fingerprint?: (...args: never[]) => unknown;
}

const fields = options({
  header: optional(
    v.custom<string>(isHeaderName, "expected the name of a header, for example 'Idempotency-Key'"),
    DEFAULT_HEADER,
  ),
  replace: optional(flag(), false),
  ttl: optional(duration({ min: 1000 }), 86_400_000),
  lease: optional(duration({ min: 100 }), 30_000),
  wait: optional(duration(), 10_000),
  storeDown: optional(oneOf('refuse', 'proceed'), 'refuse'),
  key: optional(
    callback<(...args: unknown[]) => unknown>('a function of the arguments, for example (order) => order.id'),
  ),
  fingerprint: optional(callback<(...args: unknown[]) => unknown>('a function of the arguments')),
});

export const idempotencySchema = consistent(fields, ['lease', 'ttl'], ({ lease, ttl }) =>
  ttl < lease
    ? { at: 'ttl', message: `expected at least the lease (${lease} ms): else it is forgotten that a call began` }
    : undefined,
);

export type IdempotencySettings = v.InferOutput<typeof idempotencySchema>;
