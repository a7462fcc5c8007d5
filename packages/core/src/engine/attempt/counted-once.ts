import type { LiveCall } from '../live-call.js';

/**
 * Decides which calls count where some are made in others of the same provider, such as a decorated method in a job: a
 * request counts once, however many of them it passes on its way. The innermost one counts, and so does the failure of
 * one around it whose own calls have all succeeded. To be used by what counts calls as a whole; circuits do the same
 * for attempts.
 */
export class CountedOnce {
  /** Whether one of the calls made in a call, or in one attempt of it, has failed. */
  private readonly failedWithin = new WeakMap<LiveCall, boolean>();
  /** Until there is a nested call, nothing is looked up. */
  private isUsed = false;

  /** The attempt of the same provider in which `call` is made. To be asked when it begins. */
  attemptAround(call: LiveCall): LiveCall | undefined {
    let outer = call.accountableTo;
    while (outer !== undefined && outer.provider !== call.provider) outer = outer.accountableTo;
    return outer;
  }

  /** Whether a call that has ended counts. `around` is the attempt in which it was made. */
  ended(call: LiveCall, around: LiveCall | undefined, failed: boolean): boolean {
    const counts = this.hasCounted(call, failed);
    if (around !== undefined) {
      const anyFailed = (counts && failed) || this.failedWithin.get(call) === true;
      this.isUsed = true;
      this.note(around, anyFailed);
      if (around.root !== around) this.note(around.root, anyFailed);
    }
    return counts;
  }

  /** Whether an attempt that has ended counts. */
  attemptEnded(call: LiveCall): boolean {
    return this.hasCounted(call, call.outcome!.kind !== 'success');
  }

  private hasCounted(call: LiveCall, failed: boolean): boolean {
    const failedWithin = this.isUsed ? this.failedWithin.get(call) : undefined;
    return failedWithin === undefined || (failed && !failedWithin);
  }

  private note(call: LiveCall, failed: boolean): void {
    this.failedWithin.set(call, failed || this.failedWithin.get(call) === true);
  }
}
