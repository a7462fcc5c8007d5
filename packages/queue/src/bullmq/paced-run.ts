import { SystemClock } from '@breakwater/core';
import { derivedKey, messageOf, noteOutcome, type LiveCall } from '@breakwater/core/adapter';
import { DelayedError, UnrecoverableError, type Job } from 'bullmq';
import { SyncJobRejectedError } from '../jobs/job-errors.js';
import type { Admission } from '../worker/admission.js';
import { isFinal, sentBackFor } from '../worker/verdict.js';
import { isWordToBullmq } from './word-to-bullmq.js';

/** BullMQ dates its jobs by the machine's clock. */
const machine = new SystemClock();

/**
 * How long a job that may not begin keeps its place in its worker, in milliseconds: the worker takes no other
 * meanwhile, and waits for it when it is closed. Otherwise a whole backlog would be moved to the delayed jobs, one
 * after the other, as fast as Redis allows.
 */
const LONGEST_HOLD_MS = 2000;

/** The outcome of a word to BullMQ: it says nothing of the provider. */
const UNSAID = Object.freeze({ kind: 'invalid' } as const);

export interface PacedRunParts<J extends Job, Result> {
  readonly job: J;
  readonly token: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly admission: Admission;
  readonly cost: number;
  readonly tenant: string | undefined;
  readonly process: (job: J, token?: string, signal?: AbortSignal) => Promise<Result>;
}

/** One run of a job of BullMQ: waits for the provider's admission, and tells BullMQ what became of it. */
export class PacedRun<J extends Job, Result> {
  private hasBegun = false;
  private heldMs = 0;

  constructor(private readonly parts: PacedRunParts<J, Result>) {}

  async run(): Promise<Result> {
    for (;;) {
      const { call, done } = this.admit();
      const cancel = () => this.cancel(call);
      try {
        this.parts.signal?.addEventListener('abort', cancel);
        // A job may be cancelled before its processor is called.
        if (this.parts.signal?.aborted === true) cancel();
        return (await done) as Result;
      } catch (error) {
        if (isWordToBullmq(error)) throw error;
        const sentBackMs = sentBackFor(error, call.outcome);
        if (sentBackMs === undefined) throw this.failureOf(error, call);
        await this.sendBack(error, sentBackMs);
      } finally {
        this.parts.signal?.removeEventListener('abort', cancel);
      }
    }
  }

  private admit(): { readonly call: LiveCall; readonly done: Promise<unknown> } {
    const { job, admission, cost, tenant } = this.parts;
    // BullMQ's own ids begin at 1 in each Redis: the time has those of two never be the same.
    const id = derivedKey('bullmq', job.queueName, job.id ?? '', String(job.timestamp));
    const settings = { cost };
    return admission.admit({ name: job.name, settings }, { id, key: tenant, work: (call) => this.process(call) });
  }

  /** Ends the wait for the provider. A processor that has begun sees the signal, and ends by itself. */
  private cancel(call: LiveCall): void {
    if (!this.hasBegun) call.abort(this.parts.signal?.reason, true);
  }

  private async process(call: LiveCall): Promise<Result> {
    const { job, token, signal, process } = this.parts;
    this.hasBegun = true;
    try {
      return await process(job, token, signal ?? call.signal);
    } catch (error) {
      // A cause speaks for itself.
      if (isWordToBullmq(error) && error.cause === undefined) noteOutcome(error, UNSAID);
      throw error;
    }
  }

  /** Returns when the job may be tried again where it is; otherwise throws BullMQ's word for one that is delayed. */
  private async sendBack(error: unknown, sentBackMs: number): Promise<void> {
    const { job, token, signal } = this.parts;
    const holdMs = this.hasBegun ? 0 : Math.min(sentBackMs, LONGEST_HOLD_MS - this.heldMs);
    this.heldMs += holdMs;
    try {
      await machine.sleep(holdMs, signal);
    } catch (reason) {
      throw errorOf(reason);
    }
    if (holdMs === sentBackMs) return;
    await job.moveToDelayed(machine.wallNow() + sentBackMs - holdMs, token);
    throw new DelayedError(messageOf(error));
  }

  private failureOf(error: unknown, call: LiveCall): unknown {
    if (isFinal(call.outcome) || error instanceof SyncJobRejectedError) {
      return Object.assign(new UnrecoverableError(messageOf(error)), { cause: error });
    }
    return errorOf(error);
  }
}

/** BullMQ writes down an error's message and stack; the reason of an abort may be a text. */
function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown), { cause: thrown });
}
