import { SyncQueueClosedError } from '../jobs/job-errors.js';
import type { ClaimedJob } from '../driver/queue-driver.js';
import type { AttemptWatch } from './attempt-watch.js';
import { JobRun, type JobEnd, type JobRunParts } from './job-run.js';
import type { LaneEvents } from './lane-events.js';
import type { Leases } from './leases.js';
import { settlementOf } from './settlement-of.js';
import type { Roster } from './roster.js';
import type { Settler } from './settler.js';

export interface RunningJobsParts {
  readonly run: JobRunParts;
  readonly leases: Leases<JobRun>;
  readonly settler: Settler;
  readonly events: LaneEvents;
  readonly attempts: AttemptWatch;
  /** Called when a job is under way no more. */
  readonly left: () => void;
}

/** The jobs of a provider that are under way in this process, from their claims until their ends are written down. */
export class RunningJobs {
  constructor(private readonly parts: RunningJobsParts) {}

  get size(): number {
    return this.runs.size;
  }

  begin(job: ClaimedJob): void {
    void this.run(new JobRun(job, this.parts.run));
  }

  /** Whether some have yet to be admitted. */
  get hasUnbegun(): boolean {
    for (const run of this.runs) if (!run.hasBegun) return true;
    return false;
  }

  /** Sends back those whose processors have not begun. */
  returnUnbegun(reason: Error): void {
    for (const run of this.runs) if (!run.hasBegun) run.abort(reason);
  }

  /** Ends them: they are sent back. Returns how many there were. */
  abort(): number {
    for (const run of this.runs) run.abort(new SyncQueueClosedError());
    return this.runs.size;
  }

  private get runs(): Roster<JobRun> {
    return this.parts.leases.holders;
  }

  private async run(run: JobRun): Promise<void> {
    const { leases, settler, events, attempts, left } = this.parts;
    const { clock } = this.parts.run;
    const { job } = run;
    const startedAt = clock.now();
    leases.hold(run, startedAt);
    try {
      const end = this.unwrittenEndOf(job) ?? (await run.run());
      run.hasBegun = true;
      if (!run.isLost) run.end = end;
      const stood = !run.isLost && (await settler.settle(settlementOf(job, end, clock.wallNow())));
      if (stood) events.ended(job, end, clock.now() - startedAt);
      else events.counters.lost++;
    } finally {
      leases.release(run);
      attempts.ended(job.id);
      left();
    }
  }

  /** A job whose end could not be written until its lease had ended comes again: it is not done again here. */
  private unwrittenEndOf({ id, lost }: ClaimedJob): JobEnd | undefined {
    if (lost === 0) return undefined;
    for (const { job, end } of this.runs) if (job.id === id && end !== undefined) return end;
    return undefined;
  }
}
