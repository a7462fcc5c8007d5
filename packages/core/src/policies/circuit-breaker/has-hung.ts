import { isResilienceError } from '../../errors/resilience-error.js';
import type { LiveCall } from '../../engine/live-call.js';

/** How long a call must have worked at least, of the time that its deadline gave it. */
const SHARE = 0.5;
/** The same where the length of the deadline is not known, in milliseconds: at the most, and at the least. */
const UNKNOWN_MS = 1000;
const LEAST_MS = 100;
/** As many times longer than usual does a call take that hangs, where less than the most is known to be long. */
const TIMES = 3;

/**
 * Whether a cancelled call says that the provider hangs: a deadline further out ended it (the total timeout of an outer
 * call, or a caller's `AbortSignal.timeout`), and its work took most of that time, or much more than usual. A caller
 * who leaves early says nothing. Known only of calls whose work is timed: where slow calls count, in a trial, and where
 * a deadline further out or a caller's signal can end them. `usualMs`: how long calls that succeed are at work.
 */
export function hasHung(call: LiveCall, usualMs: number | undefined): boolean {
  const allowedMs = deadlineIn(call.reason, usualMs);
  return allowedMs !== undefined && call.workingSince !== undefined && call.tookMs >= allowedMs;
}

function deadlineIn(reason: unknown, usualMs = Infinity): number | undefined {
  const unknownMs = Math.min(UNKNOWN_MS, Math.max(LEAST_MS, usualMs * TIMES));
  try {
    if (isResilienceError(reason)) {
      if (reason.code !== 'TIMEOUT') return undefined;
      return 'afterMs' in reason && typeof reason.afterMs === 'number' ? reason.afterMs * SHARE : unknownMs;
    }
    return reason instanceof DOMException && reason.name === 'TimeoutError' ? unknownMs : undefined;
  } catch {
    return undefined;
  }
}
