/** What the store needs to ask: a `pg` pool, or one client of it. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** What the bus and the migration need: a pool, from which a connection of their own is taken. */
export interface PostgresPool extends PostgresClient {
  connect(): Promise<PostgresConnection>;
}

export interface PostgresConnection extends PostgresClient {
  /** Gives the connection back, or with `true` ends it. */
  release(destroy?: boolean): void;
  on(event: 'notification', listener: (message: { channel: string; payload?: string }) => void): unknown;
  on(event: 'error' | 'end', listener: (error?: unknown) => void): unknown;
}

/** Throws a `TypeError` where `client` can run no query. */
export function requireClient(client: unknown, what: string): asserts client is PostgresClient {
  if (typeof (Object(client) as Partial<PostgresClient>).query === 'function') return;
  throw new TypeError(`PostgresStore: expected ${what}`);
}
