import type { LiveCall } from '../../engine/live-call.js';
import type { CacheRequest } from './cache-request.js';
import type { Found } from './kept-responses.js';
import type { AbortLike, Send } from './live-answer.js';
import type { StoredAnswer } from './stored-answer.js';
import type { ForwardReason } from './verdict.js';

/** The caller of a request: what aborts it, and the call in which it is made. */
export interface Asker {
  readonly call: LiveCall | undefined;
  readonly signals: readonly AbortLike[];
}

/** An answer as a client gets it: out of the cache, or as the provider has sent it. */
export type Given<Raw> =
  | {
      readonly from: 'cache';
      readonly stored: StoredAnswer;
      /** Those of the answer, with `Age` and `Cache-Status`. */
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly from: 'provider';
      readonly raw: Raw;
      /** To be called when its body was read, or is not read any more. */
      release(): void;
    }
  /** There is none, and the request wants none of the provider's (RFC 9111 §5.2.1.7). */
  | { readonly from: 'nowhere' };

/** A request that goes to the provider, and why. */
export interface Asked<Raw> {
  readonly request: CacheRequest;
  readonly found: Found;
  readonly why: ForwardReason;
  readonly validate: StoredAnswer | undefined;
  readonly send: Send<Raw>;
  readonly asker: Asker;
}
