import type { LiveCall } from '../live-call.js';
import { countOnce } from '../nested-counts.js';

/**
 * Decides for an observer which calls count where some are made in others of the same provider, such as a decorated
 * method in a job: a request counts once, however many of them it passes on its way. The innermost one counts, and so
 * does the failure of one around it whose own calls have all succeeded. Circuits go by the same counts.
 */
export class CountedOnce {
  /** Whether a call is made in another of its provider. To be asked when it begins. */
  isWithin(call: LiveCall): boolean {
    return call.parent !== undefined && countOnce(call);
  }

  /** Whether a call that has ended counts. */
  ended(call: LiveCall, failed: boolean): boolean {
    const { counts } = call;
    if (counts?.cover(this, failed) === true) return false;
    counts?.above?.note(this, failed);
    return true;
  }

  /** Whether an attempt that has ended counts. */
  attemptEnded(call: LiveCall): boolean {
    return call.counts?.cover(this, call.outcome!.kind !== 'success') !== true;
  }
}
