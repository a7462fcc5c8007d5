import type { Waiting } from '../abort-state.js';
import type { LiveCall } from '../live-call.js';
import { discardAnswer } from '../../values/discard.js';
import { rejected } from './rejected.js';

/** Told once how an attempt ended. */
interface AttemptEnd {
  succeeded(call: LiveCall, value: unknown): unknown;
  failed(call: LiveCall, error: unknown, stillRunning: Promise<unknown> | undefined): void;
}

/**
 * The work of an attempt that can be aborted: the attempt ends with the work, or before it. The promise that may be
 * settled early is one of its own, and the work settles it by the promise's own functions: V8 follows those to the
 * caller, for the stack traces of errors that are thrown after a wait. A retry follows that promise, and so runs in the
 * async context in which the attempt began, also where a timer ends it.
 */
export class AbortableWork implements Waiting {
  private resolve!: (value: unknown) => void;
  private reject!: (reason: unknown) => void;
  /** Set where a result was there before the work had ended: what the attempt has made of it. */
  private early: { readonly made: unknown } | undefined = undefined;

  constructor(
    private readonly attempt: AttemptEnd,
    private readonly call: LiveCall,
    private readonly work: Promise<unknown>,
  ) {}

  /** Waits for the work. Resolves as the attempt ends, with what its watcher makes of that. */
  end(): Promise<unknown> {
    const { call, work } = this;
    const first = new Promise<unknown>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    work.then(this.resolve, this.reject);
    const end = first.then(
      (value) => this.succeed(value),
      (error: unknown) => this.fail(error),
    );
    if (call.aborted) this.onAbort(call.reason);
    else call.awaitedBy(this);
    return end;
  }

  onResult(value: unknown): void {
    const { call } = this;
    if (call.ended) return;
    this.early = { made: this.attempt.succeeded(call, value) };
    this.resolve(undefined);
  }

  onAbort(reason: unknown): void {
    const { call, work } = this;
    this.attempt.failed(call, reason, work);
    this.reject(reason);
    const settled = (late: unknown) => {
      call.workSettled();
      discardAnswer(late);
    };
    work.then(settled, settled);
  }

  private succeed(value: unknown): unknown {
    const { call, early } = this;
    if (early !== undefined) return early.made;
    // Aborted in the very turn in which the work ended.
    if (call.ended) return rejected(call, call.reason);
    call.workSettled();
    return this.attempt.succeeded(call, value);
  }

  private fail(error: unknown): unknown {
    const { call, early } = this;
    if (early !== undefined) return early.made;
    if (!call.ended) {
      call.workSettled();
      this.attempt.failed(call, error, undefined);
    }
    const goingOn = call.watcher?.failed(error);
    if (goingOn === undefined) throw error;
    return goingOn;
  }
}
