import { requireClient, type PostgresClient } from './postgres-client.js';
import { PostgresStoreError } from './postgres-store.error.js';
import { schemaName } from './postgres-store.options.js';
import { schemaSql } from './schema-sql.js';

/** The key of the lock under which several processes migrate one after the other: "BRKW". */
const LOCK = 0x42524b57;

/**
 * Makes the schema, its tables and its functions, or brings them up to date: in one transaction, safe to run at every
 * start and by several processes at once. Takes a `pg` pool or client whose user may create a schema. `options.schema`
 * as the store has it.
 *
 * Throws a `PostgresStoreError`.
 */
export async function migrate(pool: PostgresClient, options: { schema?: string } = {}): Promise<void> {
  requireClient(pool, 'a pool or client of pg (new Pool(…))');
  const sql = schemaSql(schemaName(options.schema ?? 'breakwater'));
  try {
    // Statements that are sent together are one transaction, which leaves none open where one of them fails.
    await pool.query(`SELECT pg_advisory_xact_lock(${LOCK}); ${sql}`);
  } catch (error) {
    throw PostgresStoreError.of(error);
  }
}
