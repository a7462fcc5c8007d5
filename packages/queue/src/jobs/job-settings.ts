import { ResilienceConfigurationError, type Duration, type Fault, type RetryOptions } from '@breakwater/core';
import { retrySchema, settings, type RetrySettings } from '@breakwater/core/adapter';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { readSchedule, type ScheduleOptions, type ScheduleSettings } from './schedule-settings.js';

/** When a job is tried again, in the words of the retry policy. */
export type JobRetryOptions = Pick<RetryOptions, 'attempts' | 'backoff' | 'when'>;

/** How the jobs of one name are processed. */
export interface SyncJobOptions {
  /** The form of a payload: a schema of Zod, Valibot, ArkType or any other library of Standard Schema. */
  schema?: StandardSchemaV1;
  /**
   * Default: 10 attempts, and between them exponential waits from 1 s up to 5 minutes, with full jitter. An attempt is
   * not counted where the engine or a 429 sends the job back.
   */
  retry?: JobRetryOptions;
  /** How long one attempt may take once the provider's rate limit has admitted it. Default `'1m'`. */
  timeout?: Duration;
  /** How many tokens of the provider's rate limit the job takes before it runs. Default 1; 0 waits for a pause only. */
  cost?: number;
  /**
   * Whether each tenant has an account of its own at the provider: then its rate limit, circuit and throttle are each
   * tenant's own, too. Default false: all share them.
   */
  perTenant?: boolean;
  /** How often a process may end or lose its lease while it runs the job, before that is dead. Default 10. */
  takeovers?: number;
  /** Adds a job of this name by itself, in whichever process is first. */
  schedule?: ScheduleOptions;
}

const RETRY = { attempts: 10, backoff: { initial: 1000, max: 300_000 } };

const schema = settings.options({
  timeout: settings.optional(settings.duration({ min: 1 }), 60_000),
  cost: settings.optional(settings.integer(0, 1_000_000), 1),
  perTenant: settings.optional(settings.flag(), false),
  takeovers: settings.optional(settings.integer(0, 1_000_000), 10),
});

export interface JobSettings extends settings.SettingsOf<typeof schema> {
  readonly retry: RetrySettings;
  readonly schedule: ScheduleSettings | undefined;
}

/** The options with their defaults. Throws a `ResilienceConfigurationError` that lists all that is wrong. */
export function readJobOptions(options: SyncJobOptions, path: string): JobSettings {
  const { schema: standard, retry = {}, schedule, ...rest } = options;
  const backoff = { ...RETRY.backoff, ...retry.backoff };
  const readRetry = settings.readSettings(retrySchema, { ...RETRY, ...retry, backoff }, `${path}.retry`);
  const read = settings.readSettings(schema, rest, path);
  const faults: Fault[] = [...(read.faults ?? []), ...(readRetry.faults ?? [])];
  if (standard !== undefined && typeof standard['~standard']?.validate !== 'function') {
    faults.push({ path: `${path}.schema`, message: 'expected a schema of a library that implements Standard Schema' });
  }
  const readWhen = schedule === undefined ? undefined : readSchedule(schedule, `${path}.schedule`);
  faults.push(...(readWhen?.faults ?? []));
  if (read.settings === undefined || readRetry.settings === undefined || faults.length > 0) {
    throw new ResilienceConfigurationError(faults);
  }
  return { ...read.settings, retry: readRetry.settings, schedule: readWhen?.settings };
}
