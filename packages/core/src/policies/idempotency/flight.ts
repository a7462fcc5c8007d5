import { Deadline } from '../../time/deadline-list.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { Settled } from '../../outcome/outcome.js';

/**
 * An operation that is under way in this process, and the callers who wait for it. It belongs to none of them: each can
 * abort alone, and the operation is aborted only with the last one.
 */
export class Flight {
  /** The call that the operation is made with. */
  readonly call: LiveCall;
  private readonly waiters = new Set<Waiter>();

  constructor(
    owner: LiveCall,
    readonly fingerprint: string,
    /** Called when no caller waits any more, before the operation is aborted. */
    private readonly onAbandoned: (flight: Flight) => void,
  ) {
    this.call = owner.siblingAttempt();
  }

  /** Has a caller wait. `late` makes the error for one who waits until the waiter expires. */
  join(call: LiveCall, late: () => unknown = () => undefined): Waiter {
    const waiter: Waiter = new Waiter(call, late, (reason, cancelled) => this.leave(waiter, reason, cancelled));
    this.waiters.add(waiter);
    // Another attempt is worth while for as long as one of the callers has the time.
    const { parent } = this.call;
    if (parent !== undefined && call.deadline > parent.deadline) this.call.parent = call.parent;
    return waiter;
  }

  /** Hands each caller the result that `resultFor` makes for it, told whether it is the first. */
  land(resultFor: (first: boolean, call: LiveCall) => Settled): void {
    let first = true;
    for (const waiter of this.waiters) {
      waiter.settle(resultFor(first, waiter.call));
      first = false;
    }
    this.waiters.clear();
    this.call.parent = undefined;
  }

  private leave(waiter: Waiter, reason: unknown, cancelled: boolean): void {
    if (!this.waiters.delete(waiter)) return;
    waiter.settle({ ok: false, error: reason });
    if (this.waiters.size > 0) return;
    this.onAbandoned(this);
    this.call.abort(reason, cancelled);
  }
}

/** One waiting caller: until the operation has ended, the caller aborts, or it takes too long. */
export class Waiter extends Deadline {
  readonly result: Promise<unknown>;
  private resolve!: (value: unknown) => void;
  private reject!: (error: unknown) => void;
  private readonly stopListening: () => void;

  constructor(
    readonly call: LiveCall,
    private readonly late: () => unknown,
    private readonly leave: (reason: unknown, cancelled: boolean) => void,
  ) {
    super();
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.stopListening = call.onAbort(() => leave(call.reason, call.cancelled));
  }

  expire(): void {
    this.leave(this.late(), true);
  }

  settle(result: Settled): void {
    this.remove();
    this.stopListening();
    if (result.ok) this.resolve(result.value);
    else this.reject(result.error);
  }
}
