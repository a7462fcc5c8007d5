import { createProvider } from '@breakwater/core';
import { migrate, PostgresStore } from '@breakwater/postgres';
import { Pool } from 'pg';
import { claimCases } from './claim-cases.js';
import type { ServerCases } from './round-trips.js';

const LIMIT = 1_000_000;

export async function postgresCases(url: string): Promise<ServerCases> {
  const pool = new Pool({ connectionString: url, max: 10 });
  // Connections that end with the server are of no interest.
  pool.on('error', () => undefined);
  await migrate(pool);
  const store = new PostgresStore(pool);
  const provider = createProvider('provider', { rateLimit: { limit: LIMIT, per: '1s', wait: '5s' } }, { store });
  const window = { limit: LIMIT, windowMs: 1000 };
  return {
    cases: [
      { name: 'bare round trip (select 1)', run: () => pool.query('select 1') },
      { name: 'decision: count in a window', run: () => store.count('window', 1, window) },
      { name: 'decision: advance a bucket', run: () => store.advance('bucket', 0.001, 1000) },
      ...claimCases(store, 3),
      {
        name: 'a call under a shared limit, its token leased',
        most: 0.1,
        run: () => provider.execute(() => undefined),
      },
    ],
    close: async () => {
      provider.close();
      await store.close();
      await pool.end();
    },
  };
}
