export type Statements = Readonly<Record<'get' | 'put' | 'delete' | 'advance' | 'count', string>>;

/** Has the statement's own transaction not wait until the disk has it: a few counts may be lost in a crash. */
const NOT_FLUSHED = `, set_config('synchronous_commit', 'off', true)`;

/**
 * The statements of the store for one schema, whose name needs no quoting. `isWithin`: they run in a transaction of the
 * application's, whose settings are its own.
 */
export function statementsFor(schema: string, isWithin: boolean): Statements {
  const counting = isWithin ? '' : NOT_FLUSHED;
  return {
    get: `SELECT value, version::text AS version, greatest(0, extract(epoch FROM clock_timestamp() - written_at) * 1000)::float8 AS age_ms
            FROM ${schema}.entries WHERE key = $1 AND expires_at > clock_timestamp()`,
    put: `SELECT written, value, version::text AS version, age_ms FROM ${schema}.put($1, $2, $3, $4, $5)`,
    delete: `DELETE FROM ${schema}.entries WHERE key = $1 AND expires_at > clock_timestamp() AND ($2::bigint IS NULL OR version = $2) RETURNING 1`,
    advance: `SELECT admitted, ahead_ms, retry_after_ms${counting} FROM ${schema}.advance($1, $2, $3)`,
    count: `SELECT admitted, used, retry_after_ms${counting} FROM ${schema}.count($1, $2, $3, $4, $5)`,
  };
}
