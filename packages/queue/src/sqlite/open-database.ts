import type { Clock } from '@breakwater/core';
import { OwnFile, type SqliteFile } from '@breakwater/sqlite/adapter';
import { prepareSchema } from './schema.js';
import type { SqliteDriverSettings } from './sqlite-driver.options.js';
import { unusable } from './sqlite-error.js';

/** Opens the queue's file with its tables up to date. Throws a `QueueDriverError` when it cannot be used. */
export function openDatabase(settings: SqliteDriverSettings, clock: Clock): OwnFile {
  const { file, tablePrefix } = settings;
  const prepare: SqliteFile['prepare'] = (db) => prepareSchema(db, file, tablePrefix);
  return new OwnFile({ ...settings, prepare, error: (what, more) => unusable(file, what, more) }, clock);
}
