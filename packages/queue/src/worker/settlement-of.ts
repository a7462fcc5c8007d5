import { safeText } from '@breakwater/core/adapter';
import type { ClaimedJob, Settlement } from '../driver/queue-driver.js';
import type { JobEnd } from './job-run.js';

/** How much of an error's message a history keeps. */
const REASON_LENGTH = 1000;

/** How a claim ends, by the end of the attempt at its job. */
export function settlementOf(job: ClaimedJob, end: JobEnd, at: number): Settlement {
  if (end.to === 'completed') return { job, ...end };
  const { failure, reason } = end;
  const history = { at, attempt: job.attempt + 1, failure, reason: safeText(reason.slice(0, REASON_LENGTH)) };
  if (end.to === 'dead') return { job, to: 'dead', history };
  // Jobs that are sent back again and again would push their real failures out of the history.
  const noted = failure === 'returned' ? undefined : history;
  return { job, to: 'waiting', delayMs: end.delayMs, burnt: end.burnt, history: noted };
}
