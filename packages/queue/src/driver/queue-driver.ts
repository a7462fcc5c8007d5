import type { Clock } from '@breakwater/core';
import type { Job, JobAttempt, JobPriority, JobState } from './job.js';

/** A job on its way into the queue. */
export interface NewJob {
  /** Adding another job of the same id changes nothing while the queue knows the first. */
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  readonly tenant: string;
  readonly key: string | undefined;
  /** JSON. */
  readonly payload: string;
  readonly priority: JobPriority;
  readonly delayMs: number;
  /** How often it is tried at most; `undefined` leaves it to the processor. */
  readonly attempts: number | undefined;
}

/** The answer to a job that is added. */
export interface AddedJob {
  readonly id: string;
  /** False where the queue knew a job of this id already: that one stands, and what was given is dropped. */
  readonly added: boolean;
}

/** A job that one worker holds until its lease ends. */
export interface ClaimedJob {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  readonly tenant: string;
  /** JSON. */
  readonly payload: string;
  /** How many attempts were burnt before this one. */
  readonly attempt: number;
  readonly attempts: number | undefined;
  readonly lost: number;
  readonly addedAt: number;
  /** Names this claim: settling by an older one changes nothing. */
  readonly claim: string;
}

/** How a claim ends. `history` is added to the job's. */
export type Settlement = { readonly job: ClaimedJob } & (
  | { readonly to: 'completed'; /** JSON. */ readonly result: string | undefined }
  | {
      readonly to: 'waiting';
      readonly delayMs: number;
      /** Whether the attempt counts. */
      readonly burnt: boolean;
      readonly history: JobAttempt | undefined;
    }
  | { readonly to: 'dead'; readonly history: JobAttempt }
);

export interface ClaimOptions {
  /** 0 only asks whether the queue is paused, and when a job is due. */
  readonly limit: number;
  readonly leaseMs: number;
}

export interface Claimed {
  readonly jobs: readonly ClaimedJob[];
  /** Whether the queue is paused. */
  readonly paused: boolean;
  /** Milliseconds until a delayed job falls due or a lease ends, where none is due now and that is known. */
  readonly nextInMs: number | undefined;
}

/** How many jobs of a provider stand in each state. */
export type JobCounts = Readonly<Record<JobState, number>>;

/** Picks the jobs of a provider that are listed. */
export interface JobFilter {
  readonly state: JobState;
  readonly tenant?: string | undefined;
  readonly name?: string | undefined;
  /** Default 100. */
  readonly limit?: number | undefined;
  /** Leaves out so many of the first. */
  readonly skip?: number | undefined;
}

/** The last run of a schedule for which a job was added. */
export interface ScheduledRun {
  /** The time that the job is for, in epoch milliseconds. */
  readonly at: number;
  /** The cron pattern and its time zone: the runs of another one are others. */
  readonly pattern: string;
}

/**
 * Where jobs are kept. A job that `add` has acknowledged survives the death of every process. Each provider has a queue
 * of its own, and tenants take turns in it. It knows no policy, and no processor: when and whether a job is tried again
 * is the worker's to say. An operation that fails has changed nothing, or may be repeated.
 */
export interface QueueDriver {
  /**
   * Whether claims are ended one by one, each as soon as its job has ended and several at the same time. Otherwise
   * those that end in one turn of the event loop are ended by one operation. Default false.
   */
  readonly settlesSingly?: boolean;
  /** Called before anything else, and again after `close`. `leaseMs`: how long its claims will last. */
  open?(parts: { readonly clock: Clock; readonly leaseMs?: number }): void | Promise<void>;
  /** Adds all or none, where the backend can. */
  add(jobs: readonly NewJob[]): Promise<readonly AddedJob[]>;
  /**
   * The same in a transaction that the caller has begun: the jobs are committed or rolled back with the rest. Done, or
   * thrown, before it returns, where the backend is synchronous.
   */
  addWithin?(transaction: unknown, jobs: readonly NewJob[]): readonly AddedJob[] | Promise<readonly AddedJob[]>;
  /**
   * Takes jobs that are due, and those whose lease has ended: a tenant after the other, and of each by priority and
   * age. `lost` counts the latter.
   */
  claim(provider: string, options: ClaimOptions): Promise<Claimed>;
  /** Holds claims for another `leaseMs`. Returns for each whether it still stood. */
  renew(jobs: readonly ClaimedJob[], leaseMs: number): Promise<readonly boolean[]>;
  /** Ends claims. Returns for each whether it still stood; otherwise nothing was changed. */
  settle(settlements: readonly Settlement[]): Promise<readonly boolean[]>;
  /** Notes how far a job is, as JSON. */
  progress(job: ClaimedJob, progress: string): Promise<void>;
  /** No job of the provider is claimed, by any process, until it is resumed. */
  pause(provider: string): Promise<void>;
  resume(provider: string): Promise<void>;
  counts(provider: string): Promise<JobCounts & { readonly paused: boolean }>;
  get(provider: string, id: string): Promise<Job | undefined>;
  /** In the order in which they would run or have ended. */
  list(provider: string, filter: JobFilter): Promise<readonly Job[]>;
  /** Has a dead job wait again, with all its attempts. Returns false where there is no such dead job. */
  replay(provider: string, id: string): Promise<boolean>;
  /** Removes a job that is not active. Returns false where there is none. */
  remove(provider: string, id: string): Promise<boolean>;
  /**
   * The last run of the schedule of a job's name, kept for longer than the job. Without these two operations, a run for
   * which no process was up is skipped.
   */
  scheduledRun?(provider: string, name: string): Promise<ScheduledRun | undefined>;
  noteScheduledRun?(provider: string, name: string, run: ScheduledRun): Promise<void>;
  /** Calls `listener` when jobs are added that it may be worth to claim, as far as the backend can tell. */
  onAdded?(listener: (provider: string) => void): () => void;
  close(): Promise<void>;
}
