import type { EventLevels } from '@breakwater/core/adapter';
import type { JobFailure } from '../driver/job.js';

export interface QueueEvents {
  /** A job is done. */
  'queue.completed': {
    id: string;
    /** The number of the attempt that did it. */
    attempt: number;
    /** How long that took, in milliseconds, the wait for the rate limit included. */
    tookMs: number;
  };
  /** An attempt at a job failed, and there will be another. */
  'queue.failed': {
    id: string;
    attempt: number;
    failure: JobFailure;
    reason: string;
    /** When the next one may begin, in milliseconds from now. */
    retryInMs: number;
  };
  /** A job was sent back before it was done, without burning an attempt. */
  'queue.returned': {
    id: string;
    reason: string;
    retryInMs: number;
  };
  /** A job is not tried any more. It can be inspected and replayed. */
  'queue.dead': {
    id: string;
    attempt: number;
    failure: JobFailure;
    reason: string;
  };
  /** The provider's jobs are held back. Told once for each reason, until they go on. */
  'queue.held': {
    /** `circuit-open`, `rate-limited`, `paused` by hand, or `driver-unavailable`. */
    why: string;
    reason?: string | undefined;
  };
  /** The provider's jobs go on. */
  'queue.resumed': {
    /** How long they were held, in milliseconds. */
    afterMs: number;
  };
}

export const queueEvents: EventLevels<QueueEvents> = {
  'queue.completed': 'debug',
  'queue.failed': 'info',
  'queue.returned': 'debug',
  'queue.dead': 'error',
  'queue.held': 'warn',
  'queue.resumed': 'info',
};

declare module '@breakwater/core' {
  interface EventDetails extends QueueEvents {}
}

/** The queue of one provider as this process sees it. Plain JSON, never a payload. */
export interface QueueSnapshot {
  /** The provider. */
  readonly name: string;
  readonly paused: boolean;
  /** How many jobs stand in each state, as they were last counted. */
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly completed: number;
  readonly dead: number;
  /** The latest dead jobs. */
  readonly deadLetters: readonly {
    readonly id: string;
    readonly job: string;
    readonly reason: string;
    readonly at: number;
  }[];
  /** Why this process holds the provider's jobs back. */
  readonly held?: string | undefined;
  /** How many jobs this process has under way, and may have. */
  readonly running: number;
  readonly concurrency: number;
  /** How many attempts this process has brought to each end. */
  readonly done: number;
  readonly failed: number;
  readonly returned: number;
  readonly buried: number;
  /** Processors that have not returned although their time is over. */
  readonly overdue: number;
  /** Leases that this process has lost. */
  readonly lost: number;
}
