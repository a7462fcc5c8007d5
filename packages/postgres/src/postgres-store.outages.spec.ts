import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider } from '@breakwater/core';
import { storeContract } from '@breakwater/core/testing';
import {
  serverOrReason,
  ServerUnavailableError,
  startPgbouncer,
  startPostgres,
  type PgbouncerServer,
  type PostgresServer,
} from '@breakwater/servers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { migrate } from './migrate.js';
import { PostgresStore } from './postgres-store.js';

const KEPT = { ttlMs: 60_000, if: 'always' } as const;
/** For stores whose time limit is not tested: by default it is a second, which a machine under load may take. */
const PATIENT = { timeout: '60s' } as const;

const server = await serverOrReason(startPostgres);
const missing = server instanceof ServerUnavailableError;
const bouncer = missing ? server : await serverOrReason(() => startPgbouncer(server.port));

function poolOf(url: string, max = 8): Pool {
  const pool = new Pool({ connectionString: url, max, connectionTimeoutMillis: 60_000 });
  pool.on('error', () => undefined);
  return pool;
}

afterAll(async () => {
  if (!(bouncer instanceof ServerUnavailableError)) await bouncer.stop();
  if (!missing) await server.stop();
});

(bouncer instanceof ServerUnavailableError ? describe.skip : describe)(
  'PostgresStore behind pgbouncer in transaction mode',
  () => {
    let pool: Pool;

    beforeAll(async () => {
      pool = poolOf((bouncer as PgbouncerServer).url, 20);
      await migrate(pool);
    });
    afterAll(() => pool.end());

    storeContract(async () => ({ store: new PostgresStore(pool, PATIENT), elapse: (ms) => sleep(ms) }));

    it('lets one of 30 racers win each of 30 keys, over more connections than the server has for it', async () => {
      const store = new PostgresStore(pool, PATIENT);
      for (let key = 0; key < 30; key++) {
        const racing = Array.from({ length: 30 }, (_, racer) =>
          store.put(`bounced ${key}`, String(racer), { ttlMs: 60_000, if: 'absent' }),
        );
        const results = await Promise.all(racing);
        expect(results.filter((result) => 'written' in result)).toHaveLength(1);
        expect(results.every((result) => 'written' in result || result.standing !== undefined)).toBe(true);
      }
    });

    it('takes part in a transaction', async () => {
      const store = new PostgresStore(pool, PATIENT);
      const client = await pool.connect();
      await client.query('BEGIN');
      await store.within(client).put('within', 'value', KEPT);
      await client.query('ROLLBACK');
      client.release();
      expect(await store.get('within')).toBeUndefined();
    });
  },
);

(missing ? describe.skip : describe)('PostgresStore in an outage', () => {
  const running = server as PostgresServer;

  it('fails with a clear error, or not at all, while its server is restarted under load, and never hangs', async () => {
    const pool = poolOf(running.url);
    await migrate(pool);
    const store = new PostgresStore(pool, { timeout: '2s' });
    const codes = new Set<unknown>();
    let [written, isOver] = [0, false];
    const writer = async (id: number) => {
      for (let i = 0; !isOver; i++) {
        try {
          await store.put(`restart ${id} ${i}`, 'value', KEPT);
          written++;
        } catch (error) {
          codes.add((error as { code: unknown }).code);
          await sleep(10);
        }
      }
    };
    const writers = [0, 1, 2, 3].map(writer);
    await until(() => written > 20);
    await running.restart();
    const before = written;
    await until(() => written > before + 20);
    isOver = true;
    await Promise.all(writers);
    const clear = new Set(['57P01', '57P03', 'CONNECTION', 'TIMEOUT']);
    expect([...codes].filter((code) => !clear.has(String(code)))).toEqual([]);
    await pool.end();
  });

  it('says that a server in recovery takes no writes, and makes no idempotent call then; what stands can be read', async () => {
    const pool = poolOf(running.url);
    await migrate(pool);
    await new PostgresStore(pool, PATIENT).put('before', 'value', KEPT);
    await pool.end();
    await running.standBy();
    const standby = poolOf(running.url);
    const store = new PostgresStore(standby, PATIENT);
    await expect(store.put('key', 'value', KEPT)).rejects.toThrow(/read-only, such as a standby.*\(25006\)/s);
    expect(await store.get('before')).toMatchObject({ value: 'value' });
    const provider = createProvider('payments', { idempotency: {} }, { store });
    let ran = false;
    const order = { operation: 'charge', idempotencyKey: 'order-1' };
    await expect(provider.execute(() => (ran = true), order)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(ran).toBe(false);
    await standby.end();
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}
