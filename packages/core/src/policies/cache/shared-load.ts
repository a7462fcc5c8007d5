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
 * One call that fetches an answer, and the callers who wait for it. It is nobody's own: each of them can give up alone,
 * and only when the last one has is the call given up, too. One in the background goes on when nobody waits.
 */
export class SharedLoad {
  /** Whether it was given up, so that what comes of it means nothing. */
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
   * What `deliver` gives, or the reason for which the call was given up. `onAbandon` is told when nobody is left who
   * waits, before the load's call is given up.
   */
  join(call: LiveCall, onAbandon: (load: SharedLoad) => void): Promise<Settled | undefined> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { call, resolve, reject, stopListening: undefined };
      this.waiters.add(waiter);
      waiter.stopListening = call.onAbort(() => this.leave(waiter, onAbandon));
    });
  }

  /** Gives everybody what `resultFor` makes for them, told whether it is the first; how many there were. */
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
