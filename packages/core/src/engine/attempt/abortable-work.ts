import type { Waiting } from '../abort-state.js';
import { contextOf } from '../current-call.js';
import type { LiveCall } from '../live-call.js';
import { rejected } from './rejected.js';

/** Told once how an attempt ended. */
interface AttemptEnd {
  succeeded(call: LiveCall, value: unknown): unknown;
  failed(call: LiveCall, error: unknown, stillRunning: Promise<unknown> | undefined): void;
}

/** The work of an attempt that can be aborted: the attempt ends with the work, or before it. */
export class AbortableWork implements Waiting {
  private work: Promise<unknown> | undefined = undefined;

  constructor(
    private readonly attempt: AttemptEnd,
    private readonly call: LiveCall,
    private readonly resolve: (value: unknown) => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    // A timer or another call may abort it: what follows then runs in the caller's async context nevertheless.
    if (call.watcher !== undefined) contextOf(call);
  }

  settleWith(work: Promise<unknown>): void {
    const { call } = this;
    this.work = work;
    // Work that ends after an abort has a handler, and changes nothing.
    work.then(
      (value) => this.succeed(value),
      (error: unknown) => this.fail(error),
    );
    if (call.aborted) this.onAbort(call.reason);
    else call.awaitedBy(this);
  }

  onResult(value: unknown): void {
    const { call } = this;
    if (!call.ended) this.resolve(this.attempt.succeeded(call, value));
  }

  onAbort(reason: unknown): void {
    const { call } = this;
    this.attempt.failed(call, reason, this.work);
    if (call.watcher === undefined) this.reject(reason);
    else this.resolve(call.context!.runInAsyncScope(() => Promise.resolve().then(() => rejected(call, reason))));
  }

  private succeed(value: unknown): void {
    this.call.workSettled();
    this.onResult(value);
  }

  private fail(error: unknown): void {
    const { call } = this;
    call.workSettled();
    if (call.ended) return;
    this.attempt.failed(call, error, undefined);
    const goingOn = call.watcher?.failed(error);
    if (goingOn === undefined) this.reject(error);
    else this.resolve(goingOn);
  }
}
