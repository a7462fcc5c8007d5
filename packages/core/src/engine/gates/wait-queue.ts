import type { Clock } from '../../time/clock.js';
import type { DeadlineList, ListedDeadline } from '../../time/deadline-list.js';
import type { Waiting } from '../abort-state.js';
import type { LiveCall } from '../live-call.js';

/** One call that waits: its place in the queue, its deadline, and what is told that it is aborted. */
class Waiter<Turn> implements ListedDeadline, Waiting {
  ahead: Waiter<Turn> | undefined = undefined;
  behind: Waiter<Turn> | undefined = undefined;
  dueAt = Infinity;
  previous: ListedDeadline | undefined = undefined;
  next: ListedDeadline | undefined = undefined;
  list: DeadlineList | undefined = undefined;

  constructor(
    readonly queue: WaitQueue<Turn>,
    readonly call: LiveCall,
    readonly weight: number,
    readonly resolve: (turn: Turn) => void,
    readonly reject: (reason: unknown) => void,
    readonly tooLong: (call: LiveCall) => unknown,
  ) {}

  onAbort(reason: unknown): void {
    if (this.queue.drop(this)) this.reject(reason);
  }

  /** Work that has not begun has no result. */
  onResult(): void {}

  remove(): void {
    this.list?.remove(this);
  }

  expire(): void {
    this.queue.lastChance();
    if (this.queue.drop(this)) this.reject(this.tooLong(this.call));
  }
}

/** Makes the reason with which a call leaves without its turn. */
export type Refusal = (call: LiveCall, weight: number) => unknown;

/**
 * Calls that wait for their turn, first come first served. Each goes on in its own caller's async context, and leaves
 * in the same turn when its call is aborted or it has waited too long. Joining and leaving are O(1). `Turn` is what
 * each is handed when its turn has come.
 */
export class WaitQueue<Turn = void> {
  size = 0;
  /** The weight of all that wait. */
  weight = 0;
  /** Whether it was closed: no call is to join it any more. */
  closed = false;
  private head: Waiter<Turn> | undefined;
  private tail: Waiter<Turn> | undefined;

  constructor(
    private readonly clock: Clock,
    /** Called before a call leaves that has waited too long: its turn may have come in the same moment. */
    readonly lastChance: () => void = () => undefined,
  ) {}

  /** The first in the queue. */
  get first(): LiveCall | undefined {
    return this.head?.call;
  }

  /** The weight of the first in the queue; `undefined` when none waits. */
  get firstWeight(): number | undefined {
    return this.head?.weight;
  }

  /**
   * Resolves when it is this call's turn. Rejects with the call's reason, or with what `tooLong` returns after
   * `maxWaitMs`: one setting's worth, not what is left until some deadline, because waits of one length share a timer.
   * A call that was aborted already does not join.
   */
  join(call: LiveCall, maxWaitMs: number, tooLong: (call: LiveCall) => unknown, weight = 1): Promise<Turn> {
    if (call.aborted) return Promise.reject(call.reason);
    return new Promise((resolve, reject) => {
      const waiter = new Waiter(this, call, weight, resolve, reject, tooLong);
      waiter.ahead = this.tail;
      if (this.tail === undefined) this.head = waiter;
      else this.tail.behind = waiter;
      this.tail = waiter;
      this.size++;
      this.weight += weight;
      call.waiting = waiter;
      if (maxWaitMs !== Infinity) this.clock.expireAfter(maxWaitMs, waiter, this.clock.now());
    });
  }

  /** Lets the first in the queue go on; `false` when none waits. */
  admitFirst(turn: Turn): boolean {
    const first = this.head;
    if (first === undefined) return false;
    this.drop(first);
    first.resolve(turn);
    return true;
  }

  /** Has the first in the queue leave. */
  refuseFirst(refusal: Refusal): void {
    this.refuse(this.head, refusal);
  }

  /** Has the last in the queue leave. */
  refuseLast(refusal: Refusal): void {
    this.refuse(this.tail, refusal);
  }

  /** Has those leave for whom `refusal` returns a reason, asked from the first on. */
  refuseSome(refusal: (call: LiveCall, waiter: { readonly weight: number; readonly dueAt: number }) => unknown): void {
    for (let waiter = this.head; waiter !== undefined;) {
      const { behind } = waiter;
      const reason = refusal(waiter.call, waiter);
      if (reason !== undefined && this.drop(waiter)) waiter.reject(reason);
      waiter = behind;
    }
  }

  /** Has all calls leave. */
  close(refusal: Refusal): void {
    this.closed = true;
    while (this.size > 0) this.refuseFirst(refusal);
  }

  /** Takes a waiter out; `false` when it had left already. */
  drop(waiter: Waiter<Turn>): boolean {
    const { ahead, behind } = waiter;
    if (ahead === undefined && this.head !== waiter) return false;
    if (ahead === undefined) this.head = behind;
    else ahead.behind = behind;
    if (behind === undefined) this.tail = ahead;
    else behind.ahead = ahead;
    waiter.ahead = waiter.behind = undefined;
    this.size--;
    this.weight -= waiter.weight;
    waiter.call.waiting = undefined;
    waiter.remove();
    return true;
  }

  private refuse(waiter: Waiter<Turn> | undefined, refusal: Refusal): void {
    if (waiter === undefined) return;
    this.drop(waiter);
    waiter.reject(refusal(waiter.call, waiter.weight));
  }
}
