import type { Clock } from '@breakwater/core';
import { Deadline, type LiveCall } from '@breakwater/core/adapter';
import type { Job } from '../driver/job.js';
import type { ClaimedJob } from '../driver/queue-driver.js';
import { checkedPayload, isLater } from '../jobs/checked-payload.js';
import { SyncJobLostError, SyncJobTimeoutError } from '../jobs/job-errors.js';
import type { JobHandler } from '../jobs/job-handler.js';
import type { Admission } from './admission.js';
import { JobData } from './job-data.js';
import type { LeaseHolder } from './leases.js';
import { ProgressNotes } from './progress-notes.js';
import { toldJson } from './told-json.js';
import { verdictOnUnknown } from './verdict-on-unknown.js';
import { verdictOn, type Verdict } from './verdict.js';

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
  /** The job as it stands. */
  readonly read: (job: ClaimedJob) => Promise<Pick<Job, 'history'> | undefined>;
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
  isListed = false;
  before: this | undefined;
  after: this | undefined;
  renewedAt = 0;
  isLost = false;
  /** Whether its processor was called, or will not be. */
  hasBegun = false;
  /** How it has ended, where the driver has yet to write that down and the lease stands. */
  end: JobEnd | undefined;
  private call: LiveCall | undefined;
  private processing: PromiseLike<unknown> | undefined;
  private endCheck: ((reason: unknown) => void) | undefined;
  private notes: ProgressNotes | undefined;
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
    this.endCheck?.(reason);
    this.call?.abort(reason, true);
  }

  lost(): void {
    this.isLost = true;
    this.abort(new SyncJobLostError(this.job.name));
  }

  /** The processor, or the check of its payload, has run for as long as it may. */
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
    const { handlers, random, unknown, read } = this.parts;
    const handler = handlers.get(job.name);
    const { takeovers } = handler?.settings ?? unknown;
    if (job.lost > takeovers) {
      const reason = `the process that ran it ended ${job.lost} times, or lost its lease`;
      return { to: 'dead', failure: 'lost', reason };
    }
    if (handler === undefined) {
      const standing = await read(job).catch(() => undefined);
      return verdictOnUnknown(job, { history: standing?.history ?? [], settings: unknown, random });
    }
    try {
      const checked = this.payloadFor(handler);
      const payload = isLater(checked) ? await this.checkedInTime(checked, handler) : checked;
      return { to: 'completed', result: toldJson(await this.admitted(handler, payload), 'a result') };
    } catch (error) {
      return verdictOn({ error, outcome: this.call?.outcome, job, settings: handler.settings, random });
    } finally {
      this.remove();
      // The last word of the processor: it can be noted while the claim stands.
      if (this.notes !== undefined) await this.notes.written();
    }
  }

  private payloadFor({ schema }: JobHandler): unknown {
    const { name, payload } = this.job;
    return schema === undefined ? JSON.parse(payload) : checkedPayload(schema, name, payload);
  }

  /** A schema that answers by a promise has as long as the processor, and may never answer. */
  private async checkedInTime(checked: PromiseLike<unknown>, { settings }: JobHandler): Promise<unknown> {
    const { clock } = this.parts;
    const ended = new Promise<never>((_, reject) => (this.endCheck = reject));
    this.processing = checked;
    clock.expireAfter(settings.timeout, this, clock.now());
    try {
      return await Promise.race([checked, ended]);
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
    const doing = handler.run(new JobData(this.job, payload, { call, note: (progress) => this.note(progress) }));
    // Made a promise once only: some libraries' queries are sent again by every `then`.
    const processing = doing instanceof Promise ? doing : Promise.resolve(doing);
    this.processing = processing;
    return processing;
  }

  private note(text: string): Promise<void> {
    const { job, parts } = this;
    this.notes ??= new ProgressNotes((progress) => parts.progress(job, progress));
    return this.notes.note(text);
  }
}
