import { ResilienceConfigurationError, type Fault } from '@breakwater/core';
import { checkedPayload, isLater } from '../jobs/checked-payload.js';
import { SyncPayloadError } from '../jobs/job-errors.js';
import type { JobHandler } from '../jobs/job-handler.js';
import { payloadText } from '../jobs/payload-text.js';
import { Schedule, type ScheduleParts } from './schedule.js';

export interface SchedulesParts extends ScheduleParts {
  readonly handlers: readonly JobHandler[];
}

/** The schedules of the jobs that this process runs. */
export class Schedules {
  private readonly all: readonly Schedule[];

  constructor(private readonly parts: SchedulesParts) {
    this.all = parts.handlers.flatMap(({ provider, name, settings: { schedule } }) =>
      schedule === undefined ? [] : [new Schedule({ provider, name, schedule }, parts)],
    );
  }

  /** Throws a `ResilienceConfigurationError` that lists the payloads which the schemas of their own jobs refuse. */
  start(): void {
    const faults = this.parts.handlers.flatMap(faultsOf);
    if (faults.length > 0) throw new ResilienceConfigurationError(faults);
    for (const schedule of this.all) schedule.start();
  }

  stop(): void {
    for (const schedule of this.all) schedule.stop();
  }
}

function faultsOf({ provider, name, schema, settings: { schedule } }: JobHandler): readonly Fault[] {
  if (schema === undefined || schedule === undefined) return [];
  try {
    const checked = checkedPayload(schema, name, payloadText(schedule.payload, name));
    // A boot does not wait for a schema that answers later.
    if (isLater(checked)) checked.then(undefined, () => undefined);
  } catch (error) {
    // A schema that fails by itself may do better by the time of the first run.
    if (error instanceof SyncPayloadError) {
      return [{ path: `'${provider}': ${name}.schedule.payload`, message: error.message }];
    }
  }
  return [];
}
