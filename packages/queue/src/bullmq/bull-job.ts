import type { Job as BullJob, JobJson, JobsOptions, JobState as BullState } from 'bullmq';
import { HISTORY_LENGTH, LOST_REASON, type Job, type JobAttempt, type JobState } from '../driver/job.js';
import type { ClaimedJob, NewJob } from '../driver/queue-driver.js';
import { keptOf, valueOf } from './kept-json.js';
import type { LineName } from './line-name.js';

/** The data of a job in BullMQ. */
export interface BullData {
  /** In the form of `keptOf`. */
  readonly payload: unknown;
  readonly key?: string;
  /** How often it is tried at most. */
  readonly attempts?: number;
  readonly low?: true;
  /** Told from that of another job of the same id, so that it is known which of them was added. */
  readonly nonce?: string;
  /** How often it had been lost when it was last replayed, and its history until then. */
  readonly lostBefore?: number;
  readonly before?: readonly JobAttempt[];
}

export type SyncBullJob = BullJob<BullData, unknown, string>;

export function bullDataOf({ payload, key, attempts, priority }: NewJob, nonce: string | undefined): BullData {
  return {
    payload: keptOf(payload),
    ...(key !== undefined && { key }),
    ...(attempts !== undefined && { attempts }),
    ...(priority === 'low' && { low: true }),
    ...(nonce !== undefined && { nonce }),
  };
}

/** The options of a job in BullMQ, which has no say in its attempts. */
export function bullOptionsOf({ id, delayMs, priority }: NewJob): JobsOptions {
  return { jobId: id, ...(delayMs > 0 && { delay: Math.ceil(delayMs) }), ...(priority === 'low' && { priority: 1 }) };
}

/** A job as it was just claimed, without making an object of BullMQ's of it. */
export function claimedOf(json: JobJson, line: LineName, claim: string): ClaimedJob {
  const data = JSON.parse(json.data) as BullData;
  const { attempts, lostBefore = 0 } = data;
  return {
    id: json.id,
    provider: line.provider,
    name: json.name,
    tenant: line.tenant,
    payload: JSON.stringify(valueOf(data.payload)),
    attempt: json.attemptsMade ?? 0,
    attempts,
    lost: Math.max(0, (json.stalledCounter ?? 0) - lostBefore),
    addedAt: json.timestamp,
    claim,
  };
}

/** A job's history as it stands, with what BullMQ only counts: how often it was lost. */
export function historyOf(
  stacktrace: readonly string[],
  { lost, at, attempt, before = [] }: Losses,
): readonly JobAttempt[] {
  // Redis keeps the stack traces of a job that is replayed, and Postgres does not.
  const known = new Set(before.map((entry) => JSON.stringify(entry)));
  const history = [...before, ...stacktrace.filter((text) => !known.has(text)).flatMap(attemptOf)];
  const told = history.filter(({ failure }) => failure === 'lost').length;
  const more = Array.from({ length: Math.max(0, lost - told) }, (): JobAttempt => ({
    at,
    attempt: attempt + 1,
    failure: 'lost',
    reason: LOST_REASON,
  }));
  return [...history, ...more].slice(-HISTORY_LENGTH);
}

interface Losses {
  readonly lost: number;
  readonly at: number;
  readonly attempt: number;
  readonly before?: readonly JobAttempt[] | undefined;
}

export function jobOf(job: SyncBullJob, line: LineName, state: JobState): Job {
  const { id = '', name, data, attemptsMade, timestamp, delay = 0, finishedOn, processedOn, stacktrace } = job;
  const waits = state === 'waiting' || state === 'delayed';
  const ends = state === 'completed' || state === 'dead';
  const { progress, returnvalue, stalledCounter } = job;
  const losses = { lost: stalledCounter, at: processedOn ?? timestamp, attempt: attemptsMade, before: data.before };
  return {
    id,
    provider: line.provider,
    name,
    tenant: line.tenant,
    key: data.key,
    payload: valueOf(data.payload),
    priority: line.high ? 'high' : data.low === true ? 'low' : 'normal',
    state,
    attempt: attemptsMade,
    lost: Math.max(0, stalledCounter - (data.lostBefore ?? 0)),
    addedAt: timestamp,
    nextRunAt: waits ? Math.max(timestamp, processedOn ?? 0) + delay : undefined,
    endedAt: ends ? finishedOn : undefined,
    // BullMQ's own word for none.
    progress: progress === 0 ? undefined : valueOf(progress),
    // Both are words of BullMQ for none.
    result: valueOf(returnvalue ?? undefined),
    history: historyOf(stacktrace ?? [], losses),
  };
}

export function stateOf(state: BullState | 'unknown'): JobState | undefined {
  switch (state) {
    case 'waiting':
    case 'prioritized':
      return 'waiting';
    case 'delayed':
    case 'active':
    case 'completed':
      return state;
    case 'failed':
      return 'dead';
    default:
      return undefined;
  }
}

function attemptOf(text: string): readonly JobAttempt[] {
  try {
    const entry = JSON.parse(text) as JobAttempt;
    return typeof entry.failure === 'string' ? [entry] : [];
  } catch {
    // Not one of ours: another worker of BullMQ has failed it.
    return [{ at: 0, attempt: 0, failure: 'failed', reason: text.split('\n', 1)[0]! }];
  }
}
