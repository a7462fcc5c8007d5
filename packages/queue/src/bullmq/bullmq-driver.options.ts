import { ResilienceConfigurationError, type Duration } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import type { BackendFactory, IQueueBackend } from 'bullmq';

/** The connection to BullMQ, and how its queues are named and kept. */
export interface BullmqDriverOptions {
  /**
   * The connection as BullMQ takes it: a client of ioredis, which the application closes, or its options; for another
   * backend that backend's, such as a pool of `pg`.
   */
  connection: unknown;
  /** BullMQ's backend, such as its `createPostgresBackend`. Default: Redis. */
  backend?: BackendFactory<IQueueBackend, never>;
  /**
   * The beginning of BullMQ's keys in Redis. Default `'bull'`, as in BullMQ. A cluster needs one in braces, such as
   * `'{sync}'`, which has all keys stand on one node: scripts of Redis reach no other.
   */
  prefix?: string;
  /** How long, and how many, completed jobs are kept: a second job of the same key is dropped for so long. */
  completed?: {
    /** Default `'1d'`. */
    age?: Duration;
    /** For each tenant of a provider. Default 1000. */
    count?: number;
  };
}

const schema = settings.options({
  prefix: settings.optional(settings.text(), 'bull'),
  completed: settings.optional(
    settings.options({
      age: settings.optional(settings.duration({ min: 1000 }), 86_400_000),
      count: settings.optional(settings.integer(0, 100_000_000), 1000),
    }),
    {},
  ),
});

export interface BullmqDriverSettings extends settings.SettingsOf<typeof schema> {
  readonly connection: unknown;
  readonly backend: BackendFactory<IQueueBackend, never> | undefined;
}

/** The options with their defaults. Throws a `ResilienceConfigurationError` that lists all that is wrong. */
export function readBullmqDriverOptions(options: BullmqDriverOptions): BullmqDriverSettings {
  const { connection, backend, ...rest } = options;
  const read = settings.readSettings(schema, rest, 'bullmqDriver');
  const faults = [...(read.faults ?? [])];
  if (connection === undefined || connection === null) {
    faults.push({ path: 'bullmqDriver.connection', message: 'it is required: a client of ioredis, or its options' });
  }
  if (isCluster(connection) && read.settings !== undefined && !HASH_TAG.test(read.settings.prefix)) {
    const message = `${settings.printed(read.settings.prefix)} given; expected one in braces for a cluster, such as '{sync}'`;
    faults.push({ path: 'bullmqDriver.prefix', message });
  }
  if (read.settings === undefined || faults.length > 0) throw new ResilienceConfigurationError(faults);
  return { ...read.settings, connection, backend };
}

/** Redis Cluster: the part of a key that says on which node it stands. */
const HASH_TAG = /\{[^}]+\}/;

function isCluster(connection: unknown): boolean {
  return (Object(connection) as { isCluster?: unknown }).isCluster === true;
}
