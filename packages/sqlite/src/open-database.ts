import type { SqliteFile } from './open-file.js';
import { OwnFile } from './own-file.js';
import { checkSchema, prepareSchema } from './schema.js';
import { SqliteStoreError } from './sqlite-store.error.js';
import type { SqliteStoreSettings } from './sqlite-store.options.js';

/** Opens the store's file with its schema up to date. Throws a `SqliteStoreError` when it cannot be used. */
export function openDatabase(settings: SqliteStoreSettings): OwnFile {
  const { file, tablePrefix, clock } = settings;
  const opened: SqliteFile = {
    ...settings,
    check: (db) => checkSchema(db, { file, tablePrefix }),
    prepare: (db) => prepareSchema(db, { file, tablePrefix }, clock.wallNow()),
    error: (what, { code = 'STORE_UNUSABLE', cause } = {}) => new SqliteStoreError(file, code, what, cause),
  };
  return new OwnFile(opened, clock);
}
