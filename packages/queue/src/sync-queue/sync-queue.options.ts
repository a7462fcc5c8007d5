import { ResilienceConfigurationError, type Duration } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import type { QueueDriver } from '../driver/queue-driver.js';

/** How this process works on jobs. */
export interface SyncQueueOptions {
  /** Where the jobs are kept: `sqliteDriver({ file })`, or `bullmqDriver({ … })` of `@breakwater/queue/bullmq`. */
  driver: QueueDriver;
  /** How many jobs of one provider this process has under way at once, or of each by name. Default 10. */
  concurrency?: number | Readonly<Record<string, number>>;
  /** How soon another process takes over the jobs of one that was killed. Default `'30s'`. */
  lease?: Duration;
  /** How often to look for jobs that another process has added. Default `'250ms'`. */
  poll?: Duration;
  /** How long jobs may go on when the application closes, before they are sent back. Default `'10s'`. */
  grace?: Duration;
  /** `false`: this process adds jobs and runs none. Default true. */
  work?: boolean;
}

const schema = settings.options({
  concurrency: settings.optional(settings.integer(1, 10_000), 10),
  lease: settings.optional(settings.duration({ min: 100 }), 30_000),
  poll: settings.optional(settings.duration({ min: 10 }), 250),
  grace: settings.optional(settings.duration(), 10_000),
  work: settings.optional(settings.flag(), true),
});

export interface SyncQueueSettings extends settings.SettingsOf<typeof schema> {
  readonly driver: QueueDriver;
  readonly concurrencyOf: ReadonlyMap<string, number>;
}

/** The options with their defaults. Throws a `ResilienceConfigurationError` that lists all that is wrong. */
export function readSyncQueueOptions(options: SyncQueueOptions): SyncQueueSettings {
  const { driver, concurrency, ...rest } = options;
  const byName = typeof concurrency === 'object' ? concurrency : {};
  const given = typeof concurrency === 'object' ? rest : { ...rest, concurrency };
  const read = settings.readSettings(schema, given, 'SyncQueue');
  const faults = [...(read.faults ?? [])];
  for (const [name, count] of Object.entries(byName)) {
    if (Number.isInteger(count) && count > 0) continue;
    faults.push({ path: `SyncQueue.concurrency.${name}`, message: 'expected a whole number from 1' });
  }
  if (typeof driver?.claim !== 'function') {
    faults.push({
      path: 'SyncQueue.driver',
      message: 'it is required: sqliteDriver({ file }) or bullmqDriver({ connection })',
    });
  }
  if (read.settings === undefined || faults.length > 0) throw new ResilienceConfigurationError(faults);
  return { ...read.settings, driver, concurrencyOf: new Map(Object.entries(byName)) };
}
