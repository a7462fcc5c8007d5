import { SystemClock } from '@breakwater/core';
import type { IQueueBackend, JobJson } from 'bullmq';
import type { Settlement } from '../driver/queue-driver.js';
import type { JobAttempt } from '../driver/job.js';
import { historyOf, type BullData } from './bull-job.js';
import { isElsewhere } from './driver-error.js';
import { heldOf, type Held } from './held.js';
import { keptWordOf } from './kept-json.js';

/** BullMQ dates its jobs by the machine's clock. */
const machine = new SystemClock();

export interface Keep {
  /** Seconds. */
  readonly age: number;
  readonly count: number;
}

/** Whether a claim still stood when it ended, and the job that was claimed with its end. */
export interface Settled {
  readonly stood: boolean;
  readonly next?: Held | undefined;
}

/** Ends a claim. `fetchNext` claims the next job of the line in the same step, where this one is completed. */
export async function settleClaim(
  held: Held,
  settlement: Settlement,
  { keep, fetchNext }: { readonly keep: Keep; readonly fetchNext: boolean },
): Promise<Settled> {
  try {
    if (settlement.to === 'completed') return await complete(held, settlement.result, { keep, fetchNext });
    await settle(held, settlement);
    return { stood: true };
  } catch (error) {
    if (isElsewhere(error)) return { stood: false };
    throw error;
  }
}

async function complete(
  { line, job }: Held,
  result: string | undefined,
  { keep, fetchNext }: { readonly keep: Keep; readonly fetchNext: boolean },
): Promise<Settled> {
  const value = result === undefined ? null : keptWordOf(result);
  const moved = await line.backend.moveToCompleted(finished(job.id), value, keep, job.claim, fetchNext);
  const [json, id] = (moved.result ?? []) as [JobJson?, string?];
  return { stood: true, next: heldOf(line, json, id, job.claim) };
}

async function settle(held: Held, settlement: Exclude<Settlement, { readonly to: 'completed' }>): Promise<void> {
  const { line, job } = held;
  const { history } = settlement;
  const fieldsToUpdate = history && { failedReason: history.reason, stacktrace: tracesWith(held, history) };
  if (settlement.to === 'dead') {
    const { reason } = settlement.history;
    await line.backend.moveToFailed(finished(job.id), reason, false, job.claim, false, fieldsToUpdate);
  } else {
    const { delayMs, burnt } = settlement;
    const options = { skipAttempt: !burnt, ...(fieldsToUpdate && { fieldsToUpdate }) };
    await line.backend.moveToDelayed(job.id, machine.wallNow(), Math.ceil(delayMs), job.claim, options);
  }
}

type Finished = Parameters<IQueueBackend['moveToCompleted']>[0];

/** As much of a job as a backend needs to end it: its id, and that BullMQ has no say in its attempts. */
function finished(id: string): Finished {
  return { id, opts: { attempts: 0 } } as unknown as Finished;
}

/** The history with another entry, as BullMQ keeps stack traces. */
function tracesWith({ json, job }: Held, entry: JobAttempt): string {
  const traces = json.stacktrace === undefined ? [] : (JSON.parse(json.stacktrace) as string[]);
  const { before } = JSON.parse(json.data) as BullData;
  const losses = {
    lost: json.stalledCounter ?? 0,
    at: json.processedOn ?? json.timestamp,
    attempt: job.attempt,
    before,
  };
  return JSON.stringify([...historyOf(traces, losses), entry].slice(-20).map((each) => JSON.stringify(each)));
}
