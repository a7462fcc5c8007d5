import { currentLiveCall } from '../engine/current-call.js';
import type { LiveCall } from '../engine/live-call.js';
import type { KeyedRequest } from '../engine/requests/keyed-request.js';
import { SentRequests } from '../engine/requests/sent-requests.js';
import type { WireListener } from '../engine/requests/wire-listener.js';
import { isRepeatable } from '../outcome/request-method.js';
import { RequestAmbiguousError } from './request-ambiguous.error.js';
import { isSamePlace, isSameRequest } from './same-request.js';
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
    return this.parts.untied.awaitedBeside(undefined).length > 0;
  }

  /**
   * Whether a request that is about to be sent may carry the key of its call: in one attempt it goes to one place with
   * one body. Throws a `RequestAmbiguousError` where it may repeat one of another call, which is in doubt.
   */
  mayCarryKey(asked: AskedRequest): boolean {
    const { call, carriesKey, method } = asked;
    const isUnsafe = isRepeatable(method) !== true;
    if (isUnsafe && call === undefined) this.noteUntied(asked);
    const awaited = isUnsafe ? this.parts.untied.awaitedBeside(call) : [];
    if (awaited.some((each) => isSameRequest(each, asked))) throw this.ambiguous(asked);
    return call !== undefined && carriesKey && noteUnderKey(call, asked);
  }

  /** Tells of it where the context is one of a call that had a key for it. */
  private noteUntied({ method, origin }: AskedRequest): void {
    const { provider, untied, wire } = this.parts;
    untied.note();
    const ended = currentLiveCall();
    if (ended?.provider === provider && ended.idempotencyKey !== undefined)
      wire()?.keyNotSent(ended, { method, origin: origin() }, 'untied');
  }

  private ambiguous({ call, method, origin }: AskedRequest): RequestAmbiguousError {
    const { provider } = this.parts;
    return new RequestAmbiguousError({ provider, operation: call?.operation, method, origin: origin() });
  }
}

/** Notes a request under the key of its attempt; `false` where the key stands for another to the same place. */
function noteUnderKey(call: LiveCall, { method, url, body }: AskedRequest): boolean {
  const requests = (call.requests ??= new SentRequests());
  const request: KeyedRequest = { method, url, body };
  const before = requests.keyed?.filter((each) => isSamePlace(each, request)) ?? [];
  if (before.some((each) => isSameRequest(each, request))) return true;
  if (before.length > 0) return false;
  (requests.keyed ??= []).push(request);
  return true;
}
