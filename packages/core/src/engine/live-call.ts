import type { AsyncResource } from 'node:async_hooks';
import type { Call } from './call.js';
import type { Clock } from '../time/clock.js';
import { Interruption, type AbortListener, type Waiting } from './abort-state.js';
import { discard } from '../values/discard.js';
import { isInDoubt, REFUSED, SUCCESS, type Outcome } from '../outcome/outcome.js';
import { DEFAULT_PRICE, settlePrice, type Price } from './price.js';
import type { Circumstances, Exchange } from '../outcome/exchange.js';
import { isRepeatable } from '../outcome/protocols/http-status.js';
import type { WireListener } from './wire-listener.js';
import { SentRequests, type SentRequest, type Unrepeatable } from './sent-requests.js';

/** The work that a call is made for. */
export type LiveWork = (call: LiveCall) => unknown;

/** Runs the rest of a pipeline. */
export type Next<T> = (call: LiveCall) => Promise<T>;

/** Told how the first attempt of an operation has ended, before anybody else is: it may go on from there. */
export interface Watcher {
  /** Gives the value, or a promise of what comes of going on. */
  succeeded(value: unknown): unknown;
  /** Gives a promise of what comes of going on; `undefined` where the error is what comes of it. */
  failed(error: unknown): Promise<unknown> | undefined;
}

/** Where calls come from: the provider, and the clock that times them. */
export interface CallOrigin {
  readonly provider: string;
  readonly clock: Clock;
  /** Whether code at any depth below a method finds its call, also after it has waited. */
  readonly trackCalls?: boolean;
  /** What wants to know of the requests that its calls send; `undefined` where nothing does. */
  wire?(): WireListener | undefined;
}

/** The idempotency key of a call, as it goes to the provider. */
export interface CarriedKey {
  readonly value: string;
  readonly header: string;
  /** Whether it was made for this call alone: whoever makes the call anew gives it another. */
  readonly ofThisCall: boolean;
  /** Whether it takes the place of a key that stands in the request already. */
  readonly replace?: boolean;
}

/** How many answers are kept that may still have to be cancelled. */
const MOST_ANSWERS = 32;
const NONE: never[] = [];

/**
 * The engine's side of a call: it can be interrupted, and everything below it with it. It has no base class: a
 * constructor that calls another is not made part of its caller, and costs every call a tenth more.
 */
export class LiveCall implements Call, Circumstances {
  attempt = 1;
  carriedKey: CarriedKey | undefined = undefined;
  key: string | undefined = undefined;
  /** Whether anybody may interrupt the work, so that the attempt must watch for it. */
  interruptible = false;
  /** Whether an attempt may have taken effect without our knowing. */
  inDoubt = false;
  /** What it has sent, once anything says that it has. */
  requests: SentRequests | undefined = undefined;
  /** The call in whose method this one is made, while this one goes on. */
  parent: LiveCall | undefined = undefined;
  /**
   * Whether it is nobody's who asks: the deadline of its parent is not its own, and what it sends the parent has not
   * sent.
   */
  independent = false;
  /** Whether the work has handed on a part of its result: what somebody has seen is not done again. */
  delivered = false;
  /** Set by the attempt's first gate where its method has a price of its own. */
  price: Price = DEFAULT_PRICE;
  /** The object whose method is called. */
  receiver: unknown = undefined;
  /** What the attempt got from each gate that it entered, in order. */
  tickets: unknown[] = NONE;
  /** What came of the attempt, once it has ended. */
  outcome: Outcome | undefined = undefined;
  /** Whether it belongs to a caller who may give up, or to the call in whose method it is made. */
  tied = false;
  /**
   * What lets only a few calls through for now, where it let this one through: the calls that are made in it go with
   * it.
   */
  permit: unknown = undefined;
  /** Who waits for its work, where somebody may give it up. */
  waiting: Waiting | undefined = undefined;
  /** Who goes on from this attempt, where no promise between does. */
  watcher: Watcher | undefined = undefined;
  /**
   * Brings back the async context in which the attempt was begun, where something may have to go on in it from outside.
   */
  context: AsyncResource | undefined = undefined;
  /** Whether a policy above pays the operation's successes into the retry budget. */
  budgeted = false;
  private interruption: Interruption | undefined = undefined;
  private limit: number | undefined = undefined;
  private time: number | undefined = undefined;
  private workStartedAt: number | undefined = undefined;
  private operationCall: LiveCall | undefined = undefined;

  constructor(
    readonly origin: CallOrigin,
    readonly operation: string,
    readonly args: readonly unknown[],
    readonly work: LiveWork,
  ) {}

  get provider(): string {
    return this.origin.provider;
  }

  get idempotencyKey(): string | undefined {
    return this.carriedKey?.value;
  }

  get idempotencyHeader(): string | undefined {
    return this.carriedKey?.header;
  }

  /** Whether the attempt has ended: what it left running is no part of it any more. */
  get ended(): boolean {
    return this.outcome !== undefined;
  }

  /** Whether it was given up. */
  get aborted(): boolean {
    return this.interruption !== undefined && this.interruption.aborted;
  }

  /** Why the call was given up. */
  get reason(): unknown {
    return this.interruption?.reason;
  }

  /** Whether it was given up and its work goes on all the same. */
  get goesOnInVain(): boolean {
    return this.interruption !== undefined && this.interruption.aborted && !this.interruption.workSettled;
  }

  /** To be called by the pipeline when the work has ended, in time or not. */
  workSettled(): void {
    if (this.interruption !== undefined) this.interruption.workSettled = true;
  }

  /** Whether it was given up by whoever asked for it, rather than by a policy. */
  get cancelled(): boolean {
    return this.interruption !== undefined && this.interruption.cancelled;
  }

  get signal(): AbortSignal {
    const interruption = (this.interruption ??= new Interruption());
    if (interruption.controller === undefined) {
      interruption.controller = new AbortController();
      if (this.aborted) interruption.controller.abort(interruption.reason);
    }
    return interruption.controller.signal;
  }

  /**
   * Gives the call up: whoever waits in it is rejected with `reason` at once, and the signal aborts. An attempt that
   * has ended cannot be given up any more: the body of its response may still be streaming.
   */
  abort(reason: unknown, cancelled = false): void {
    if (this.aborted || this.ended) return;
    (this.interruption ??= new Interruption()).spread(reason, cancelled, this.waiting);
  }

  /** Calls `listener` once the call is given up, until the returned function is called. */
  onAbort(listener: () => void): () => void {
    const added: AbortListener = { onAbort: listener };
    this.addAbortListener(added);
    return () => this.removeAbortListener(added);
  }

  addAbortListener(listener: AbortListener): void {
    (this.interruption ??= new Interruption()).listeners.add(listener);
  }

  removeAbortListener(listener: AbortListener): void {
    this.interruption?.listeners.delete(listener);
  }

  /** Has `waiting` told first when the call is given up, and given a result that is there before the work has ended. */
  awaitedBy(waiting: Waiting): void {
    this.waiting = waiting;
    const { interruption } = this;
    if (interruption?.early !== undefined) waiting.take(interruption.early.value);
  }

  /**
   * To be called by work that somebody may give up, when all is there that is wanted of it: the attempt ends with
   * `value` at once.
   */
  finish(value: unknown): void {
    const interruption = (this.interruption ??= new Interruption());
    interruption.early = { value };
    this.waiting?.take(value);
  }

  /** The result of `work`, or the reason for which the call was given up, whichever comes first. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting = { giveUp: reject, take: () => undefined };
      work.then(resolve, reject);
      if (this.aborted) reject(this.reason);
    });
  }

  /**
   * Its own, or that of the call in whose method it is made, for as long as that goes on: what outlives its parent has
   * no deadline from it.
   */
  get deadline(): number {
    const { parent, limit = Infinity } = this;
    return parent === undefined || parent.ended || this.independent ? limit : Math.min(limit, parent.deadline);
  }

  set deadline(at: number) {
    this.limit = at;
  }

  /**
   * Whether code below finds the call after it has waited: where there is something to inherit, or all calls are
   * tracked.
   */
  get isTracked(): boolean {
    return (
      this.origin.trackCalls === true ||
      this.limit !== undefined ||
      this.tied ||
      this.permit !== undefined ||
      this.context !== undefined ||
      this.key !== undefined ||
      this.carriedKey !== undefined
    );
  }

  /** The number of the attempt that is under way, or was last. */
  get latestAttempt(): number {
    return this.interruption?.attempt?.attempt ?? this.attempt;
  }

  /**
   * The monotonic time at the boundary where the attempt is: where it reaches the gates, goes on after a wait, or ends.
   * The clock is read when somebody first asks, and once for all who ask.
   */
  get now(): number {
    return (this.time ??= this.origin.clock.now());
  }

  /**
   * How long the work took, in milliseconds, waiting in gates not included. Only where a gate has asked for it with
   * `timeWork`.
   */
  get tookMs(): number {
    return this.now - this.workStartedAt!;
  }

  /** When the work began, `Infinity` while it has not. Only where a gate has asked for it with `timeWork`. */
  get workingSince(): number {
    return this.workStartedAt!;
  }

  /** To be called by a gate that will want to know how long the work took, when the call enters it. */
  timeWork(): void {
    this.workStartedAt ??= Infinity;
  }

  /** The attempt comes to another boundary: what was read of the clock is past. */
  forgetTime(): void {
    this.time = undefined;
  }

  /** The attempt has passed its gates. */
  startWork(): void {
    if (this.workStartedAt !== undefined) this.workStartedAt = this.now;
  }

  /** A call for one attempt: it can be given up alone, and is given up with this one. */
  forAttempt(attempt: number): LiveCall {
    const call = this.again(attempt);
    // The first attempt begins where the operation does.
    if (attempt === 1) call.time = this.time;
    call.interruptible = this.interruptible;
    if (this.aborted) call.abort(this.reason, this.cancelled);
    (this.interruption ??= new Interruption()).attempt = call;
    return call;
  }

  /** A call for another attempt at the same, which has nothing to do with what became of this one. */
  again(attempt: number): LiveCall {
    const call = new LiveCall(this.origin, this.operation, this.args, this.work);
    call.attempt = attempt;
    call.limit = this.limit;
    call.carriedKey = this.carriedKey;
    call.key = this.key;
    call.receiver = this.receiver;
    call.parent = this.parent;
    call.independent = this.independent;
    call.tied = this.tied;
    call.budgeted = this.budgeted;
    call.operationCall = this;
    return call;
  }

  /**
   * A call for one of several attempts side by side, which are one attempt of the operation. Whoever makes it has to
   * give it up.
   */
  beside(another = false): LiveCall {
    const call = this.again(this.attempt);
    if (another) (call.requests = new SentRequests()).besideAnother = true;
    call.time = this.time;
    call.interruptible = true;
    return call;
  }

  /**
   * The same call for work that belongs to nobody who asks: without their deadlines, and given up only by whoever made
   * it.
   */
  detached(): LiveCall {
    const call = this.again(1);
    call.limit = call.operationCall = undefined;
    call.independent = true;
    call.interruptible = this.interruptible;
    return call;
  }

  /** Which of its requests is known not to bear repeating: none, only the latest, or one before that. */
  get unrepeatable(): Unrepeatable {
    return this.requests === undefined ? 'none' : this.requests.unrepeatable;
  }

  get hasSent(): boolean {
    return this.requests !== undefined && this.requests.any;
  }

  /** The last request to a host of the provider, where the wire is watched. */
  get lastExchange(): Exchange | undefined {
    return this.requests?.lastExchange;
  }

  /** Whether an earlier attempt at the operation may have taken effect, or another is under way beside this one. */
  get earlierInDoubt(): boolean {
    if (this.requests?.besideAnother === true) return true;
    return this.operationCall === undefined
      ? this.inDoubt
      : this.operationCall.inDoubt || this.operationCall.earlierInDoubt;
  }

  settle(cost: number): void {
    if (this.ended) return;
    const attempt = this.interruption?.attempt;
    if (attempt === undefined) settlePrice(this.tickets, cost);
    else attempt.settle(cost);
  }

  sending(method: string): void {
    const request = this.noteRequest(method.toUpperCase(), this.carriedKey !== undefined);
    this.requests!.announce(request);
  }

  /**
   * Notes a request that goes over the wire, with or without the call's key. Where the client has told of it before, it
   * is the same one, and the wire knows better whether it carries the key.
   */
  sendingOverWire(method: string, carriesKey: boolean): SentRequest {
    const announced = this.requests?.takeAnnounced(method);
    if (announced === undefined) return this.noteRequest(method, carriesKey);
    return this.bears(method, carriesKey) || !announced.repeatable ? announced : this.noteRequest(method, carriesKey);
  }

  /**
   * What is being sent can be read once only: neither this call nor one in whose method it is made can send it again.
   */
  sendOnce(): void {
    this.delivered = true;
    if (!this.independent) this.parent?.sendOnce();
  }

  /** Takes note of an answer, so that it can be cancelled where nobody reads it. */
  received(answer: object): void {
    const { answers } = (this.requests ??= new SentRequests());
    // What a call has read long ago need not be kept.
    if (answers.push(answer) > MOST_ANSWERS) answers.shift();
  }

  /** Cancels the answers that were received and that nobody has read: another attempt takes the place of this one. */
  discardAnswers(): void {
    this.requests?.answers.forEach((answer) => discard(answer));
  }

  /** The attempt is over. */
  end(outcome: Outcome): void {
    this.outcome = outcome;
    this.time = undefined;
    if (outcome.kind === 'not-sent') this.requests?.noteUnsent();
    // Else every call would keep all those alive that led to it.
    this.parent = undefined;
    if (outcome === SUCCESS) return;
    if (this.requests !== undefined && this.operationCall !== undefined)
      this.operationCall.adoptRequests(this.requests);
    // A refusal by another provider may have come after something was done.
    if (isInDoubt(outcome) || (outcome.kind === 'refused' && outcome !== REFUSED)) this.doubt();
  }

  /**
   * Notes a request, here and in the calls in whose methods it is made: to repeat one of those is to repeat the
   * request.
   */
  private noteRequest(method: string, carriesKey: boolean): SentRequest {
    const repeatable = this.bears(method, carriesKey);
    const repeatableAbove = repeatable && (isRepeatable(method) === true || this.carriedKey?.ofThisCall === false);
    const request: SentRequest = { method, repeatable, repeatableAbove, unsent: false };
    (this.requests ??= new SentRequests()).note(request, repeatable);
    let above = this.independent ? undefined : this.parent;
    while (above !== undefined) {
      (above.requests ??= new SentRequests()).note(request, repeatableAbove);
      above = above.independent ? undefined : above.parent;
    }
    return request;
  }

  private bears(method: string, carriesKey: boolean): boolean {
    return isRepeatable(method) === true || carriesKey;
  }

  /** What the last of its attempts has sent is what it has sent. */
  private adoptRequests(requests: SentRequests): void {
    this.requests = requests;
    this.operationCall?.adoptRequests(requests);
  }

  /** Notes that the operation may have taken effect. */
  private doubt(): void {
    this.inDoubt = true;
    this.operationCall?.doubt();
  }
}
