import type { AsyncResource } from 'node:async_hooks';
import { SUCCESS, type Outcome } from '../outcome/outcome.js';
import type { AnswerProtocol, Circumstances, Exchange } from '../outcome/exchange.js';
import { AbortState, type AbortListener, type Waiting } from './abort-state.js';
import type { CallOrigin } from './call-origin.js';
import type { Call } from './call.js';
import { goesOut, keepWithin, type CarriedKey } from './requests/carried-key.js';
import type { NestedCounts } from './nested-counts.js';
import { Nesting } from './nesting.js';
import { leaveBehind } from './requests/leave-behind.js';
import { announceRequest, type Requester } from './requests/note-request.js';
import type { RequestNature } from '../outcome/request-nature.js';
import { DEFAULT_PRICE, settlePrice, type Price } from './price.js';
import { SentRequests, type SentRequest, type UnsafeRequest } from './requests/sent-requests.js';
import type { Watcher } from './attempt/watcher.js';

/** The work that a call is made for. */
export type LiveWork = (call: LiveCall) => unknown;

/** Runs the rest of a pipeline. */
export type Next<T> = (call: LiveCall) => Promise<T>;

const NONE: never[] = [];

/**
 * The engine's side of a call, which can be aborted with everything below it. It has no base class: a constructor that
 * calls another is not inlined, and costs every call a tenth more. State that few calls need stands in records that are
 * made when they are first needed: `Nesting`, `AbortState`, `SentRequests`.
 */
export class LiveCall implements Call, Circumstances, Requester {
  attempt = 1;
  carriedKey: CarriedKey | undefined = undefined;
  key: string | undefined = undefined;
  /** Whether the work can be aborted, so that the attempt must watch for it. */
  abortable = false;
  /** The requests that it has sent, as far as a client or the wire has told of any. */
  requests: SentRequests | undefined = undefined;
  /** Set by the attempt's first gate where its method has a price of its own. */
  price: Price = DEFAULT_PRICE;
  /** The object whose method is called. */
  receiver: unknown = undefined;
  /** The tickets of the gates that the attempt has entered, in order. */
  tickets: unknown[] = NONE;
  /** Its index among the calls that the adapter's entrance keeps; -1 while it is not among them. */
  place = -1;
  /** The outcome of the attempt, once it has ended. */
  outcome: Outcome | undefined = undefined;
  /** Waits for its turn in a queue; after that for the work, where the call can be aborted. */
  waiting: Waiting | undefined = undefined;
  /** Told of the end of this attempt, where the policy above has no promise of its own. */
  watcher: Watcher | undefined = undefined;
  /** The async context of its work, where that is tracked: what began later has a higher async id. */
  context: AsyncResource | undefined = undefined;
  /** Its place among its callers, where it has one. */
  nesting: Nesting<LiveCall> | undefined = undefined;
  /** Made once it can be aborted. */
  abortState: AbortState | undefined = undefined;
  /** Its own deadline; `deadline` heeds that of its parent as well. */
  limit: number | undefined = undefined;
  /** The time at the boundary that it has reached, where it was asked for: see `now`. */
  time: number | undefined = undefined;
  /** The call of the operation that this one is an attempt of: see `root`. */
  operationCall: LiveCall | undefined = undefined;
  private workStartedAt: number | undefined = undefined;

  constructor(
    readonly origin: CallOrigin,
    readonly operation: string,
    readonly args: readonly unknown[],
    readonly work: LiveWork,
  ) {}

  /** The call in whose method this one is made, while this one goes on. */
  get parent(): LiveCall | undefined {
    return this.nesting?.parent;
  }

  set parent(parent: LiveCall | undefined) {
    if (parent !== undefined) this.nested.parent = parent;
    else if (this.nesting !== undefined) this.nesting.parent = undefined;
  }

  /** Its place among its callers, made where it has none yet: for what is to be written there. */
  get nested(): Nesting<LiveCall> {
    return (this.nesting ??= new Nesting<LiveCall>());
  }

  /** Whether a time limit that is none of its own can end it: a deadline around it, or a signal of a caller. */
  get canRunOutOfTime(): boolean {
    const { nesting } = this;
    if (nesting === undefined) return false;
    const { hasSignal, parent } = nesting;
    return hasSignal || (parent !== undefined && (this.deadline !== Infinity || parent.canRunOutOfTime));
  }

  /** The parent whose deadline it inherits, and which has sent what it sends. */
  get accountableTo(): LiveCall | undefined {
    return this.nesting === undefined || this.nesting.detached ? undefined : this.nesting.parent;
  }

  get provider(): string {
    return this.origin.provider;
  }

  /** The results of the calls that are made in it. `undefined` where none goes to the same provider. */
  get counts(): NestedCounts | undefined {
    return this.nesting === undefined ? undefined : this.nesting.counts;
  }

  set counts(counts: NestedCounts | undefined) {
    this.nested.counts = counts;
  }

  /** The call of the operation that this is an attempt of. Work in the background is an operation of its own. */
  get root(): LiveCall {
    return this.operationCall === undefined ? this : this.operationCall.root;
  }

  get protocol(): AnswerProtocol | undefined {
    return this.origin.protocol;
  }

  /** The key, where the provider gets it. */
  get idempotencyKey(): string | undefined {
    const { carriedKey } = this;
    return carriedKey === undefined || !goesOut(carriedKey) ? undefined : carriedKey.value;
  }

  get idempotencyHeader(): string | undefined {
    return this.carriedKey?.header;
  }

  /** Whether the attempt has ended. Work that it left running is no part of it any more. */
  get ended(): boolean {
    return this.outcome !== undefined;
  }

  get aborted(): boolean {
    return this.abortState !== undefined && this.abortState.aborted;
  }

  /** The reason of the abort. */
  get reason(): unknown {
    return this.abortState?.reason;
  }

  /** Whether it was aborted and its work goes on all the same. */
  get runsAfterAbort(): boolean {
    return this.abortState !== undefined && this.abortState.aborted && !this.abortState.workSettled;
  }

  /** To be called by the pipeline when the work has ended, in time or not. */
  workSettled(): void {
    if (this.abortState !== undefined) this.abortState.workSettled = true;
  }

  /** Whether it was aborted by its caller, rather than by a policy. */
  get cancelled(): boolean {
    return this.abortState !== undefined && this.abortState.cancelled;
  }

  get signal(): AbortSignal {
    return (this.abortState ??= new AbortState()).signal;
  }

  /**
   * Aborts the call: what waits in it rejects with `reason` at once, and the signal aborts. An attempt that has ended
   * is not aborted any more: the body of its response may still be streaming.
   */
  abort(reason: unknown, cancelled = false): void {
    if (this.aborted || this.ended) return;
    (this.abortState ??= new AbortState()).propagate(reason, cancelled, this.waiting);
  }

  /** Calls `listener` once the call is aborted, until the returned function is called. */
  onAbort(listener: () => void): () => void {
    const added: AbortListener = { onAbort: listener };
    this.addAbortListener(added);
    return () => this.removeAbortListener(added);
  }

  addAbortListener(listener: AbortListener): void {
    (this.abortState ??= new AbortState()).addListener(listener);
  }

  removeAbortListener(listener: AbortListener): void {
    this.abortState?.removeListener(listener);
  }

  /**
   * Registers the waiter of this call: `onAbort` runs first when it is aborted, `onResult` when `finish` supplies a
   * result early.
   */
  awaitedBy(waiting: Waiting): void {
    this.waiting = waiting;
    const early = this.abortState?.earlyResult;
    if (early !== undefined) waiting.onResult(early.value);
  }

  /**
   * Called by work that has supplied all that its caller wants before it has ended: the attempt ends with `value` at
   * once.
   */
  finish(value: unknown): void {
    (this.abortState ??= new AbortState()).earlyResult = { value };
    this.waiting?.onResult(value);
  }

  /** Its own, or an earlier one of the call in whose method it is made, for as long as that goes on. */
  get deadline(): number {
    const { accountableTo: parent, limit = Infinity } = this;
    return parent === undefined || parent.ended ? limit : Math.min(limit, parent.deadline);
  }

  set deadline(at: number) {
    this.limit = at;
  }

  /** The number of the attempt that is under way, or was last. */
  get latestAttempt(): number {
    return this.abortState?.attempt?.attempt ?? this.attempt;
  }

  /**
   * The monotonic time at the boundary that the attempt has reached: the gates, the end of a wait, or its own end. The
   * clock is read when it is first asked for, and once for each boundary.
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

  /** The attempt comes to another boundary. */
  forgetTime(): void {
    this.time = undefined;
  }

  /** The attempt has passed its gates. */
  startWork(): void {
    if (this.workStartedAt !== undefined) this.workStartedAt = this.now;
  }

  /**
   * Whether it has sent a request that is unsafe to repeat (RFC 9110 §9.2.2): none, the latest one, or an earlier one.
   */
  get unsafeRequest(): UnsafeRequest {
    return this.requests === undefined ? 'none' : this.requests.unsafeRequest;
  }

  /** Whether an attempt may have taken effect although its outcome is unknown. */
  get inDoubt(): boolean {
    return this.requests !== undefined && this.requests.inDoubt;
  }

  set inDoubt(inDoubt: boolean) {
    if (inDoubt || this.requests !== undefined) (this.requests ??= new SentRequests()).inDoubt = inDoubt;
  }

  /** Whether the work has handed on a part of its result, which its caller has seen: it is not repeated then. */
  get partlyDelivered(): boolean {
    return this.requests !== undefined && this.requests.partlyDelivered;
  }

  set partlyDelivered(partlyDelivered: boolean) {
    (this.requests ??= new SentRequests()).partlyDelivered = partlyDelivered;
  }

  get hasSent(): boolean {
    return this.requests !== undefined && this.requests.any;
  }

  /** Whether its latest request was to be made under a signal that had aborted before. */
  get abortedBefore(): boolean {
    return this.requests !== undefined && this.requests.abortedBefore;
  }

  /** To be called where a request is not made because its own signal has aborted before. */
  askedTooLate(): void {
    (this.requests ??= new SentRequests()).abortedBefore = true;
  }

  /** The last request to a host of the provider, where the wire is watched. */
  get lastExchange(): Exchange | undefined {
    return this.requests?.lastExchange;
  }

  /** The request that was probably its last one, where a limiter has hidden that. */
  get likelyExchange(): Exchange | undefined {
    return this.requests?.likelyExchange;
  }

  /** Whether an earlier attempt at the operation may have taken effect, or another is under way beside this one. */
  get earlierInDoubt(): boolean {
    if (this.requests?.besideAnother === true) return true;
    return this.operationCall === undefined
      ? this.inDoubt
      : this.operationCall.inDoubt || this.operationCall.earlierInDoubt;
  }

  settle(cost: number): void {
    const attempt = this.abortState?.attempt;
    if (attempt !== undefined) return attempt.settle(cost);
    // Gates use the tickets of the calls that name no price again.
    if (!this.ended || this.price !== DEFAULT_PRICE) settlePrice(this.tickets, cost, this.ended);
  }

  sending(method: string, nature?: RequestNature): SentRequest {
    return announceRequest(this, method.toUpperCase(), nature);
  }

  keepWithin(transaction: unknown, result: unknown): Promise<void> {
    return keepWithin(this, { transaction, result });
  }

  /**
   * To be called where what is sent can be read once only: neither this call nor one in whose method it is made can
   * send it again.
   */
  sendOnce(): void {
    this.partlyDelivered = true;
    this.accountableTo?.sendOnce();
  }

  /** The attempt is over. */
  end(outcome: Outcome): void {
    this.outcome = outcome;
    this.time = undefined;
    // Otherwise every call would keep all those alive that led to it.
    if (this.nesting !== undefined) this.nesting.parent = undefined;
    if (outcome !== SUCCESS) leaveBehind(this, outcome);
  }
}
