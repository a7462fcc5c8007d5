import { settings } from '@breakwater/core/adapter';
import { ResilienceConfigurationError } from '@breakwater/core';
import type { NewJob } from '../driver/queue-driver.js';
import { jobId } from '../jobs/job-id.js';
import type { AddOptions } from './sync-queue.js';

const schema = settings.options({
  key: settings.optional(settings.text()),
  tenant: settings.optional(settings.text()),
  priority: settings.optional(settings.oneOf('high', 'normal', 'low'), 'normal'),
  delay: settings.optional(settings.duration(), 0),
  attempts: settings.optional(settings.integer(1, 1_000_000)),
});

/** Text that a backend might not keep as it is. */
const UNSAFE = /[\0\p{Surrogate}]/u;

type AddSettings = settings.SettingsOf<typeof schema>;

/** Read once: most jobs of a batch have none. */
const NO_OPTIONS = settings.readSettings(schema, {}, 'add').settings!;

/** A job ready for the driver. Throws a `ResilienceConfigurationError` or a `TypeError` for what cannot be added. */
export function newJob(
  at: { readonly provider: string; readonly name: string },
  payload: unknown,
  options?: AddOptions,
): NewJob {
  const { provider, name } = at;
  const { key, tenant = '', priority, delay: delayMs, attempts } = readOptions(at, options);
  for (const text of [provider, name, tenant, key ?? '']) {
    if (UNSAFE.test(text)) throw new TypeError(`${JSON.stringify(text)} of a job has characters that cannot be kept`);
  }
  if (name === '' || provider === '') throw new TypeError('a job needs the names of its provider and of itself');
  const text = JSON.stringify(payload);
  if (text === undefined)
    throw new TypeError(`the payload of '${name}' is no JSON: expected a value such as an object`);
  const id = jobId({ provider, name, tenant, key });
  return { id, provider, name, tenant, key, payload: text, priority, delayMs, attempts };
}

function readOptions({ provider, name }: { provider: string; name: string }, options?: AddOptions): AddSettings {
  if (options === undefined) return NO_OPTIONS;
  const read = settings.readSettings(schema, options, `add('${provider}', '${name}')`);
  if (read.faults !== undefined) throw new ResilienceConfigurationError(read.faults);
  return read.settings;
}
