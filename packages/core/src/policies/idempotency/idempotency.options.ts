import type * as v from 'valibot';
import type { Duration } from '../../duration.js';
import { callback, consistent, duration, oneOf, options, optional, text } from '../../settings/fields.js';

export interface IdempotencyOptions {
  /** The header that carries the key to the provider. Default `'Idempotency-Key'`. */
  header?: string;
  /** How long an outcome is kept and replayed. Default `'24h'`. */
  ttl?: Duration;
  /** How long a call that stopped giving signs of life holds its key. Renewed at a third of it. Default `'30s'`. */
  lease?: Duration;
  /** How long a duplicate waits for the call that is under way, here or elsewhere, before an `IdempotencyConflictError`. Default `'10s'`; 0 refuses at once. */
  wait?: Duration;
  /** What to do when the store cannot be reached: `refuse` with a `StoreUnavailableError` (default), or `proceed` without its protection. */
  storeDown?: 'refuse' | 'proceed';
  /** The business id of the operation, from the method's arguments. Without it each call has a key of its own. */
  key?: (...args: never[]) => string | number;
  /** What must be equal when a key is used again, from the method's arguments. Default: all of them, as canonical JSON. */
  fingerprint?: (...args: never[]) => unknown;
}

const fields = options({
  header: optional(text("the name of a header, for example 'Idempotency-Key'"), 'Idempotency-Key'),
  ttl: optional(duration({ min: 1000 }), 86_400_000),
  lease: optional(duration({ min: 100 }), 30_000),
  wait: optional(duration(), 10_000),
  storeDown: optional(oneOf('refuse', 'proceed'), 'refuse'),
  key: optional(
    callback<(...args: unknown[]) => unknown>('a function of the arguments, for example (order) => order.id'),
  ),
  fingerprint: optional(callback<(...args: unknown[]) => unknown>('a function of the arguments')),
});

export const idempotencySchema = consistent(fields, ({ lease, ttl }) =>
  ttl < lease
    ? { at: 'ttl', message: `expected at least the lease (${lease} ms): else it is forgotten that a call began` }
    : undefined,
);

export type IdempotencySettings = v.InferOutput<typeof idempotencySchema>;
