export type Statements = Readonly<Record<'get' | 'put' | 'delete' | 'advance' | 'count', string>>;

/** The statements of the store for one schema, whose name needs no quoting. */
export function statementsFor(schema: string): Statements {
  return {
    get: `SELECT value, version::text AS version, greatest(0, extract(epoch FROM clock_timestamp() - written_at) * 1000)::float8 AS age_ms
            FROM ${schema}.entries WHERE key = $1 AND expires_at > clock_timestamp()`,
    put: `SELECT written, value, version::text AS version, age_ms FROM ${schema}.put($1, $2, $3, $4, $5)`,
    delete: `DELETE FROM ${schema}.entries WHERE key = $1 AND expires_at > clock_timestamp() AND ($2::bigint IS NULL OR version = $2) RETURNING 1`,
    advance: `SELECT admitted, ahead_ms, retry_after_ms FROM ${schema}.advance($1, $2, $3)`,
    count: `SELECT admitted, used, retry_after_ms FROM ${schema}.count($1, $2, $3, $4, $5)`,
  };
}
