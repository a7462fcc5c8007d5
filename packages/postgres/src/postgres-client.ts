/** The part of a `pg` pool or client that the store uses. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** The part of a `pg` pool that the bus uses: it takes a connection of its own. */
export interface PostgresPool extends PostgresClient {
  readonly options?: { readonly max?: number };
  /** How many queries wait for a connection. */
  readonly waitingCount?: number;
  connect(): Promise<PostgresConnection>;
}

export interface PostgresConnection extends PostgresClient {
  /** Returns the connection to the pool, or with `true` ends it. */
  release(destroy?: boolean): void;
  on(event: 'notification', listener: (message: { channel: string; payload?: string | undefined }) => void): unknown;
  on(event: 'error' | 'end', listener: (error?: unknown) => void): unknown;
}

/** Throws a `TypeError` where `client` can run no query. */
export function requireClient(client: unknown, what: string): asserts client is PostgresClient {
  if (typeof (Object(client) as Partial<PostgresClient>).query === 'function') return;
  throw new TypeError(`PostgresStore: expected ${what}`);
}
