import { isRepeatable } from './protocols/rest.js';

/** One logical operation and everything that travels with it through all its attempts. */
export interface Call {
  readonly provider: string;
  /** What is called, for example `'PaymentsClient.charge'`. */
  readonly operation: string;
  readonly args: readonly unknown[];
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** When the operation must have ended, in the clock's monotonic milliseconds; `Infinity` when there is no limit. */
  readonly deadline: number;
  /** The same over all attempts of the operation. */
  readonly idempotencyKey: string | undefined;
  /** What tells keyed policies apart, such as a tenant; `undefined` when the call has no key. */
  readonly key: string | undefined;
  /** Aborts when the attempt is given up. Made when first read: a call that never reads it pays nothing. */
  readonly signal: AbortSignal;
  /**
   * To be told by the client that sends a request with which HTTP method it does: what may not be repeated (RFC 9110 §9.2.2) is
   * then not retried when its outcome is unknown, even where the error does not say what was sent.
   */
  sending(method: string): void;
}

/** Runs the rest of a pipeline. */
export type Next<T> = (call: LiveCall) => Promise<T>;

/** What a caller wants done, told the call it is done for. */
export type Work<T> = (call: Call) => Promise<T> | T;

/** The engine's side of a call: it can be interrupted, and everything below it with it. */
export class LiveCall implements Call {
  attempt = 1;
  deadline = Infinity;
  idempotencyKey: string | undefined = undefined;
  key: string | undefined = undefined;
  /** Whether anybody may interrupt the work, so that the attempt must watch for it. */
  interruptible = false;
  /** When the attempt reached the gates, in monotonic milliseconds. */
  startedAt = 0;
  aborted = false;
  reason: unknown = undefined;
  /** Whether it was given up by whoever asked for it, rather than by a policy. */
  cancelled = false;
  /** Whether the attempt has ended: what it left running is no part of it any more. */
  ended = false;
  /** Whether an attempt may have taken effect without our knowing. */
  inDoubt = false;
  /** Whether everything that the attempt is known to have sent may be repeated; `undefined` when nothing is known. */
  repeatable: boolean | undefined = undefined;
  /** The object whose method is called. */
  receiver: unknown = undefined;
  private controller: AbortController | undefined = undefined;
  private reject: ((reason: unknown) => void) | undefined = undefined;
  private listeners: Set<() => void> | undefined = undefined;
  private current: LiveCall | undefined = undefined;
  private running = false;
  private operationCall: LiveCall | undefined = undefined;

  constructor(
    readonly provider: string,
    readonly operation: string,
    readonly args: readonly unknown[],
    readonly work: Work<unknown>,
  ) {}

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.aborted) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  /** Whether the attempt ended while its work was still going on. */
  get abandoned(): boolean {
    return this.aborted && this.running;
  }

  /** A call for one attempt: it can be given up alone, and is given up with this one. */
  forAttempt(attempt: number): LiveCall {
    const call = new LiveCall(this.provider, this.operation, this.args, this.work);
    call.attempt = attempt;
    call.deadline = this.deadline;
    call.idempotencyKey = this.idempotencyKey;
    call.key = this.key;
    call.interruptible = this.interruptible;
    call.receiver = this.receiver;
    call.operationCall = this;
    if (this.aborted) call.abort(this.reason, this.cancelled);
    this.current = call;
    return call;
  }

  sending(method: string): void {
    this.repeatable = isRepeatable(method) && this.repeatable !== false;
  }

  /**
   * Gives the call up: whoever waits in it is rejected with `reason` at once, and the signal aborts. An attempt that has ended cannot
   * be given up any more: the body of its response may still be streaming.
   */
  abort(reason: unknown, cancelled = false): void {
    if (this.aborted || this.ended) return;
    this.aborted = true;
    this.cancelled = cancelled;
    this.reason = reason;
    this.reject?.(reason);
    this.controller?.abort(reason);
    this.current?.abort(reason, cancelled);
    if (this.listeners !== undefined) for (const listener of [...this.listeners]) listener();
  }

  /** Notes that the operation may have taken effect. */
  doubt(): void {
    this.inDoubt = true;
    if (this.operationCall !== undefined) this.operationCall.inDoubt = true;
  }

  /** Calls `listener` once the call is given up, until the returned function is called. */
  onAbort(listener: () => void): () => void {
    (this.listeners ??= new Set()).add(listener);
    return () => void this.listeners?.delete(listener);
  }

  /** The result of `work`, or the reason for which the call was given up, whichever comes first. */
  race<T>(work: Promise<T>): Promise<T> {
    this.running = true;
    return new Promise<T>((resolve, reject) => {
      this.reject = reject;
      work.then(
        (value) => {
          this.running = false;
          resolve(value);
        },
        (error: unknown) => {
          this.running = false;
          reject(error);
        },
      );
      if (this.aborted) reject(this.reason);
    });
  }
}
