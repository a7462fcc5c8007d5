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
  // A commit waits for the disk, which a bare round trip does not: the machine's, and whatever else it is at.
  const unflushedPool = new Pool({ connectionString: url, max: 10, options: '-c synchronous_commit=off' });
  unflushedPool.on('error', () => undefined);
  const unflushed = new PostgresStore(unflushedPool);
  let keys = 0;
  const provider = createProvider('provider', { rateLimit: { limit: LIMIT, per: '1s', wait: '5s' } }, { store });
  const window = { limit: LIMIT, windowMs: 1000 };
  return {
    cases: [
      { name: 'bare round trip (select 1)', run: () => pool.query('select 1') },
      { name: 'decision: count in a window', run: () => store.count('window', 1, window) },
      { name: 'decision: advance a bucket', run: () => store.advance('bucket', 0.001, 1000) },
      ...claimCases(store, { standing: 3 }),
      {
        name: 'claim: a new key, without the flush of its commit',
        most: 3,
        run: () => unflushed.put(`unflushed ${++keys}`, 'claimed', { ttlMs: 60_000, if: 'absent' }),
      },
      {
        name: 'a call under a shared limit, its token leased',
        most: 0.1,
        run: () => provider.execute(() => undefined),
      },
    ],
    close: async () => {
      provider.close();
      await store.close();
      await unflushed.close();
      await unflushedPool.end();
      await pool.end();
    },
  };
}
