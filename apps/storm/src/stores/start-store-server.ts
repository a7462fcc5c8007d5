import { serverOrReason, startPostgres, startRedis } from '@breakwater/servers';

/** A server of the run's own on which hosts share a store. It keeps what it has written when it is stopped. */
export interface StoreServer {
  /** As `STORE_URL`. */
  readonly url: string;
  /** Stops it, and starts it again over the same data once `whileDown` is over. */
  restart(whileDown: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** Each write is on the disk before it is answered. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always'];

/**
 * Starts a server of the kind that the run's store is, otherwise a Redis, or a Postgres where there is none. Returns
 * the reason where neither can be started; in CI that is an error.
 */
export async function startStoreServer(storeUrl: string): Promise<StoreServer | Error> {
  if (storeUrl.startsWith('postgres')) return postgres();
  const server = await redis().catch((error: Error) => error);
  return server instanceof Error ? postgres() : server;
}

async function redis(): Promise<StoreServer> {
  const server = await startRedis({ args: DURABLE });
  return {
    url: server.url,
    restart: (whileDown) => server.restart('SIGTERM', whileDown),
    stop: () => server.stop(),
  };
}

async function postgres(): Promise<StoreServer | Error> {
  const server = await serverOrReason(startPostgres);
  if (server instanceof Error) return server;
  return {
    url: server.url,
    restart: (whileDown) => server.restart(undefined, whileDown),
    stop: () => server.stop(),
  };
}
