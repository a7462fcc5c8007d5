import { isRepeatable } from '../outcome/protocols/http-status.js';
import type { CarriedKey } from './carried-key.js';
import { SentRequests, type SentRequest } from './sent-requests.js';

/** A call, as far as its requests concern it. */
export interface Requester {
  requests: SentRequests | undefined;
  readonly carriedKey: CarriedKey | undefined;
  /** The call in whose method it is made, which has sent what it sends. */
  readonly accountableTo: Requester | undefined;
}

/** Notes a request that a client is about to send, under the call's key where it has one. */
export function announceRequest(call: Requester, method: string): void {
  const request = noteRequest(call, method, call.carriedKey !== undefined);
  call.requests!.announce(request);
}

/**
 * Notes a request that goes over the wire, with or without the call's key. Where the client has told of it before, it
 * is the same one, and the wire knows better whether it carries the key.
 */
export function noteOnWire(call: Requester, method: string, carriesKey: boolean): SentRequest {
  const announced = call.requests?.takeAnnounced(method);
  if (announced === undefined) return noteRequest(call, method, carriesKey);
  return bears(method, carriesKey) || !announced.repeatable ? announced : noteRequest(call, method, carriesKey);
}

/**
 * Notes a request, here and in the calls in whose methods it is made: to repeat one of those is to repeat the request.
 */
function noteRequest(call: Requester, method: string, carriesKey: boolean): SentRequest {
  const repeatable = bears(method, carriesKey);
  const repeatableAbove = repeatable && (isRepeatable(method) === true || call.carriedKey?.ofThisCall === false);
  const request: SentRequest = { method, repeatable, repeatableAbove, unsent: false };
  (call.requests ??= new SentRequests()).note(request, repeatable);
  let above = call.accountableTo;
  while (above !== undefined) {
    (above.requests ??= new SentRequests()).note(request, repeatableAbove);
    above = above.accountableTo;
  }
  return request;
}

function bears(method: string, carriesKey: boolean): boolean {
  return isRepeatable(method) === true || carriesKey;
}
