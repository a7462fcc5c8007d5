import { ResilienceConfigurationError } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { JOB_STATES } from '../driver/job.js';
import type { JobFilter } from '../driver/queue-driver.js';

/** The jobs that are to be replayed: those of these ids, otherwise those of a tenant and a name, or all. */
export interface WhichJobs {
  readonly ids?: readonly string[];
  readonly tenant?: string;
  readonly name?: string;
}

const NAMES = ['ids', 'tenant', 'name'] as const;

const filterSchema = settings.options({
  state: settings.oneOf(...JOB_STATES),
  tenant: settings.optional(settings.text()),
  name: settings.optional(settings.text()),
  limit: settings.optional(settings.integer(0, 1_000_000)),
  skip: settings.optional(settings.integer(0, 1_000_000_000)),
});

/** Throws a `ResilienceConfigurationError` that lists all that is wrong with a filter. */
export function readFilter(provider: string, filter: JobFilter): JobFilter {
  // The empty tenant is that of jobs which were added without one.
  const hasEmpty = (Object(filter) as Partial<JobFilter>).tenant === '';
  const read = settings.readSettings(
    filterSchema,
    hasEmpty ? { ...filter, tenant: undefined } : filter,
    `list('${provider}')`,
  );
  if (read.faults !== undefined) throw new ResilienceConfigurationError(read.faults);
  return hasEmpty ? { ...read.settings, tenant: '' } : read.settings;
}

/** Throws a `TypeError` for a selection with a misspelt name, which would be that of all jobs. */
export function readWhich(which: WhichJobs): WhichJobs {
  const unknown = Object.keys(which).find((name) => !(NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    const name = settings.shownName(unknown, NAMES);
    throw new TypeError(`replay: ${name}: ${settings.unknownName('option', unknown, NAMES)}`);
  }
  if (which.ids !== undefined && !Array.isArray(which.ids)) {
    throw new TypeError(`replay: ids: ${settings.printed(which.ids)} given; expected a list of ids`);
  }
  return which;
}
