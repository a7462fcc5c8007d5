import type { Exchange } from '../../outcome/exchange.js';
import type { RequestNature } from '../../outcome/request-nature.js';
import { discard } from '../../values/discard.js';
import type { KeyedRequests } from './keyed-requests.js';
import { isNow, thisTurn, type Turn } from './turn.js';

/** How many answers are kept that may still have to be cancelled. */
const MOST_ANSWERS = 32;

/** The requests of an attempt that may not be repeated. */
export type UnsafeRequest = 'none' | 'latest' | 'earlier';

/** One request, and which calls may repeat it. */
export interface SentRequest {
  /** In upper case. */
  readonly method: string;
  /** The client's own word on it, which what goes over the wire does not refute. */
  readonly nature: RequestNature | undefined;
  /** Whether the call that sent it may repeat it: by its method, or because it carries the call's key. */
  repeatable: boolean;
  /** Whether the calls in whose methods that call is made may. */
  repeatableAbove: boolean;
  /** Whether it certainly did not reach the provider. */
  unsent: boolean;
  /** Whether it goes without the key that its call has, which went out with another one. */
  isKeyWithheld?: boolean;
}

/**
 * The requests that an attempt is known to have sent, from the client, before it sends, and from the wire; and what
 * else it may have left behind.
 */
export class SentRequests {
  /** Whether it may have sent some that were not seen as its own, behind a limiter. */
  anySuspected = false;
  /** One of those, which tells what became of it. */
  likelyExchange: Exchange | undefined = undefined;
  /** Whether an attempt may have taken effect although its outcome is unknown. */
  inDoubt = false;
  /** Whether the work has handed on a part of its result. */
  partlyDelivered = false;
  /** Whether another attempt at the same is under way beside it, and so a request with the same key. */
  besideAnother = false;
  /** Whether the latest was to be made under a signal that had aborted before. */
  abortedBefore = false;
  /** Those that our own clients have sent under the call's key. */
  keyed: KeyedRequests | undefined = undefined;
  private last: Exchange | undefined = undefined;
  /** The one before it, and the turn in which the last one has begun, where there is one before it. */
  private beforeLast: Exchange | undefined = undefined;
  private turn: Turn | undefined = undefined;
  /** The responses, as our own client has them. */
  private readonly answers: object[] = [];
  private latest: SentRequest | undefined = undefined;
  /** Whether this call may repeat the latest. */
  private latestBears = true;
  /** Whether one before the latest stands against repeating the attempt, and whether any may have been sent. */
  private anyEarlier = false;
  private hasEarlier = false;
  /** Requests that a client has announced and the wire has not shown yet. */
  private announced: SentRequest[] = [];

  /** Whether none was seen, sent or not. */
  get none(): boolean {
    return this.latest === undefined;
  }

  /**
   * The last request to a host of the provider. One that has begun in this very turn is none that an error of this turn
   * could come from: a limiter starts another call's request as soon as one has ended.
   */
  get lastExchange(): Exchange | undefined {
    const { last, beforeLast, turn } = this;
    if (turn === undefined || !isNow(turn)) return last;
    return last!.status === undefined && last!.failure === undefined ? beforeLast : last;
  }

  set lastExchange(exchange: Exchange | undefined) {
    if (this.last !== undefined) {
      this.beforeLast = this.last;
      this.turn = thisTurn();
    }
    this.last = exchange;
  }

  get any(): boolean {
    return this.latest !== undefined && (this.hasEarlier || !this.latest.unsent);
  }

  /** Says whether a request may not be repeated: none, only the latest, or one before that. */
  get unsafeRequest(): UnsafeRequest {
    if (this.anyEarlier) return 'earlier';
    return this.latestStands ? 'latest' : 'none';
  }

  note(request: SentRequest, bears: boolean): void {
    this.abortedBefore = false;
    if (this.latestStands) this.anyEarlier = true;
    if (this.latest?.unsent === false) this.hasEarlier = true;
    this.latest = request;
    this.latestBears = bears;
  }

  announce(request: SentRequest): void {
    this.announced.push(request);
  }

  /**
   * A request that was announced has ended: the wire will not show it any more. Returns `false` where it has shown it.
   */
  forgetAnnounced(request: SentRequest): boolean {
    const at = this.announced.indexOf(request);
    if (at !== -1) this.announced.splice(at, 1);
    return at !== -1;
  }

  /** The request of this method that a client has told of before the wire shows it. */
  takeAnnounced(method: string, over: RequestNature['over']): SentRequest | undefined {
    const at = this.announced.findIndex(
      (request) => request.method === method && (request.nature?.over ?? over) === over,
    );
    return at === -1 ? undefined : this.announced.splice(at, 1)[0];
  }

  /** Takes note of an answer, so that it can be cancelled where it is not read. */
  received(answer: object): void {
    // An answer of long ago was read.
    if (this.answers.push(answer) > MOST_ANSWERS) this.answers.shift();
  }

  /** Cancels the answers that were not read. */
  discardAnswers(): void {
    for (const answer of this.answers) discard(answer);
  }

  /** The latest request has certainly not reached the provider. */
  noteUnsent(): void {
    if (this.latest !== undefined) this.latest.unsent = true;
  }

  /** Takes over what another attempt at the same has sent. */
  adopt(other: SentRequests): void {
    const { latest } = other;
    this.last = other.lastExchange ?? this.last;
    if (other.anySuspected) this.anySuspected = true;
    if (latest === undefined) return;
    if (other.anyEarlier) this.anyEarlier = true;
    if (other.hasEarlier || this.latest !== undefined) this.hasEarlier = true;
    if (!this.latestStands || other.latestStands) {
      this.latest = latest;
      this.latestBears = other.latestBears;
    }
  }

  private get latestStands(): boolean {
    return this.latest !== undefined && !this.latestBears && !this.latest.unsent;
  }
}
