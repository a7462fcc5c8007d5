import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ResilienceConfigurationError, type Duration, type Fault } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { IN_MEMORY, isConnection, type SqliteConnection } from '@breakwater/sqlite/adapter';

/** The file in which jobs stand, and what a power failure may take of it. */
export interface SqliteDriverOptions {
  /**
   * The path of the file, made if it is missing, on a local disk; its directory must be there. It may be the
   * application's own database, which is turned to WAL mode: then jobs can be added in its transactions. `':memory:'`
   * for a queue of one process that is gone with it. Required without `database`.
   */
  file?: string;
  /**
   * In place of `file`: the application's own connection, of libsql or better-sqlite3, to a file or in memory. Jobs can
   * be added in its transactions. The driver makes its tables there, leaves the settings of the connection as they are,
   * waits while the application is in a transaction, and does not close it.
   */
  database?: SqliteConnection;
  /** The beginning of the names of the queue's tables. Default `'sync_'`. */
  tablePrefix?: string;
  /**
   * The writes that a power failure may take: with `'normal'` those of the last moments, with `'full'` none, at the
   * price of a disk flush for each transaction. A process that dies loses nothing with either. Default `'normal'`.
   */
  durability?: 'normal' | 'full';
  /** How long an operation waits for the lock that another process holds, before it rejects. Default `'5s'`. */
  busyTimeout?: Duration;
  /** How long, and how many, completed jobs are kept: a second job of the same key is dropped for so long. */
  completed?: {
    /** Default `'1d'`. */
    age?: Duration;
    /** For each provider, and some more: they are counted now and then. Default 100 000. */
    count?: number;
  };
}

export interface SqliteDriverSettings extends settings.SettingsOf<typeof schema> {
  /** `':memory:'` where the application's own connection is used. */
  readonly file: string;
  readonly database: SqliteConnection | undefined;
}

const NAME = /^[a-z][a-z0-9_]*$/i;
const DAY_MS = 86_400_000;

const schema = settings.options({
  file: settings.optional(settings.text(`the path of a file, or '${IN_MEMORY}'`)),
  tablePrefix: settings.optional(settings.text("the beginning of a name, such as 'sync_'"), 'sync_'),
  durability: settings.optional(settings.oneOf('normal', 'full'), 'normal'),
  busyTimeout: settings.optional(settings.duration({ max: 600_000 }), 5000),
  completed: settings.optional(
    settings.options({
      age: settings.optional(settings.duration(), DAY_MS),
      count: settings.optional(settings.integer(0, 100_000_000), 100_000),
    }),
    {},
  ),
});

/** The options with their defaults. Throws a `ResilienceConfigurationError` that lists all that is wrong. */
export function readSqliteDriverOptions(options: SqliteDriverOptions): SqliteDriverSettings {
  const { database, ...rest } = Object(options) as SqliteDriverOptions;
  const read = settings.readSettings(schema, rest, 'sqliteDriver');
  const { file, tablePrefix } = read.settings ?? {};
  const faults: Fault[] = [...(read.faults ?? []), ...faultsOfPlace(rest.file, database)];
  if (tablePrefix !== undefined && !NAME.test(tablePrefix)) {
    const message = `${settings.printed(tablePrefix)} given; expected letters, digits and _, such as 'sync_'`;
    faults.push({ path: 'sqliteDriver.tablePrefix', message });
  }
  if (read.settings === undefined || faults.length > 0) throw new ResilienceConfigurationError(faults);
  return { ...read.settings, file: file ?? IN_MEMORY, database };
}

function faultsOfPlace(file: unknown, database: unknown): readonly Fault[] {
  if (file === undefined && database === undefined) {
    const message = "it is required: the path of a file, ':memory:', or `database` in its place";
    return [{ path: 'sqliteDriver.file', message }];
  }
  if (file !== undefined && database !== undefined) {
    return [{ path: 'sqliteDriver', message: 'has both `file` and `database`: expected one of them' }];
  }
  if (database !== undefined && !isConnection(database)) {
    return [{ path: 'sqliteDriver.database', message: 'expected an open connection of libsql or better-sqlite3' }];
  }
  if (typeof file !== 'string' || file === IN_MEMORY || existsSync(dirname(resolve(file)))) return [];
  return [
    {
      path: 'sqliteDriver.file',
      message: `${settings.shownPath(file)} given; expected a file in a directory that exists`,
    },
  ];
}

/** The database as errors name it. */
export function placeOf({ file, database }: Pick<SqliteDriverSettings, 'file' | 'database'>): string {
  return database === undefined ? file : 'the application’s connection';
}
