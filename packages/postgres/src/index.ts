export { migrate } from './migrate.js';
export type { PostgresClient, PostgresConnection, PostgresPool } from './postgres-client.js';
export { PostgresStoreError } from './postgres-store.error.js';
export { PostgresStore } from './postgres-store.js';
export type { PostgresStoreOptions } from './postgres-store.options.js';
