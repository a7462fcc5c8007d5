import type { Store } from '@breakwater/core';
import { Logger } from '@nestjs/common';

/** A store over a client of the shop's own, which the shop closes. */
export interface OpenedStore {
  /** `undefined` for the one that the module makes for itself, in memory. */
  readonly store: Store | undefined;
  close(): Promise<void>;
}

const IN_MEMORY: OpenedStore = { store: undefined, close: async () => undefined };
const logger = new Logger('Store');

/**
 * Opens the store that a URL names: `memory:`, `sqlite:FILE`, `redis://…` or `postgres://…`. Throws an error for any
 * other, and where the server cannot be reached.
 */
export async function openStore(url: string): Promise<OpenedStore> {
  const [scheme] = url.split(':', 1);
  switch (scheme) {
    case 'memory':
      return IN_MEMORY;
    case 'sqlite':
      return openSqlite(url.slice('sqlite:'.length));
    case 'redis':
    case 'rediss':
      return openRedis(url);
    case 'postgres':
    case 'postgresql':
      return openPostgres(url);
    default:
      throw new Error("STORE_URL must be 'memory:', 'sqlite:FILE', 'redis://…' or 'postgres://…'");
  }
}

async function openSqlite(file: string): Promise<OpenedStore> {
  const { SqliteStore } = await import('@breakwater/sqlite');
  const store = new SqliteStore({ file });
  return { store, close: () => store.close() };
}

async function openRedis(url: string): Promise<OpenedStore> {
  const [{ Redis }, { RedisStore }] = await Promise.all([import('ioredis'), import('@breakwater/redis')]);
  // While the server is away, an order is told so at once rather than held.
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => RECONNECT_MS });
  client.on('error', (error: Error) => logger.debug(`Redis: ${error.message}`));
  const disconnect = () => client.disconnect();
  await unlessFailed(client.connect(), disconnect);
  const store = new RedisStore(client);
  return { store, close: () => store.close().finally(disconnect) };
}

async function openPostgres(url: string): Promise<OpenedStore> {
  const [{ default: pg }, { migrate, PostgresStore }] = await Promise.all([
    import('pg'),
    import('@breakwater/postgres'),
  ]);
  const pool = new pg.Pool({ connectionString: url, max: MOST_CONNECTIONS, connectionTimeoutMillis: CONNECT_MS });
  // A connection that breaks while no statement uses it is replaced by the next that is needed.
  pool.on('error', (error) => logger.debug(`Postgres: ${error.message}`));
  await unlessFailed(migrate(pool), () => pool.end());
  const store = new PostgresStore(pool);
  return { store, close: () => store.close().finally(() => pool.end()) };
}

/** Leaves nothing open that would keep the process from ending. */
async function unlessFailed(opening: Promise<unknown>, undo: () => Promise<void> | void): Promise<void> {
  try {
    await opening;
  } catch (error) {
    await undo();
    throw error;
  }
}

const RECONNECT_MS = 100;
const CONNECT_MS = 1_000;
const MOST_CONNECTIONS = 20;
