import { currentLiveCall } from '../engine/current-call.js';
import type { LiveCall } from '../engine/live-call.js';
import { placeOf, type KeyedRequest } from '../engine/requests/keyed-request.js';
import { KeyedRequests } from '../engine/requests/keyed-requests.js';
import { SentRequests } from '../engine/requests/sent-requests.js';
import type { WireListener } from '../engine/requests/wire-listener.js';
import { isRepeatable } from '../outcome/request-method.js';
import { RequestAmbiguousError } from './request-ambiguous.error.js';
import { isSameBody } from './same-body.js';
import type { UntiedRequests } from './wire/untied-requests.js';

/** A request to the provider, as one of our clients is about to send it. */
export interface AskedRequest extends KeyedRequest {
  /** The call that it is part of, as far as its async context tells. */
  readonly call: LiveCall | undefined;
  /** Whether it carries the key of that call. */
  readonly carriesKey: boolean;
  origin(): string;
}

/** The parts of a provider that say what is known of its requests. */
export interface KeyUseParts {
  readonly provider: string;
  readonly untied: UntiedRequests;
  wire(): WireListener | undefined;
}

/**
 * Sees to it that a call's key goes out with the call's own request. A limiter inside a method starts requests in the
 * async context of another call: under that one's key a provider would answer with what it has answered before, to
 * another customer.
 */
export class KeyUse {
  constructor(private readonly parts: KeyUseParts) {}

  /** Whether some attempt still has to repeat what it has sent. */
  get awaitsAny(): boolean {
    return this.parts.untied.awaitsAny;
  }

  /**
   * Whether a request that is about to be sent may carry the key of its call: in one attempt it goes to one place with
   * one body. Throws a `RequestAmbiguousError` where a limiter may have started it for another call, whose request it
   * repeats.
   */
  mayCarryKey(asked: AskedRequest): boolean {
    const { call, carriesKey, method } = asked;
    if (isRepeatable(method) !== true) this.heedLimiters(asked);
    return call !== undefined && carriesKey && noteUnderKey(call, asked);
  }

  private heedLimiters(asked: AskedRequest): void {
    const { provider, untied } = this.parts;
    const current = asked.call === undefined ? currentLiveCall() : undefined;
    // Without a call of its own it is in the context of one that has ended, or of none.
    const ended = current?.provider === provider ? current : undefined;
    if (ended?.idempotencyKey !== undefined) this.noteUntied(asked, ended);
    const awaited = untied.awaitedBeside(asked.call, placeOf(asked));
    if (awaited.length === 0) return;
    const before = sentBefore(asked);
    const isOfAnother = awaited.some(({ body, position }) => {
      const isSame = isSameBody(body, asked.body);
      // A program without limiters makes the request of a call where its other calls make theirs, each under a key.
      return ended === undefined ? isSame === true && position < before : isSame !== false;
    });
    if (isOfAnother) throw this.ambiguous(asked);
  }

  /** Tells of a request in the context of a call that had a key for it. */
  private noteUntied(asked: AskedRequest, ended: LiveCall): void {
    const { method, origin } = asked;
    this.parts.untied.note(asked);
    this.parts.wire()?.keyNotSent(ended, { method, origin: origin() }, 'untied');
  }

  private ambiguous({ call, method, origin }: AskedRequest): RequestAmbiguousError {
    const { provider } = this.parts;
    return new RequestAmbiguousError({ provider, operation: call?.operation, method, origin: origin() });
  }
}

/**
 * How many requests its attempt has sent under its key before one: none where it sends that one again, and as many as
 * there can be where it goes without a key.
 */
function sentBefore({ call, carriesKey, ...request }: AskedRequest): number {
  if (!carriesKey) return Infinity;
  const keyed = call?.requests?.keyed;
  const own = keyed?.at(placeOf(request));
  const isAgain = own !== undefined && isSameBody(own.body, request.body) !== false;
  return keyed === undefined || isAgain ? 0 : keyed.count;
}

/**
 * Notes a request under the key of its attempt; `false` where the key stands for another to the same place. A body
 * that cannot be told from that one passes for the same: a client that sends its request again must not lose the key.
 */
function noteUnderKey(call: LiveCall, { method, url, body }: AskedRequest): boolean {
  const keyed = ((call.requests ??= new SentRequests()).keyed ??= new KeyedRequests());
  const request: KeyedRequest = { method, url, body };
  const before = keyed.at(placeOf(request));
  if (before !== undefined) return isSameBody(before.body, body) !== false;
  keyed.add(request);
  return true;
}
