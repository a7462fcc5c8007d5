import { Deadline } from '../time/deadline-list.js';
import type { LiveCall } from './live-call.js';

/**
 * One call and the callers that wait for its result. It belongs to none of them: each can abort alone, and the call is
 * aborted only with the last one.
 */
export class SharedCall<Result> {
  private readonly waiters = new Set<Waiter<Result>>();

  constructor(
    readonly call: LiveCall,
    /** Called when no caller waits any more, before the call is aborted; `undefined`: it goes on without callers. */
    private readonly onAbandoned: (() => void) | undefined,
  ) {}

  /** Has a caller wait. `late` makes the error for one that waits until the waiter expires. */
  join(call: LiveCall, late: () => unknown = () => undefined): Waiter<Result> {
    const waiter: Waiter<Result> = new Waiter(call, late, (reason, cancelled) => this.leave(waiter, reason, cancelled));
    this.waiters.add(waiter);
    return waiter;
  }

  /** Settles each waiter with what `settle` has for it, told whether it is the first. Returns how many there were. */
  deliver(settle: (waiter: Waiter<Result>, first: boolean) => void): number {
    const count = this.waiters.size;
    let first = true;
    for (const waiter of this.waiters) {
      settle(waiter, first);
      first = false;
    }
    this.waiters.clear();
    this.call.parent = undefined;
    return count;
  }

  private leave(waiter: Waiter<Result>, reason: unknown, cancelled: boolean): void {
    if (!this.waiters.delete(waiter)) return;
    waiter.reject(reason);
    if (this.onAbandoned === undefined || this.waiters.size > 0) return;
    this.onAbandoned();
    this.call.abort(reason, cancelled);
    this.call.parent = undefined;
  }
}

/** One caller that waits: until the call has ended, the caller aborts, or it takes too long. */
export class Waiter<Result> extends Deadline {
  readonly result: Promise<Result>;
  private settleWith!: { resolve(result: Result): void; reject(reason: unknown): void };
  private readonly stopListening: () => void;

  constructor(
    readonly call: LiveCall,
    private readonly late: () => unknown,
    private readonly leave: (reason: unknown, cancelled: boolean) => void,
  ) {
    super();
    this.result = new Promise((resolve, reject) => {
      this.settleWith = { resolve, reject };
    });
    this.stopListening = call.onAbort(() => leave(call.reason, call.cancelled));
  }

  expire(): void {
    this.leave(this.late(), true);
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
    this.stopListening();
  }
}
