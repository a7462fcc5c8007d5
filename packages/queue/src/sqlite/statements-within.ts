import { realpathSync } from 'node:fs';
import type Database from 'libsql';
import { IN_MEMORY } from './sqlite-driver.options.js';
import { unusable } from './sqlite-error.js';
import { prepareStatements, type Statements } from './statements.js';

const prepared = new WeakMap<Database.Database, Map<string, Statements>>();

/**
 * The driver's statements on the application's own connection, which is in a transaction. Throws a `QueueDriverError`
 * for anything that is not a connection of libsql to the driver's file, or is in no transaction.
 */
export function statementsWithin(transaction: unknown, file: string, tablePrefix: string): Statements {
  const client = transaction as Database.Database;
  if (typeof client?.prepare !== 'function' || client.inTransaction !== true) {
    throw unusable(file, 'within() needs a connection of libsql that is in a transaction');
  }
  if (!isOpenOn(client, file)) throw unusable(file, 'the connection of the transaction is to another file');
  let ofClient = prepared.get(client);
  if (ofClient === undefined) prepared.set(client, (ofClient = new Map()));
  let statements = ofClient.get(tablePrefix);
  if (statements === undefined) ofClient.set(tablePrefix, (statements = prepareStatements(client, tablePrefix)));
  return statements;
}

function isOpenOn(client: Database.Database, file: string): boolean {
  if (file === IN_MEMORY) return false;
  const databases = client.prepare('PRAGMA database_list').raw().all() as [number, string, string][];
  const main = databases.find(([, name]) => name === 'main')?.[2];
  return main !== undefined && main !== '' && realpathSync(main) === realpathSync(file);
}
