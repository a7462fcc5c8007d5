import { isResilienceError, type Outcome } from '@breakwater/core';
import { backoffMs, messageOf } from '@breakwater/core/adapter';
import type { JobFailure } from '../driver/job.js';
import type { ClaimedJob } from '../driver/queue-driver.js';
import {
  SyncJobLostError,
  SyncJobRejectedError,
  SyncJobTimeoutError,
  SyncPayloadError,
  SyncQueueClosedError,
  SyncQueuePausedError,
} from '../jobs/job-errors.js';
import type { JobSettings } from '../jobs/job-settings.js';

/** The fate of a job whose attempt did not complete it. */
export type Verdict =
  | {
      readonly to: 'waiting';
      readonly delayMs: number;
      readonly burnt: boolean;
      readonly failure: JobFailure;
      readonly reason: string;
    }
  | { readonly to: 'dead'; readonly failure: JobFailure; readonly reason: string };

/** Refusals of the engine that say nothing of the job: it comes back when they are over. */
const SENT_BACK: ReadonlySet<string> = new Set([
  'ADAPTIVELY_THROTTLED',
  'BULKHEAD_FULL',
  'CIRCUIT_OPEN',
  'IDEMPOTENCY_CONFLICT',
  'RATE_LIMITED',
  'SHUTTING_DOWN',
  'STORE_UNAVAILABLE',
]);
/** How soon a job comes back where nothing says when. */
const COMES_BACK_MS = 1000;
const SOONEST_MS = 50;

/** The end of an attempt, as far as it is known. */
export interface FailedAttempt {
  readonly error: unknown;
  /** The meaning of the error to the provider's classifier; `undefined` where the processor was not reached. */
  readonly outcome: Outcome | undefined;
  readonly job: ClaimedJob;
  readonly settings: JobSettings;
  readonly random: () => number;
}

/** Decides by what the error means: sent back, tried again after a backoff, or dead. */
export function verdictOn(attempt: FailedAttempt): Verdict {
  const { error, outcome, settings, job } = attempt;
  const reason = messageOf(error);
  if (error instanceof SyncPayloadError) return { to: 'dead', failure: 'invalid-payload', reason };
  if (error instanceof SyncJobRejectedError) return { to: 'dead', failure: 'rejected', reason };
  const sentBackMs = sentBackFor(error, outcome);
  if (sentBackMs !== undefined) {
    return { to: 'waiting', delayMs: sentBackMs, burnt: false, failure: 'returned', reason };
  }
  const failure = error instanceof SyncJobTimeoutError ? 'timed-out' : 'failed';
  const said = wordOf(settings, error, job.attempt + 1);
  if (said === false || (said === undefined && isFinal(outcome))) return { to: 'dead', failure: 'rejected', reason };
  return againOrDead({ ...attempt, failure, reason });
}

/** Tries again after the backoff, while there are attempts. */
export function againOrDead(
  attempt: Omit<FailedAttempt, 'error'> & { readonly failure: JobFailure; readonly reason: string },
): Verdict {
  const { job, settings, outcome, random, failure, reason } = attempt;
  const { attempts, backoff } = settings.retry;
  const tried = job.attempt + 1;
  if (tried >= (job.attempts ?? attempts)) return { to: 'dead', failure, reason };
  const delayMs = Math.ceil(Math.max(backoffMs(backoff, { attempt: tried }, random), outcome?.retryAfterMs ?? 0));
  return { to: 'waiting', delayMs, burnt: true, failure, reason };
}

/**
 * How long a job is sent back for, in milliseconds, where its attempt was ended by something that says nothing of the
 * job: a refusal of the engine, a 429, a lost lease, a shutdown.
 */
export function sentBackFor(error: unknown, outcome: Outcome | undefined): number | undefined {
  // This process claims no other meanwhile.
  if (error instanceof SyncQueueClosedError || error instanceof SyncQueuePausedError) return 0;
  if (!isSentBack(error, outcome)) return undefined;
  return Math.ceil(Math.max(SOONEST_MS, outcome?.retryAfterMs ?? retryAfterOf(error) ?? COMES_BACK_MS));
}

function isSentBack(error: unknown, outcome: Outcome | undefined): boolean {
  if (error instanceof SyncJobLostError) return true;
  if (outcome?.kind === 'throttled') return true;
  if (!isResilienceError(error) || !SENT_BACK.has(error.code)) return false;
  // It would be refused for ever.
  return !('why' in error) || error.why !== 'cost-too-high';
}

/** The provider would refuse it again. */
export function isFinal(outcome: Outcome | undefined): boolean {
  return outcome?.kind === 'permanent' || outcome?.pushback === 'never';
}

/** The user's own word on another attempt; a predicate that throws has said nothing. */
function wordOf({ retry }: JobSettings, error: unknown, attempt: number): boolean | undefined {
  try {
    const said: unknown = retry.when?.({ ok: false, error }, attempt);
    return typeof said === 'boolean' ? said : undefined;
  } catch {
    return undefined;
  }
}

function retryAfterOf(error: unknown): number | undefined {
  return isResilienceError(error) ? error.retryAfterMs : undefined;
}
