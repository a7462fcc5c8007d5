/** One logical operation and everything that travels with it through all its attempts. */
export interface Call {
  readonly provider: string;
  /** What is called, for example `'PaymentsClient.charge'`. */
  readonly operation: string;
  readonly args: readonly unknown[];
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** When the operation must have ended, in the clock's monotonic milliseconds; `Infinity` when there is no limit. */
  readonly deadline: number;
  /** The same over all attempts of the operation. */
  readonly idempotencyKey: string | undefined;
  /** The header in which the key goes to the provider; `undefined` when there is no key. */
  readonly idempotencyHeader: string | undefined;
  /** What tells keyed policies apart, such as a tenant; `undefined` when the call has no key. */
  readonly key: string | undefined;
  /** Aborts when the attempt is given up. Made when first read: a call that never reads it pays nothing. */
  readonly signal: AbortSignal;
  /**
   * To be told by the client that sends a request with which HTTP method it does: what may not be repeated (RFC 9110
   * §9.2.2) is then not retried when its outcome is unknown, even where the error does not say what was sent, nor after
   * something else has failed.
   */
  sending(method: string): void;
  /**
   * Corrects what the call takes of its rate limit, once it is known what it really costs, such as the tokens of an answer: a whole number
   * from 0. To be called while the method runs; after that it changes nothing.
   */
  settle(cost: number): void;
}

/** What a caller wants done, told the call it is done for. */
export type Work<T> = (call: Call) => Promise<T> | T;

/** The arguments of a call of which nobody said what it is about: that stands in its work alone. */
export const UNNAMED_ARGS: readonly unknown[] = Object.freeze([]);
