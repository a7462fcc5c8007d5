import type { ResilientProvider } from '@breakwater/core';
import type { LiveProvider } from '@breakwater/core/adapter';
import type { Job } from 'bullmq';
import { Admission } from '../worker/admission.js';
import { PacedRun } from './paced-run.js';

/** How the queue's jobs draw from the rate limit of their provider. */
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
 * is not tried again. BullMQ's own errors (`DelayedError`, `WaitingChildrenError`, …) mean what they mean there, and
 * nothing of the provider. Hand it to a `Worker`, or call it from the `process` of a `WorkerHost` of `@nestjs/bullmq`.
 */
export function pacedProcessor<J extends Job = Job, Result = unknown>(
  provider: ResilientProvider,
  process: (job: J, token?: string, signal?: AbortSignal) => Promise<Result>,
  { cost = 1, tenant }: PacedProcessorOptions<J> = {},
): (job: J, token?: string, signal?: AbortSignal) => Promise<Result> {
  const admission = new Admission(provider as LiveProvider);
  // BullMQ hands its signal to processors with three parameters, and counts none that has a default.
  return async (job, token, signal) =>
    new PacedRun({ job, token, signal, admission, cost, tenant: tenant?.(job), process }).run();
}
