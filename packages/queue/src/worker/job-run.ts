import type { Clock, Timer } from '@breakwater/core';
import { derivedKey, messageOf } from '@breakwater/core/adapter';
import type { ClaimedJob } from '../driver/queue-driver.js';
import { checkedPayload } from '../jobs/checked-payload.js';
import { SyncJobTimeoutError } from '../jobs/job-errors.js';
import type { JobHandler } from '../jobs/job-handler.js';
import type { SyncJobData } from '../jobs/sync-job-data.js';
import type { Admission } from './admission.js';
import { againOrDead, verdictOn, type Verdict } from './verdict.js';

export interface JobRunParts {
  readonly job: ClaimedJob;
  readonly handler: JobHandler | undefined;
  readonly admission: Admission;
  readonly clock: Clock;
  readonly random: () => number;
  /** The settings of jobs of which this process has no processor. */
  readonly unknown: JobHandler['settings'];
  readonly progress: (progress: string) => Promise<void>;
  /** Told of a processor that runs on after its time, and of its late end. */
  readonly overdue: (by: 1 | -1) => void;
}

export type JobEnd = { readonly to: 'completed'; readonly result: string | undefined } | Verdict;

/** One attempt at a job: checks its payload, waits for the provider's admission, and runs its processor in time. */
export class JobRun {
  private readonly controller = new AbortController();
  private timer: Timer | undefined;

  constructor(private readonly parts: JobRunParts) {}

  /** Ends the attempt, whatever the processor does. */
  abort(reason: unknown): void {
    this.controller.abort(reason);
  }

  async run(): Promise<JobEnd> {
    const { job, handler, random, unknown } = this.parts;
    const { takeovers } = handler?.settings ?? unknown;
    if (job.lost > takeovers) {
      const reason = `the process that ran it ended ${job.lost} times, or lost its lease`;
      return { to: 'dead', failure: 'lost', reason };
    }
    if (handler === undefined) {
      const reason = `this process has no processor for '${job.name}'`;
      return againOrDead({ job, settings: unknown, outcome: undefined, random, failure: 'unknown-job', reason });
    }
    return this.attempt(handler);
  }

  private async attempt(handler: JobHandler): Promise<JobEnd> {
    const { job, admission, random } = this.parts;
    const { signal } = this.controller;
    const { settings } = handler;
    let admitted: ReturnType<Admission['admit']> | undefined;
    try {
      const payload = await checkedPayload(handler.schema, job.name, JSON.parse(job.payload));
      const work = () => this.process(handler, payload);
      admitted = admission.admit(handler, {
        id: job.id,
        key: settings.perTenant && job.tenant !== '' ? job.tenant : undefined,
        signal,
        work,
      });
      return { to: 'completed', result: jsonOf(await admitted.done) };
    } catch (error) {
      return verdictOn({ error, outcome: admitted?.call.outcome, job, settings, random });
    } finally {
      this.timer?.cancel();
    }
  }

  private async process(handler: JobHandler, payload: unknown): Promise<unknown> {
    const { clock, overdue, job } = this.parts;
    const { timeout } = handler.settings;
    let isOverdue = false;
    this.timer = clock.schedule(timeout, () => {
      isOverdue = true;
      overdue(1);
      this.abort(new SyncJobTimeoutError(job.name, timeout));
    });
    try {
      return await handler.run(this.dataOf(payload));
    } finally {
      if (isOverdue) overdue(-1);
    }
  }

  private dataOf(payload: unknown): SyncJobData {
    const { job, progress } = this.parts;
    const { id, name, tenant, attempt, lost } = job;
    return {
      id,
      name,
      tenant,
      payload,
      attempt: attempt + 1,
      lost,
      idempotencyKey: id,
      signal: this.controller.signal,
      keyFor: (part) => derivedKey('part', id, part),
      progress: (value) => progress(JSON.stringify(value ?? null)),
    };
  }
}

/** A result is told where it can be: that it cannot does not undo what was done. */
function jsonOf(result: unknown): string | undefined {
  try {
    return JSON.stringify(result);
  } catch (error) {
    return JSON.stringify(`a result that is no JSON: ${messageOf(error)}`);
  }
}
