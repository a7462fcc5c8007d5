/** Where a job stands. A `dead` one is not tried again until it is replayed. */
export type JobState = 'waiting' | 'delayed' | 'active' | 'completed' | 'dead';

export const JOB_STATES: readonly JobState[] = ['waiting', 'delayed', 'active', 'completed', 'dead'];

/** The order among a tenant's jobs; those of one priority go in the order in which they were added. */
export type JobPriority = 'high' | 'normal' | 'low';

/** Why an attempt at a job did not complete it. */
export type JobFailure =
  /** The processor failed, and may do better later. */
  | 'failed'
  /** It ran for longer than its timeout. */
  | 'timed-out'
  /** The provider refused it, and would again; or the processor said that it makes no sense. */
  | 'rejected'
  /** The payload is not what the job's schema asks for. */
  | 'invalid-payload'
  /** No processor of this process knows the job's name. */
  | 'unknown-job'
  /** The process ended, or lost its lease, while the job ran. */
  | 'lost'
  /** The engine, the provider or a shutdown sent it back before it was done; that burns no attempt. */
  | 'returned';

/** One attempt that did not complete a job. */
export interface JobAttempt {
  /** When it ended, in epoch milliseconds. */
  readonly at: number;
  /** The number of the attempt, 1 for the first. */
  readonly attempt: number;
  readonly failure: JobFailure;
  /** The message of the error. */
  readonly reason: string;
}

/** A job as it stands in the queue. Times are epoch milliseconds. */
export interface Job<Payload = unknown> {
  /** Also the idempotency key that the provider gets: the same over attempts, restarts and replays. */
  readonly id: string;
  /** The provider whose pace it keeps. */
  readonly provider: string;
  readonly name: string;
  readonly tenant: string;
  readonly key: string | undefined;
  readonly payload: Payload;
  readonly priority: JobPriority;
  readonly state: JobState;
  /** How many attempts were burnt. */
  readonly attempt: number;
  /** How often the process that worked at it ended or lost its lease. */
  readonly lost: number;
  readonly addedAt: number;
  /** When it may next be tried; `undefined` once it is completed or dead, and while it is active. */
  readonly nextRunAt: number | undefined;
  readonly endedAt: number | undefined;
  /** The processor's own word on how far it is. */
  readonly progress: unknown;
  readonly result: unknown;
  /** The attempts that did not complete it, oldest first: the last twenty. */
  readonly history: readonly JobAttempt[];
}

/** How many attempts a job's history keeps. */
export const HISTORY_LENGTH = 20;

/** The reason in the history of a job that was taken over. */
export const LOST_REASON = 'its process ended, or lost its lease';
