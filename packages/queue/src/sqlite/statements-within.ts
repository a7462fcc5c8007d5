import { fileOf, isConnection, perConnection, realPathOf, type SqliteConnection } from '@breakwater/sqlite/adapter';
import { placeOf, type SqliteDriverSettings } from './sqlite-driver.options.js';
import { unusable } from './sqlite-error.js';
import { prepareStatements, type Statements } from './statements.js';

const statementsOf = perConnection(prepareStatements);

/**
 * The driver's statements on the application's own connection, which is in a transaction: the connection that the
 * driver was given, or another one to its file. Throws a `QueueDriverError` for anything else.
 */
export function statementsWithin(transaction: unknown, settings: SqliteDriverSettings): Statements {
  const { tablePrefix } = settings;
  const place = placeOf(settings);
  if (!isConnection(transaction)) {
    throw unusable(place, 'within() needs a connection of libsql or better-sqlite3 that is in a transaction');
  }
  if (!transaction.inTransaction) throw unusable(place, 'the connection that within() was given is in no transaction');
  if (transaction !== settings.database) expectSameFile(transaction, settings);
  return statementsOf(transaction, tablePrefix);
}

function expectSameFile(transaction: SqliteConnection, settings: SqliteDriverSettings): void {
  const file = settings.database === undefined ? realPathOf(settings.file) : fileOf(settings.database);
  if (file === undefined) {
    const what = 'its database is in memory, where no other connection sees it';
    const instead = settings.database === undefined ? ': give your own to sqliteDriver({ database })' : '';
    throw unusable(placeOf(settings), what + instead);
  }
  if (fileOf(transaction) !== file) throw unusable(file, 'the connection of the transaction is to another file');
}
