import type { LiveCall } from './call.js';
import type { Clock } from './clock.js';
import { Deadline } from './deadline-list.js';

/** One call that waits, its place in the queue, and its own deadline. */
class Waiter extends Deadline {
  ahead: Waiter | undefined;
  behind: Waiter | undefined;
  stopListening: (() => void) | undefined;

  constructor(
    readonly queue: WaitQueue,
    readonly resolve: () => void,
    readonly reject: (reason: unknown) => void,
    readonly tooLong: () => unknown,
  ) {
    super();
  }

  expire(): void {
    if (this.queue.drop(this)) this.reject(this.tooLong());
  }
}

/**
 * Calls that wait for their turn, first come first served. Each goes on in its own caller's async context, and leaves in
 * the same turn when its call is given up or it has waited too long. Joining and leaving are O(1).
 */
export class WaitQueue {
  size = 0;
  private head: Waiter | undefined;
  private tail: Waiter | undefined;

  constructor(private readonly clock: Clock) {}

  /**
   * Resolves when it is this call's turn. Rejects with the call's reason, or with `tooLong()` after `maxWaitMs`: one setting's worth,
   * not what is left until some deadline, because waits of one length share a timer.
   */
  join(call: LiveCall, maxWaitMs: number, tooLong: () => unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = new Waiter(this, resolve, reject, tooLong);
      waiter.ahead = this.tail;
      if (this.tail === undefined) this.head = waiter;
      else this.tail.behind = waiter;
      this.tail = waiter;
      this.size++;
      waiter.stopListening = call.onAbort(() => {
        if (this.drop(waiter)) reject(call.reason);
      });
      if (maxWaitMs !== Infinity) this.clock.expireAfter(maxWaitMs, waiter, this.clock.now());
    });
  }

  /** Lets the first in the queue go on; `false` when nobody waits. */
  admitFirst(): boolean {
    const first = this.head;
    if (first === undefined) return false;
    this.drop(first);
    first.resolve();
    return true;
  }

  rejectAll(reason: () => unknown): void {
    for (let first = this.head; first !== undefined; first = this.head) {
      this.drop(first);
      first.reject(reason());
    }
  }

  /** Takes a waiter out; `false` when it had left already. */
  drop(waiter: Waiter): boolean {
    const { ahead, behind } = waiter;
    if (ahead === undefined && this.head !== waiter) return false;
    if (ahead === undefined) this.head = behind;
    else ahead.behind = behind;
    if (behind === undefined) this.tail = ahead;
    else behind.ahead = ahead;
    waiter.ahead = waiter.behind = undefined;
    this.size--;
    waiter.stopListening?.();
    waiter.remove();
    return true;
  }
}
