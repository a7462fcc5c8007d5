import { ResilienceConfigurationError, SystemClock, type Clock, type Duration } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';

/** The prefix of the store's keys, and how long it waits for the server. */
export interface RedisStoreOptions {
  /** Prefix of every key and channel. Default `'breakwater:'`. Applications that share a server need one each. */
  prefix?: string;
  /** How long an operation may take before it rejects; it may have been done then. Default `'1s'`. */
  timeout?: Duration;
  /** Told of errors that no caller waits for: those of bus listeners and of the bus's connection. */
  onError?: (error: unknown) => void;
  /** Sets the timers. Default the machine's. */
  clock?: Clock;
}

const schema = settings.options({
  prefix: settings.optional(settings.text('text'), 'breakwater:'),
  timeout: settings.optional(settings.duration({ min: 1, max: 600_000 }), 1000),
});

export interface RedisStoreSettings {
  readonly prefix: string;
  readonly timeoutMs: number;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

/** The options with their defaults. Throws a `ResilienceConfigurationError` that lists all that is wrong. */
export function readRedisStoreOptions(options: RedisStoreOptions): RedisStoreSettings {
  const { clock = new SystemClock(), onError = () => undefined, ...rest } = options;
  const read = settings.readSettings(schema, rest, 'RedisStore');
  if (read.settings === undefined) throw new ResilienceConfigurationError(read.faults);
  return { prefix: read.settings.prefix, timeoutMs: read.settings.timeout, onError, clock };
}
