import * as v from 'valibot';
import { KEY_HEADER } from '../../engine/requests/key-header.js';
import type { Duration } from '../../settings/duration.js';
import { isHeaderName } from '../../headers/header-name.js';
import { callback, consistent, duration, flag, integer, oneOf, options, optional } from '../../settings/fields.js';

/** When two calls are one operation, how long that is known, and how it goes on in doubt. */
export interface IdempotencyOptions {
  /**
   * The header that carries the key to the provider, a token (RFC 9110 §5.6.2). Default `'Idempotency-Key'`, or none
   * where `body` or `variable` is given. `false`: the provider takes no keys, so that nothing is repeated for its sake.
   */
  header?: string | false;
  /**
   * The field of JSON bodies that carries the key, with dots between the names (`'idempotency_key'` at Square and
   * Plaid). Written by the clients that `@InjectHttp`, `@InjectFetch` and `provider.fetch` return.
   */
  body?: string;
  /** The GraphQL variable that carries the key, in the same way (`'input.apiRequestKey'` at Braintree). */
  variable?: string;
  /**
   * The longest key that the provider takes, from 22 characters (45 at Square, 32 at Amazon Pay). A longer one of the
   * caller's goes out as 22 characters that are derived from it, everywhere the same. Default: any.
   */
  maxLength?: number;
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
  /**
   * The reaction to an earlier run with the same key that may have had its effect: it died, or ended without an answer.
   * `repeat` runs it again with the same key for the provider; `probe` asks the function of that name; `refuse` throws
   * an `OutcomeUnknownError`. Default: `probe` where there is one, otherwise `repeat` where the provider gets the key,
   * otherwise `refuse`.
   */
  whenUnknown?: 'repeat' | 'probe' | 'refuse';
  /**
   * Finds out what an earlier run has done, from the method's arguments: returns its result, which is kept and replayed
   * from then on, or `undefined` where it certainly did nothing, so that the method runs. Runs through the same
   * policies as the method. When it throws, the call ends with an `OutcomeUnknownError`.
   */
  probe?: (...args: never[]) => unknown;
  /**
   * How long the provider knows a key (`'24h'` at Stripe). Later it would take a repetition for a new request, so that
   * is probed where there is a `probe` and refused otherwise, and a retry does not begin. Default: for ever.
   */
  window?: Duration;
  /** The business id of the operation, from the method's arguments. Without it each call has a key of its own. */
  key?: (...args: never[]) => string | number;
  /**
   * Makes the part that must be equal when a key is used again, from the method's arguments. Default: all of them,
   * without functions, signals and private fields. A payload that cannot be compared (streams, files, instances that
   * show nothing of their content) is refused with an `IdempotencyPayloadError`.
   */
  fingerprint?: (...args: never[]) => unknown;
}

const isPath = (value: unknown) => typeof value === 'string' && /^[\w$-]+(\.[\w$-]+)*$/.test(value);
const path = (example: string) =>
  v.custom<string>(isPath, `expected names with dots between them, such as '${example}'`);

const fields = options({
  header: optional(
    v.custom<string | false>(
      (value) => value === false || isHeaderName(value),
      "expected the name of a header, for example 'Idempotency-Key'",
    ),
  ),
  body: optional(path('idempotency_key')),
  variable: optional(path('input.apiRequestKey')),
  maxLength: optional(integer(22, 65_536)),
  replace: optional(flag(), false),
  ttl: optional(duration({ min: 1000 }), 86_400_000),
  lease: optional(duration({ min: 100 }), 30_000),
  wait: optional(duration(), 10_000),
  storeDown: optional(oneOf('refuse', 'proceed'), 'refuse'),
  key: optional(
    callback<(...args: unknown[]) => unknown>('a function of the arguments, for example (order) => order.id'),
  ),
  fingerprint: optional(callback<(...args: unknown[]) => unknown>('a function of the arguments')),
  whenUnknown: optional(oneOf('repeat', 'probe', 'refuse')),
  probe: optional(callback<(...args: unknown[]) => unknown>('a function of the arguments')),
  window: optional(duration({ min: 1000 })),
});

const lasting = consistent(fields, ['lease', 'ttl'], ({ lease, ttl }) =>
  ttl < lease
    ? { at: 'ttl', message: `expected at least the lease (${lease} ms): else it is forgotten that a call began` }
    : undefined,
);

const probing = consistent(lasting, ['whenUnknown', 'probe'], ({ whenUnknown, probe }) =>
  whenUnknown === 'probe' && probe === undefined
    ? {
        at: 'whenUnknown',
        message: "'probe' needs a function of that name, for example probe: (order) => find(order.id)",
      }
    : undefined,
);

export const idempotencySchema = v.pipe(
  probing,
  v.transform(({ header, ...settings }) => ({ header: headerOf({ header, ...settings }), ...settings })),
);

/** The options that say where the key goes. */
export type PlaceOptions = {
  [Place in 'header' | 'body' | 'variable']?: IdempotencyOptions[Place] | undefined;
};

/** The header for the key: the usual one, unless the settings name another place. */
export function headerOf(said: PlaceOptions): string | false {
  const { header, body, variable } = said;
  return header ?? (body === undefined && variable === undefined ? KEY_HEADER : false);
}

export type IdempotencySettings = v.InferOutput<typeof idempotencySchema>;
