import type { LiveCall } from '../live-call.js';
import type { Outcome } from '../../outcome/outcome.js';

/** An attempt that is under way: anything may come of it. */
const UNDER_WAY: Outcome = Object.freeze({ kind: 'unknown' });

/**
 * Whether an attempt can be repeated without harm: the user says so (`idempotent`), or nothing that it has sent, or may
 * have sent, forbids it, by its HTTP method and without an idempotency key. `outcome` is that of the attempt, where it
 * has ended. An attempt that has handed on a part of its result is not repeated.
 */
export function mayRepeat(attempt: LiveCall, idempotent: boolean | undefined, outcome: Outcome = UNDER_WAY): boolean {
  // Behind a limiter its requests may not have been seen as its own.
  if (outcome === UNDER_WAY && attempt.requests?.none !== false) attempt.origin.wire?.()?.missed(attempt, undefined);
  const { unsafeRequest, idempotencyKey, partlyDelivered } = attempt;
  const { kind, repeatable } = outcome;
  if (partlyDelivered) return false;
  if (idempotent === true) return true;
  switch (kind) {
    case 'not-sent':
    case 'throttled':
    case 'transient':
      // Not done is only the request that failed: the latest, unless that is known to be another.
      return unsafeRequest === 'none' || (unsafeRequest === 'latest' && repeatable !== true);
    case 'refused':
      return unsafeRequest === 'none';
    default:
      if (unsafeRequest !== 'none') return false;
      if (repeatable !== true && mayGoWithoutKey(attempt)) return false;
      return idempotencyKey !== undefined || (idempotent ?? repeatable ?? true);
  }
}

/** Whether a limiter hides which requests are the call's, or would have the next one go out without its key. */
function mayGoWithoutKey(attempt: LiveCall): boolean {
  if (attempt.requests?.anySuspected === true) return true;
  return attempt.idempotencyKey !== undefined && attempt.origin.wire?.()?.mayLoseKey(attempt) === true;
}
