import type { LiveCall } from '../../engine/live-call.js';
import type { Settled } from '../../outcome/outcome.js';
import type { Subject } from './kept-answers.js';

interface Waiter {
  readonly call: LiveCall;
  resolve(result: Settled | undefined): void;
  reject(reason: unknown): void;
  stopListening: (() => void) | undefined;
}

/**
 * One call that fetches an answer, and the callers who wait for it. It belongs to none of them: each can abort alone,
 * and the call is aborted only with the last one. A load in the background goes on without waiters.
 */
export class SharedLoad {
  /** Whether it was aborted, so that its result means nothing. */
  abandoned = false;
  /** Whether what it fetches was out of date before it came: it is given to those who wait, and not kept. */
  outdated = false;
  private readonly waiters = new Set<Waiter>();

  constructor(
    readonly call: LiveCall,
    readonly key: string,
    readonly subject: Subject,
    /** When it began, in monotonic milliseconds. */
    readonly startedAt: number,
    readonly inBackground: boolean,
  ) {}

  /**
   * Resolves with the result of `deliver`, or rejects with the reason for which the call was aborted. `onAbandon` is
   * called when no waiter is left, before the load's call is aborted.
   */
  join(call: LiveCall, onAbandon: (load: SharedLoad) => void): Promise<Settled | undefined> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { call, resolve, reject, stopListening: undefined };
      this.waiters.add(waiter);
      waiter.stopListening = call.onAbort(() => this.leave(waiter, onAbandon));
    });
  }

  /**
   * Hands each waiter the result that `resultFor` makes for it, told whether it is the first. Returns how many there
   * were.
   */
  deliver(resultFor: (first: boolean) => Settled | undefined): number {
    const count = this.waiters.size;
    let first = true;
    for (const { resolve, stopListening } of this.waiters) {
      stopListening?.();
      resolve(resultFor(first));
      first = false;
    }
    this.waiters.clear();
    this.call.parent = undefined;
    return count;
  }

  private leave(waiter: Waiter, onAbandon: (load: SharedLoad) => void): void {
    const { call } = waiter;
    this.waiters.delete(waiter);
    waiter.stopListening?.();
    waiter.reject(call.reason);
    if (this.inBackground || this.waiters.size > 0) return;
    this.abandoned = true;
    onAbandon(this);
    this.call.abort(call.reason, call.cancelled);
    this.call.parent = undefined;
  }
}
