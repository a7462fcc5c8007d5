export { isBusy } from './is-busy.js';
export type { SqliteFile } from './open-file.js';
export { OwnFile } from './own-file.js';
export {
  fileOf,
  IN_MEMORY,
  isConnection,
  realPathOf,
  type SqliteConnection,
  type SqliteStatement,
} from './sqlite-connection.js';
export { sqliteCode } from './sqlite-code.js';
export { StandingFile } from './standing-file.js';
export { first, perConnection, prepareAll, type StatementsOf } from './statements.js';
