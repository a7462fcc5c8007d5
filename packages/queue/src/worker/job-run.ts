import type { Clock } from '@breakwater/core';
import { Deadline, derivedKey, messageOf, type LiveCall } from '@breakwater/core/adapter';
import type { ClaimedJob } from '../driver/queue-driver.js';
import { checkedPayload } from '../jobs/checked-payload.js';
import { SyncJobLostError, SyncJobTimeoutError } from '../jobs/job-errors.js';
import type { JobHandler } from '../jobs/job-handler.js';
import type { SyncJobData } from '../jobs/sync-job-data.js';
import type { Admission } from './admission.js';
import type { LeaseHolder } from './leases.js';
import { againOrDead, verdictOn, type Verdict } from './verdict.js';

/** The parts that all attempts at jobs of one provider share. */
export interface JobRunParts {
  /** By the names of their jobs. */
  readonly handlers: ReadonlyMap<string, JobHandler>;
  /** The settings of jobs that none of them knows. */
  readonly unknown: JobHandler['settings'];
  readonly admission: Admission;
  readonly clock: Clock;
  readonly random: () => number;
  readonly progress: (job: ClaimedJob, progress: string) => Promise<void>;
  /** Told of a processor that runs on after its time, and of its late end. */
  readonly overdue: (by: 1 | -1) => void;
}

export type JobEnd = { readonly to: 'completed'; readonly result: string | undefined } | Verdict;

/**
 * One attempt at a job: checks its payload, waits for the provider's admission, and runs its processor in time. It is
 * the deadline of its processor and the holder of its lease, and its call has the signal: thousands of jobs a second
 * are mostly what their objects cost.
 */
export class JobRun extends Deadline implements LeaseHolder {
  renewedAt = 0;
  isLost = false;
  /** Whether its processor was called. */
  hasBegun = false;
  private call: LiveCall | undefined;
  private processing: Promise<unknown> | undefined;
  private ended: { readonly reason: unknown } | undefined;

  constructor(
    readonly job: ClaimedJob,
    private readonly parts: JobRunParts,
  ) {
    super();
  }

  /** Ends the attempt, whatever the processor does. */
  abort(reason: unknown): void {
    this.ended ??= { reason };
    this.call?.abort(reason, true);
  }

  lost(): void {
    this.isLost = true;
    this.abort(new SyncJobLostError(this.job.name));
  }

  /** The processor has run for as long as it may. */
  expire(): void {
    const { overdue } = this.parts;
    const { name } = this.job;
    overdue(1);
    const late = () => overdue(-1);
    this.processing?.then(late, late);
    this.abort(new SyncJobTimeoutError(name, this.parts.handlers.get(name)!.settings.timeout));
  }

  async run(): Promise<JobEnd> {
    const { job } = this;
    const { handlers, random, unknown } = this.parts;
    const handler = handlers.get(job.name);
    const { takeovers } = handler?.settings ?? unknown;
    if (job.lost > takeovers) {
      const reason = `the process that ran it ended ${job.lost} times, or lost its lease`;
      return { to: 'dead', failure: 'lost', reason };
    }
    if (handler === undefined) {
      const reason = `this process has no processor for '${job.name}'`;
      return againOrDead({ job, settings: unknown, outcome: undefined, random, failure: 'unknown-job', reason });
    }
    try {
      const checked = checkedPayload(handler.schema, job.name, JSON.parse(job.payload));
      const payload: unknown = checked instanceof Promise ? await checked : checked;
      return { to: 'completed', result: jsonOf(await this.admitted(handler, payload)) };
    } catch (error) {
      return verdictOn({ error, outcome: this.call?.outcome, job, settings: handler.settings, random });
    } finally {
      this.remove();
    }
  }

  private admitted(handler: JobHandler, payload: unknown): Promise<unknown> {
    const { id, tenant } = this.job;
    if (this.ended !== undefined) throw this.ended.reason;
    const { call, done } = this.parts.admission.admit(handler, {
      id,
      key: handler.settings.perTenant && tenant !== '' ? tenant : undefined,
      work: (admitted) => this.process(handler, payload, admitted),
    });
    this.call = call;
    return done;
  }

  private process(handler: JobHandler, payload: unknown, call: LiveCall): Promise<unknown> {
    const { clock } = this.parts;
    this.hasBegun = true;
    clock.expireAfter(handler.settings.timeout, this, clock.now());
    const doing = handler.run(this.dataOf(payload, call));
    // Made a promise once only: some libraries' queries are sent again by every `then`.
    this.processing = doing instanceof Promise ? doing : Promise.resolve(doing);
    return this.processing;
  }

  private dataOf(payload: unknown, call: LiveCall): SyncJobData {
    const { progress } = this.parts;
    const { job } = this;
    const { id, name, tenant, attempt, lost } = job;
    return {
      id,
      name,
      tenant,
      payload,
      attempt: attempt + 1,
      lost,
      idempotencyKey: id,
      get signal() {
        return call.signal;
      },
      keyFor: (part) => derivedKey('part', id, part),
      progress: (value) => progress(job, JSON.stringify(value ?? null)),
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
