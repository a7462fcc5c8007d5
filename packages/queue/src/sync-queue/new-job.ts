import { isUnsafeText, settings } from '@breakwater/core/adapter';
import { ResilienceConfigurationError } from '@breakwater/core';
import type { NewJob } from '../driver/queue-driver.js';
import { jobId } from '../jobs/job-id.js';
import { payloadText } from '../jobs/payload-text.js';
import type { AddOptions } from './sync-queue.js';

/** Ten years: every backend can date a job that is due then. */
const LONGEST_DELAY_MS = 3650 * 86_400_000;

const schema = settings.options({
  key: settings.optional(settings.text()),
  tenant: settings.optional(settings.text()),
  priority: settings.optional(settings.oneOf('high', 'normal', 'low'), 'normal'),
  delay: settings.optional(settings.duration({ max: LONGEST_DELAY_MS }), 0),
  attempts: settings.optional(settings.integer(1, 1_000_000)),
});

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
  if (!isName(provider) || !isName(name)) throw new TypeError('a job needs the names of its provider and of itself');
  const { key, tenant = '', priority, delay: delayMs, attempts } = readOptions(at, options);
  for (const text of [provider, name, tenant, key ?? '']) {
    if (isUnsafeText(text)) throw new TypeError(`${JSON.stringify(text)} of a job has characters that cannot be kept`);
  }
  const id = jobId({ provider, name, tenant, key });
  return { id, provider, name, tenant, key, payload: payloadText(payload, name), priority, delayMs, attempts };
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function readOptions({ provider, name }: { provider: string; name: string }, options?: AddOptions): AddSettings {
  if (options === undefined || options === null) return NO_OPTIONS;
  // A processor hands on the tenant of its own job, which is empty where there is none.
  const given = options.tenant === '' ? { ...options, tenant: undefined } : options;
  const read = settings.readSettings(schema, given, `add('${provider}', '${name}')`);
  if (read.faults !== undefined) throw new ResilienceConfigurationError(read.faults);
  return read.settings;
}
