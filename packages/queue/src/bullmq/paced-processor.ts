import { SystemClock, type ResilientProvider } from '@breakwater/core';
import { derivedKey, messageOf, type LiveProvider } from '@breakwater/core/adapter';
import { DelayedError, UnrecoverableError, type Job } from 'bullmq';
import { Admission } from '../worker/admission.js';
import { isFinal, sentBackFor } from '../worker/verdict.js';

/** BullMQ dates its jobs by the machine's clock. */
const machine = new SystemClock();

export interface PacedProcessorOptions<J extends Job = Job> {
  /** How many tokens of the provider's rate limit a job takes. Default 1. */
  cost?: number;
  /** The tenant of a job, where each has an account of its own at the provider: its limit is its own, too. */
  tenant?: (job: J) => string;
}

/**
 * The processor of a queue of BullMQ that you have already, at the pace of a provider: each job waits for the
 * provider's rate limit in the background, behind other calls, and carries an idempotency key. A job that the engine
 * or a 429 sends back is delayed by BullMQ without burning one of its attempts; one that the provider refuses for good
 * is not tried again. Hand it to a `Worker`, or call it from the `process` of a `WorkerHost` of `@nestjs/bullmq`.
 */
export function pacedProcessor<J extends Job = Job, Result = unknown>(
  provider: ResilientProvider,
  process: (job: J, token?: string, signal?: AbortSignal) => Promise<Result>,
  { cost = 1, tenant }: PacedProcessorOptions<J> = {},
): (job: J, token?: string, signal?: AbortSignal) => Promise<Result> {
  const admission = new Admission(provider as LiveProvider);
  return async (job, token, signal = new AbortController().signal) => {
    const id = derivedKey('bullmq', job.queueName, job.id ?? '');
    const work = () => process(job, token, signal);
    const { call, done } = admission.admit(
      { name: job.name, settings: { cost } },
      { id, key: tenant?.(job), signal, work },
    );
    try {
      return (await done) as Result;
    } catch (error) {
      const sentBackMs = sentBackFor(error, call.outcome);
      if (sentBackMs !== undefined) {
        await job.moveToDelayed(machine.wallNow() + sentBackMs, token);
        throw new DelayedError(messageOf(error));
      }
      if (isFinal(call.outcome)) throw Object.assign(new UnrecoverableError(messageOf(error)), { cause: error });
      throw error;
    }
  };
}
