import type { AbortListener } from './abort-state.js';
import { Deadline } from '../time/deadline-list.js';
import type { LiveCall } from './live-call.js';

const NONE: never[] = [];

/**
 * One call and the callers that wait for its result. It belongs to none of them: each can abort alone, and the call is
 * aborted only with the last one.
 */
export class SharedCall<Result> {
  /** The caller that came first: mostly there is no other, for whom a set is made. */
  private first: Waiter<Result> | undefined = undefined;
  private others: Set<Waiter<Result>> | undefined = undefined;

  constructor(
    readonly call: LiveCall,
    /** Called when no caller waits any more, before the call is aborted; `undefined`: it goes on without callers. */
    private readonly onAbandoned: (() => void) | undefined,
  ) {}

  /** Has a caller wait. `late` makes the error for one that waits until the waiter expires. */
  join(call: LiveCall, late: () => unknown = neverLate): Waiter<Result> {
    const waiter = new Waiter(this, call, late);
    if (this.first === undefined && this.others === undefined) this.first = waiter;
    else (this.others ??= new Set()).add(waiter);
    return waiter;
  }

  /** Settles each waiter with what `settle` has for it, told whether it is the first. Returns how many there were. */
  deliver(settle: (waiter: Waiter<Result>, first: boolean) => void): number {
    const { first, others = NONE } = this;
    let count = 0;
    if (first !== undefined) settle(first, count++ === 0);
    for (const waiter of others) settle(waiter, count++ === 0);
    this.first = this.others = undefined;
    this.call.parent = undefined;
    return count;
  }

  /** A caller waits no longer. */
  leave(waiter: Waiter<Result>, reason: unknown, cancelled: boolean): void {
    if (this.first === waiter) this.first = undefined;
    else if (this.others?.delete(waiter) !== true) return;
    waiter.reject(reason);
    if (this.onAbandoned === undefined || this.first !== undefined || (this.others?.size ?? 0) > 0) return;
    this.onAbandoned();
    this.call.abort(reason, cancelled);
    this.call.parent = undefined;
  }
}

/** One caller that waits: until the call has ended, the caller aborts, or it takes too long. */
export class Waiter<Result> extends Deadline implements AbortListener {
  readonly result: Promise<Result>;
  private settleWith!: { resolve(result: Result): void; reject(reason: unknown): void };

  constructor(
    private readonly shared: SharedCall<Result>,
    readonly call: LiveCall,
    private readonly late: () => unknown,
  ) {
    super();
    this.result = new Promise((resolve, reject) => {
      this.settleWith = { resolve, reject };
    });
    call.addAbortListener(this);
  }

  expire(): void {
    this.shared.leave(this, this.late(), true);
  }

  onAbort(): void {
    this.shared.leave(this, this.call.reason, this.call.cancelled);
  }

  resolve(result: Result): void {
    this.stop();
    this.settleWith.resolve(result);
  }

  reject(reason: unknown): void {
    this.stop();
    this.settleWith.reject(reason);
  }

  private stop(): void {
    this.remove();
    this.call.removeAbortListener(this);
  }
}

function neverLate(): undefined {
  return undefined;
}
