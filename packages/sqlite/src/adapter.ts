export { BackgroundCheckpoints, LONGEST_LOG_PAGES } from './background-checkpoints.js';
export { isBusy } from './is-busy.js';
export { openFile, type OwnConnection, type SqliteFile } from './open-file.js';
export {
  fileOf,
  IN_MEMORY,
  isConnection,
  realPathOf,
  type SqliteConnection,
  type SqliteStatement,
} from './sqlite-connection.js';
export { first, perConnection, prepareAll, type StatementsOf } from './statements.js';
