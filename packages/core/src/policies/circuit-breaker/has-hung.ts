import { isResilienceError } from '../../errors/resilience-error.js';
import type { LiveCall } from '../../engine/live-call.js';

/** How long a call must have worked at least, of the time that its deadline gave it. */
const SHARE = 0.5;
/** The same where the length of the deadline is not known, in milliseconds. */
const UNKNOWN_MS = 1000;

/**
 * Whether a cancelled call says that the provider hangs: a deadline further out ended it (the total timeout of an outer
 * call, or a caller's `AbortSignal.timeout`), and its work took most of that time. A caller who leaves early says
 * nothing. Known only of calls whose work is timed: where slow calls count, in a trial, and where a deadline further
 * out or a caller's signal can end them.
 */
export function hasHung(call: LiveCall): boolean {
  const allowedMs = deadlineIn(call.reason);
  return allowedMs !== undefined && call.workingSince !== undefined && call.tookMs >= allowedMs;
}

function deadlineIn(reason: unknown): number | undefined {
  try {
    if (isResilienceError(reason)) {
      if (reason.code !== 'TIMEOUT') return undefined;
      return 'afterMs' in reason && typeof reason.afterMs === 'number' ? reason.afterMs * SHARE : UNKNOWN_MS;
    }
    return reason instanceof DOMException && reason.name === 'TimeoutError' ? UNKNOWN_MS : undefined;
  } catch {
    return undefined;
  }
}
