import { currentLiveCall } from '../../engine/current-call.js';
import { noteCredential } from '../../engine/requests/note-answer.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { SentRequest } from '../../engine/requests/sent-requests.js';
import { UnsafeRequest } from '../../engine/requests/unsafe-request.js';
import type { WireListener } from '../../engine/requests/wire-listener.js';
import { isConnecting, networkKind } from '../../outcome/protocols/network.js';
import { isRepeatable } from '../../outcome/request-method.js';
import { errorChain } from '../../outcome/reading/error-chain.js';
import type { AnswerBody, Exchange } from '../../outcome/exchange.js';
import { noteOnWire } from '../../engine/requests/note-request.js';
import type { FollowedRequest, HeadersHolder, RequestHead } from './request-head.js';
import { keyIn } from './stray-requests.js';

/** A call, and who wants to know what it sends. */
export interface WatchedCall {
  readonly call: LiveCall;
  readonly listener: WireListener;
}

/** The call in whose method this runs; `undefined` where its requests concern nothing. */
export function watchedCall(): WatchedCall | undefined {
  const call = currentLiveCall();
  // Work that an ended call has left running is no part of it any more.
  if (call === undefined || call.ended) return undefined;
  const listener = call.origin.wire?.();
  return listener && { call, listener };
}

/** One request from when it is made until it is answered or has failed, as the call sees it that made it. */
export class WireRequest implements Exchange, FollowedRequest {
  carriesKey = false;
  sent = true;
  status: number | undefined = undefined;
  failure: unknown = undefined;
  private answered: HeadersHolder | undefined = undefined;
  private noted: SentRequest | undefined = undefined;
  private shown: UnsafeRequest | undefined = undefined;
  private ended: AnswerBody | undefined = undefined;

  private constructor(
    readonly method: string,
    readonly origin: string,
    private readonly call: LiveCall,
    private readonly listener: WireListener,
    private readonly isOwn: boolean,
  ) {}

  /** A request of a watched call; `undefined` where it does not concern the call. */
  static of({ call, listener }: WatchedCall, head: RequestHead): WireRequest | undefined {
    const { method, origin } = head;
    // A tunnel through a proxy is not a request to the provider: that goes through it.
    if (method === 'CONNECT') return undefined;
    const concern = listener.concern(origin);
    if (concern === 'foreign') note(call, listener, head);
    return concern === 'foreign' ? undefined : new WireRequest(method, origin, call, listener, concern === 'own');
  }

  get repeatable(): boolean | undefined {
    return this.noted?.nature?.repeatable;
  }

  get headers(): unknown {
    return this.answered?.headers;
  }

  get body(): AnswerBody | undefined {
    return this.ended ?? this.answered?.body;
  }

  /** Whether the call has a key that the request needs and does not carry so far. */
  awaitsKey(head: RequestHead): boolean {
    const key = this.call.idempotencyKey;
    return key !== undefined && isRepeatable(this.method) !== true && !head.carries(key, this.call.idempotencyHeader);
  }

  /** The request goes out with these headers. */
  begin(head: RequestHead): void {
    if (this.noted !== undefined) return;
    const { call, listener, method } = this;
    note(call, listener, head);
    const key = call.idempotencyKey;
    const needsKey = isRepeatable(method) !== true;
    this.carriesKey = needsKey && key !== undefined && head.carries(key, call.idempotencyHeader);
    this.noted = noteOnWire(call, { method, carriesKey: this.carriesKey, over: head.over });
    const { nature } = this.noted;
    if (nature?.carriesKey === true) this.carriesKey = true;
    if (this.isOwn) call.requests!.lastExchange = this;
    if (!needsKey || this.carriesKey || nature?.repeatable === true) return;
    if (key !== undefined) listener.keyNotSent(call, this, this.noted.isKeyWithheld === true ? 'used' : 'left out');
    // Another call may have asked for it, behind a limiter.
    this.shown = new UnsafeRequest(method, this.origin);
    this.shown.key = keyIn(head, call);
    listener.mayBeOfAny(this.shown);
  }

  /** The head of the answer has come. */
  answer(status: number, answered: HeadersHolder): void {
    // Not yet an answer (RFC 9110 §15.2).
    if (status < 200) return;
    this.status = status;
    this.answered = answered;
    this.shown?.answer(status);
    if (this.isOwn) this.listener.answered(this.call, this);
  }

  /** The whole answer has come. */
  finish(): void {
    this.ended ??= 'whole';
  }

  /**
   * There is no answer, or its rest does not come. `unconnected`: the connection was not made, as far as the channel
   * can tell.
   */
  fail(failure: unknown, unconnected = false): void {
    if (this.status !== undefined) {
      this.ended ??= 'broken';
      return;
    }
    this.failure = failure;
    this.shown?.fail(failure, unconnected);
    if (this.noted === undefined || !(unconnected || isUnsent(failure))) return;
    this.sent = false;
    this.noted.unsent = true;
  }
}

/** Notes the credential of a request, to whatever host: the answer to the call may be made of it. */
function note(call: LiveCall, listener: WireListener, head: RequestHead): void {
  noteCredential(call, {
    header: (name) => head.header(name),
    isOwn: (name, value) => listener.isOwnCredential(name, value, head.origin),
  });
}

function isUnsent(failure: unknown): boolean {
  return errorChain(failure).some((error) => isConnecting(error) || networkKind(error) === 'not-sent');
}
