import { SystemClock } from '@breakwater/core';
import { Job as BullJob } from 'bullmq';
import type { Settlement } from '../driver/queue-driver.js';
import type { JobAttempt } from '../driver/job.js';
import { historyOf, type BullData } from './bull-job.js';
import type { Held } from './claims.js';

/** BullMQ dates its jobs by the machine's clock. */
const machine = new SystemClock();

/** BullMQ's codes for a job that is gone, or that another worker holds. */
const LOST: ReadonlySet<unknown> = new Set([-1, -2, -3, -6]);

export interface Keep {
  /** Seconds. */
  readonly age: number;
  readonly count: number;
}

/** Ends a claim. Returns whether it still stood. */
export async function settleClaim(held: Held, settlement: Settlement, keep: Keep): Promise<boolean> {
  try {
    await settle(held, settlement, keep);
    return true;
  } catch (error) {
    if (LOST.has((error as { code?: unknown }).code)) return false;
    throw error;
  }
}

async function settle(held: Held, settlement: Settlement, keep: Keep): Promise<void> {
  const { line, job, json } = held;
  const { backend, queue } = line;
  switch (settlement.to) {
    case 'completed': {
      const value: unknown = settlement.result === undefined ? null : JSON.parse(settlement.result);
      await backend.moveToCompleted(BullJob.fromJSON(queue, json, job.id), value, keep, job.claim, false);
      return;
    }
    case 'waiting': {
      const { delayMs, burnt, history } = settlement;
      const fieldsToUpdate = history && { failedReason: history.reason, stacktrace: tracesWith(held, history) };
      const options = { skipAttempt: !burnt, ...(fieldsToUpdate && { fieldsToUpdate }) };
      await backend.moveToDelayed(job.id, machine.wallNow(), delayMs, job.claim, options);
      return;
    }
    case 'dead': {
      const { history } = settlement;
      const fields = { failedReason: history.reason, stacktrace: tracesWith(held, history) };
      const bullJob = BullJob.fromJSON(queue, json, job.id);
      await backend.moveToFailed(bullJob, history.reason, false, job.claim, false, fields);
      return;
    }
  }
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
