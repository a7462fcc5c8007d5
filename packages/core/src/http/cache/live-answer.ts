import type { AnswerHead } from './stored-answer.js';

/** An answer of the provider that has just come, in the hands of the client that has asked. */
export interface LiveAnswer<Raw> extends AnswerHead {
  /** Where it came from, once redirects were followed. */
  readonly url: string;
  /** Its whole body, unpacked; `undefined` where that has more bytes than `most`. */
  body(most: number): Promise<Uint8Array | undefined>;
  /** The answer as the client has it, with all of its body. */
  raw(): Raw;
  /** Lets go of an answer that is not read. */
  discard(): void;
}

/** How a request is sent. */
export interface Sending {
  /** Headers beside its own, by which a stored answer is validated. */
  readonly headers: Readonly<Record<string, string>>;
  /** Aborts with the last caller that waits for the answer. */
  readonly signal: AbortSignal;
  readonly line: RateLine;
}

/** Is told of the way of a request through the rate limit, where there is one. */
export interface RateLine {
  /** It is not admitted at once. */
  waits(): void;
  /** It goes out. */
  goes(): void;
}

export type Send<Raw> = (sending: Sending) => Promise<LiveAnswer<Raw>>;

/** A signal, as far as a waiter needs one. */
export interface AbortLike {
  readonly aborted?: boolean | undefined;
  readonly reason?: unknown;
  addEventListener?(type: 'abort', listener: () => void): void;
  removeEventListener?(type: 'abort', listener: () => void): void;
}

/** Calls `abort` with the reason of the first signal that aborts, until the returned function is called. */
export function onAbortOf(signals: readonly AbortLike[], abort: (reason: unknown) => void): () => void {
  const stops: (() => void)[] = [];
  for (const signal of signals) {
    const listener = () => abort(signal.reason);
    if (signal.aborted === true) {
      listener();
      break;
    }
    signal.addEventListener?.('abort', listener);
    stops.push(() => signal.removeEventListener?.('abort', listener));
  }
  return () => stops.forEach((stop) => stop());
}
