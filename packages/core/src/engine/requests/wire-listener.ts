import type { Exchange } from '../../outcome/exchange.js';
import type { Call } from '../call.js';
import type { KeyedRequests } from './keyed-requests.js';
import type { UnsafeRequest } from './unsafe-request.js';

/**
 * Why a request goes without the key of its call: its client has left it out, it went out with another request, or the
 * call had ended when the request was made.
 */
export type KeyNotSent = 'left out' | 'used' | 'untied';

/** Hears of the requests that go over the wire while a call of its provider is at work. */
export interface WireListener {
  /**
   * The meaning for the call of a request to an origin: `own` is one to the provider itself, `other` one that
   * nevertheless counts as what the call has sent, and `foreign` one that does not concern it.
   */
  concern(origin: string): 'own' | 'other' | 'foreign';
  /** A request that may not be repeated without a key goes out, and does not carry the key that the call has. */
  keyNotSent(call: Call, request: Pick<Exchange, 'method' | 'origin'>, why?: KeyNotSent): void;
  /**
   * An attempt repeats, under the key of its call, what may have been done: what our own clients have sent in each of
   * the earlier ones.
   */
  repeats(attempt: Call, sent: readonly KeyedRequests[]): void;
  /**
   * Whether the next request of an attempt's call may go out without its key: to where the attempt has sent its own,
   * our clients have meanwhile sent one in the context of a call that had ended, as a limiter inside a method does.
   */
  mayLoseKey(attempt: Call): boolean;
  /** Whether the value of a header, in a request to `origin`, is a credential of the provider's own. */
  isOwnCredential(name: string, value: string, origin: string): boolean;
  /**
   * An attempt has failed, or is to be repeated, that is not known to have sent anything. A limiter of the user's own
   * may have sent its request in the async context of another call: the error tells which one it was, or the call's
   * key, and otherwise it may be any unsafe request that went out meanwhile.
   */
  missed(call: Call, failure: unknown): void;
  /** An unsafe request goes out that another call may have asked for. Returns `false` where it does not concern any. */
  mayBeOfAny(request: UnsafeRequest): boolean;
  /** The provider has answered. Told once for each answer, as soon as its headers are there. */
  answered(call: Call, exchange: Exchange): void;
}
