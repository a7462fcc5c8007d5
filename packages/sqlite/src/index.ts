export { SqliteStoreError } from './sqlite-store.error.js';
export { SqliteStore } from './sqlite-store.js';
export type { SqliteStoreOptions } from './sqlite-store.options.js';
export type { SqliteTransactionStore } from './sqlite-transaction-store.js';
