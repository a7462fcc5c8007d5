import type { RequestNature } from '../outcome/request-nature.js';

/** One logical operation and everything that travels with it through all its attempts. */
export interface Call {
  readonly provider: string;
  /** The name of the called operation, for example `'PaymentsClient.charge'`. */
  readonly operation: string;
  readonly args: readonly unknown[];
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** When the operation must have ended, in the clock's monotonic milliseconds; `Infinity` when there is no limit. */
  readonly deadline: number;
  /** The same over all attempts of the operation. */
  readonly idempotencyKey: string | undefined;
  /** The header in which the key goes to the provider; `undefined` when there is no key, or it goes elsewhere. */
  readonly idempotencyHeader: string | undefined;
  /** The key of keyed policies, such as a tenant: each key has its own state. `undefined` when the call has none. */
  readonly key: string | undefined;
  /** Aborts with the attempt. Made when first read: a call that never reads it pays nothing. */
  readonly signal: AbortSignal;
  /**
   * To be called by a client before it sends a request, with the HTTP method. A request that may not be repeated
   * (RFC 9110 §9.2.2) is then not retried while its outcome is unknown, even where the error does not say what was
   * sent, nor after something else has failed. `nature` is what the client knows beyond the method, such as that a
   * POST only reads.
   */
  sending(method: string, nature?: RequestNature): void;
  /**
   * Corrects what the call takes of its rate limit, once its real cost is known, such as the tokens of an answer: a
   * whole number from 0. Once the call has ended too, such as where a stream is read later, as long as the limit still
   * counts it, and where its method has a `cost` other than 1 or a `priority` of its own; otherwise it changes nothing.
   */
  settle(cost: number): void;
  /**
   * Keeps `result` as the result of the operation inside a transaction of the caller's: with its commit the idempotency
   * key is settled, with its rollback it is not. For methods whose effect is in the database of the store
   * (`SqliteStore`, `PostgresStore`). Throws, so that the transaction is rolled back, when another process has taken
   * the key meanwhile (`IdempotencyConflictError`); at once where the client is synchronous. Throws a `TypeError` where
   * nothing is kept.
   */
  keepWithin(transaction: unknown, result: unknown): Promise<void>;
}

/** A caller's work: called with the call that it is done for. */
export type Work<T> = (call: Call) => Promise<T> | T;

/** The arguments of a call that has none: its work alone knows what it is about. */
export const UNNAMED_ARGS: readonly unknown[] = Object.freeze([]);
