import { ResilienceConfigurationError, SystemClock, type Clock, type Duration } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';

/** Where the store's tables stand, and how long it waits for them. */
export interface PostgresStoreOptions {
  /**
   * The schema of the tables, in lower case. Default `'breakwater'`. Applications that share a database need one each.
   */
  schema?: string;
  /** How long an operation may take before it rejects; it may have been done then. Default `'1s'`. */
  timeout?: Duration;
  /** Told of errors that no caller waits for: those of bus listeners and of the bus's connection. */
  onError?: (error: unknown) => void;
  /** Sets the timers. Default the machine's. */
  clock?: Clock;
}

const schema = settings.options({
  schema: settings.optional(settings.text('the name of a schema'), 'breakwater'),
  timeout: settings.optional(settings.duration({ min: 1, max: 600_000 }), 1000),
});

export interface PostgresStoreSettings {
  readonly schema: string;
  readonly timeoutMs: number;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

/** The options with their defaults. Throws a `ResilienceConfigurationError` that lists all that is wrong. */
export function readPostgresStoreOptions(options: PostgresStoreOptions): PostgresStoreSettings {
  const { clock = new SystemClock(), onError = () => undefined, ...rest } = options;
  const read = settings.readSettings(schema, rest, 'PostgresStore');
  if (read.settings === undefined) throw new ResilienceConfigurationError(read.faults);
  return { schema: schemaName(read.settings.schema), timeoutMs: read.settings.timeout, onError, clock };
}

/** A name that needs no quoting and so can stand in the text of a statement. Throws where it does not. */
export function schemaName(name: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return name;
  const message = `${settings.printed(name)} given; expected lower-case letters, digits and underscores, at most 63 of them`;
  throw new ResilienceConfigurationError([{ path: 'PostgresStore.schema', message }]);
}
