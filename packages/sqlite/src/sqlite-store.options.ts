import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ResilienceConfigurationError, SystemClock, type Clock, type Duration } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { IN_MEMORY } from './sqlite-connection.js';

/** The store's file, and what a power failure may take of it. */
export interface SqliteStoreOptions {
  /**
   * The path of the file, made if it is missing, on a local disk; its directory must be there. `':memory:'` for a store
   * of one process.
   */
  file: string;
  /**
   * The writes that a power failure may take: with `'normal'` the writes of the last moments, with `'full'` nothing, at
   * the price of a disk flush for each write. The file stays intact, and a process that dies loses nothing with either.
   * Default `'normal'`.
   */
  durability?: 'normal' | 'full';
  /**
   * Has the store's tables stand in your application's own database, under names with this prefix, so that they can be
   * written in its transactions: `'breakwater_'`. Turns the file to WAL mode. Default: the file is the store's own.
   */
  tablePrefix?: string;
  /** How long an operation waits for the lock that another process holds, before it rejects. Default `'5s'`. */
  busyTimeout?: Duration;
  /**
   * Returns the wall time that ages and expiry are counted in. Default the machine's, which every process on it shares.
   */
  clock?: Clock;
}

export type SqliteStoreSettings = settings.SettingsOf<typeof schema> & {
  readonly clock: Clock;
  /** Empty where the file is the store's own. */
  readonly tablePrefix: string;
};

const NAME = /^[a-z][a-z0-9_]*$/i;

const schema = settings.options({
  file: settings.text(`the path of a file, or '${IN_MEMORY}'`),
  durability: settings.optional(settings.oneOf('normal', 'full'), 'normal'),
  busyTimeout: settings.optional(settings.duration({ max: 600_000 }), 5000),
  tablePrefix: settings.optional(settings.text("the beginning of a name, such as 'breakwater_'")),
});

/** The options with their defaults. Throws a `ResilienceConfigurationError` that lists all that is wrong. */
export function readSqliteStoreOptions(options: SqliteStoreOptions): SqliteStoreSettings {
  const { clock = new SystemClock(), ...rest } = Object(options) as SqliteStoreOptions;
  const read = settings.readSettings(schema, typeof options === 'object' ? rest : options, 'SqliteStore');
  const faults = [...(read.faults ?? [])];
  const wrong = typeof rest.file === 'string' ? whatIsWrongWith(rest.file) : undefined;
  if (wrong !== undefined)
    faults.push({ path: 'SqliteStore.file', message: `${settings.shownPath(rest.file)} given; ${wrong}` });
  const { tablePrefix } = read.settings ?? {};
  if (tablePrefix !== undefined && !NAME.test(tablePrefix)) {
    const message = `${settings.printed(tablePrefix)} given; expected letters, digits and _, such as 'breakwater_'`;
    faults.push({ path: 'SqliteStore.tablePrefix', message });
  }
  if (!isClock(clock)) faults.push({ path: 'SqliteStore.clock', message: 'expected a Clock of @breakwater/core' });
  if (read.settings === undefined || faults.length > 0) throw new ResilienceConfigurationError(faults);
  return { ...read.settings, clock, tablePrefix: tablePrefix ?? '' };
}

function whatIsWrongWith(file: string): string | undefined {
  if (file === IN_MEMORY) return undefined;
  if (/^(file:|[a-z][a-z0-9+.-]*:\/\/)/i.test(file)) return `expected the path of a file or '${IN_MEMORY}', not a URL`;
  if (file.includes('\0')) return 'expected a path without the character U+0000';
  const directory = dirname(resolve(file));
  if (!existsSync(directory))
    return `expected a file in a directory that exists: there is no ${settings.shownPath(directory)}`;
  return undefined;
}

function isClock(value: unknown): value is Clock {
  const clock = value as Partial<Clock> | null;
  return ['now', 'wallNow', 'sleep'].every((name) => typeof clock?.[name as keyof Clock] === 'function');
}
