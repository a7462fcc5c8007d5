import type { LiveCall } from '../../engine/live-call.js';
import { SharedCall, type Waiter } from '../../engine/shared-call.js';
import type { Settled } from '../../outcome/outcome.js';
import { siblingAttempt } from '../../engine/derived-calls.js';

/** An operation that is under way in this process, shared by the callers that ask for it. */
export class Flight extends SharedCall<unknown> {
  constructor(
    owner: LiveCall,
    readonly fingerprint: string,
    /** Called when no caller waits any more, before the operation is aborted. */
    onAbandoned: (flight: Flight) => void,
  ) {
    super(siblingAttempt(owner), () => onAbandoned(this));
  }

  override join(call: LiveCall, late?: () => unknown): Waiter<unknown> {
    const waiter = super.join(call, late);
    // Another attempt is worth while for as long as one of the callers has the time.
    const { parent } = this.call;
    if (parent !== undefined && call.deadline > parent.deadline) this.call.parent = call.parent;
    return waiter;
  }

  /** Hands each caller the result that `resultFor` makes for it, told whether it is the first. */
  land(resultFor: (first: boolean, call: LiveCall) => Settled): void {
    this.deliver((waiter, first) => {
      const result = resultFor(first, waiter.call);
      if (result.ok) waiter.resolve(result.value);
      else waiter.reject(result.error);
    });
  }
}
