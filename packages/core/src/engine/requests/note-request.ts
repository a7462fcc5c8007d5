import { isRepeatable } from '../../outcome/request-method.js';
import type { Exchange } from '../../outcome/exchange.js';
import { goesOut, type CarriedKey } from './carried-key.js';
import type { RequestNature } from '../../outcome/request-nature.js';
import { SentRequests, type SentRequest } from './sent-requests.js';

/** A call, as far as its requests concern it. */
export interface Requester {
  requests: SentRequests | undefined;
  readonly carriedKey: CarriedKey | undefined;
  /** The call in whose method it is made, which has sent what it sends. */
  readonly accountableTo: Requester | undefined;
}

/** A request as it goes over the wire. */
export interface RequestOnWire {
  /** In upper case. */
  readonly method: string;
  /** Whether the call's key stands in a header. */
  readonly carriesKey: boolean;
  readonly over: RequestNature['over'];
}

interface RequestToNote {
  /** In upper case. */
  readonly method: string;
  readonly nature: RequestNature | undefined;
  readonly carriesKey: boolean;
}

/** Notes a request that a client is about to send, under the call's key where it has one. */
export function announceRequest(call: Requester, method: string, nature: RequestNature | undefined): SentRequest {
  const request = noteRequest(call, { method, nature, carriesKey: announcesKey(call, nature) });
  call.requests!.announce(request);
  return request;
}

/** Takes note of an answer to a call, so that it can be cancelled where it is not read. */
export function noteReceived(call: Requester, answer: object): void {
  (call.requests ??= new SentRequests()).received(answer);
}

/** A client that knows whether the request carries the key is believed. */
function announcesKey({ carriedKey }: Requester, nature: RequestNature | undefined): boolean {
  return carriedKey !== undefined && (nature?.carriesKey ?? goesOut(carriedKey));
}

/**
 * Notes a request that goes over the wire, with or without the call's key. Where the client has told of it before, it
 * is the same one, and the wire knows better whether a header carries the key.
 */
export function noteOnWire(call: Requester, { method, carriesKey, over }: RequestOnWire): SentRequest {
  const announced = call.requests?.takeAnnounced(method, over);
  if (announced !== undefined) {
    const { nature, repeatable } = announced;
    const stands = nature?.repeatable === true || nature?.carriesKey === true;
    if (stands || !repeatable || carriesKey || isRepeatable(method) === true) return announced;
  }
  return noteRequest(call, { method, nature: undefined, carriesKey });
}

/**
 * Notes a request, here and in the calls in whose methods it is made: to repeat one of those is to repeat the request.
 */
function noteRequest(call: Requester, { method, nature, carriesKey }: RequestToNote): SentRequest {
  const isHarmless = nature?.repeatable ?? isRepeatable(method) === true;
  const repeatable = isHarmless || carriesKey;
  const repeatableAbove = isHarmless || (carriesKey && call.carriedKey?.ofThisCall === false);
  const request: SentRequest = { method, nature, repeatable, repeatableAbove, unsent: false };
  (call.requests ??= new SentRequests()).note(request, repeatable);
  let above = call.accountableTo;
  while (above !== undefined) {
    (above.requests ??= new SentRequests()).note(request, repeatableAbove);
    above = above.accountableTo;
  }
  return request;
}

/**
 * Notes that a call, and those in whose methods it is made, may have sent requests that were not seen as theirs.
 * `likely` is one that tells what became of the call, where all that failed meanwhile say the same.
 */
export function suspectRequests(call: Requester, likely: Exchange | undefined): void {
  (call.requests ??= new SentRequests()).likelyExchange = likely;
  for (let at: Requester | undefined = call; at !== undefined; at = at.accountableTo)
    (at.requests ??= new SentRequests()).anySuspected = true;
}
