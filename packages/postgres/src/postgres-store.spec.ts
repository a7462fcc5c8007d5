import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { storeContract } from '@breakwater/core/testing';
import {
  freePort,
  serverOrReason,
  ServerUnavailableError,
  startPostgres,
  type PostgresServer,
} from '@breakwater/servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { migrate } from './migrate.js';
import { PostgresStore } from './postgres-store.js';
import { schemaSql } from './schema-sql.js';

const KEPT = { ttlMs: 60_000, if: 'always' } as const;
/** For stores whose time limit is not tested: by default it is a second, which a machine under load may take. */
const PATIENT = { timeout: '60s' } as const;

const server = await serverOrReason(startPostgres);
const missing = server instanceof ServerUnavailableError;

function poolOf(url: string, max = 8): Pool {
  const pool = new Pool({ connectionString: url, max, connectionTimeoutMillis: 60_000 });
  // An idle connection that the server ends is no failure of any operation.
  pool.on('error', () => undefined);
  return pool;
}

it('ships its schema as a file, too', () => {
  const file = readFileSync(new URL('../sql/schema.sql', import.meta.url), 'utf8');
  expect(file).toBe(schemaSql('breakwater'));
});

(missing ? describe.skip : describe)('PostgresStore', () => {
  const { url } = server as PostgresServer;
  let pool: Pool;
  let store: PostgresStore;

  beforeAll(async () => {
    pool = poolOf(url);
    await migrate(pool);
  });
  beforeEach(() => {
    store = new PostgresStore(pool, PATIENT);
  });
  afterEach(() => store.close());
  afterAll(async () => {
    await pool.end();
    await (server as PostgresServer).stop();
  });

  storeContract(async () => ({ store: new PostgresStore(pool, PATIENT), elapse: (ms) => sleep(ms) }));

  describe('inside a transaction that commits', () => {
    it('shows others what was written when it is committed, and nothing when it is rolled back', async () => {
      for (const end of ['COMMIT', 'ROLLBACK']) {
        const client = await pool.connect();
        await client.query('BEGIN');
        await store.within(client).put(`within ${end}`, 'value', KEPT);
        expect(await store.get(`within ${end}`)).toBeUndefined();
        await client.query(end);
        client.release();
      }
      expect(await store.get('within COMMIT')).toMatchObject({ value: 'value' });
      expect(await store.get('within ROLLBACK')).toBeUndefined();
    });
  });

  it('can be migrated again and by several processes at once, and keeps what it holds', async () => {
    await store.put('kept', 'value', KEPT);
    await Promise.all(Array.from({ length: 6 }, () => migrate(pool)));
    expect(await store.get('kept')).toMatchObject({ value: 'value' });
  });

  it('has a schema of its own name where one is given', async () => {
    await migrate(pool, { ...PATIENT, schema: 'other_app' });
    const other = new PostgresStore(pool, { ...PATIENT, schema: 'other_app' });
    await store.put('shared', 'mine', KEPT);
    expect(await other.get('shared')).toBeUndefined();
    await other.put('shared', 'theirs', KEPT);
    expect(await store.get('shared')).toMatchObject({ value: 'mine' });
  });

  it('gives versions that rise over all keys', async () => {
    const versions: number[] = [];
    for (const key of ['a', 'b', 'a']) {
      const result = await store.put(key, 'value', KEPT);
      versions.push('written' in result ? Number(result.written.version) : Number.NaN);
      await store.delete(key);
    }
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it('removes expired records while others are written', async () => {
    for (let i = 0; i < 40; i++) await store.put(`short ${i}`, 'value', { ttlMs: 1, if: 'always' });
    await sleep(10);
    for (let i = 0; i < 40; i++) await store.put(`long ${i}`, 'value', KEPT);
    const { rows } = await pool.query("SELECT count(*)::int AS left FROM breakwater.entries WHERE key LIKE '1short%'");
    expect(rows).toEqual([{ left: 0 }]);
  });

  it('lets one of 30 racers win each of 100 keys, and answers all of them', async () => {
    const racers = Array.from({ length: 30 }, (_, i) => String(i));
    for (let key = 0; key < 100; key++) {
      const results = await Promise.all(
        racers.map((racer) => store.put(`race ${key}`, racer, { ttlMs: 60_000, if: 'absent' })),
      );
      const won = results.flatMap((result) => ('written' in result ? [result.written.value] : []));
      const lost = results.flatMap((result) => ('standing' in result ? [result.standing?.value] : []));
      expect(won).toHaveLength(1);
      expect(new Set(lost)).toEqual(new Set(won));
    }
  });

  it('goes on after the server was killed and started anew, with all that it had answered', async () => {
    await store.put('durable', 'value', KEPT);
    await (server as PostgresServer).restart('SIGKILL');
    await expect(retried(() => store.get('durable'))).resolves.toMatchObject({ value: 'value' });
  });

  it('rejects within its time limit when the server does not answer', async () => {
    (server as PostgresServer).pause();
    // The process that answers is a child of the one that is paused: what stands still is the making of connections.
    const fresh = poolOf(url);
    await expect(new PostgresStore(fresh, { timeout: '50ms' }).get('key')).rejects.toThrow(
      'PostgresStore: the server has not answered within 50 ms (TIMEOUT)',
    );
    (server as PostgresServer).resume();
    await fresh.end();
  });

  it('says how many wait for a connection where the pool has none that is free', async () => {
    const small = poolOf(url, 1);
    const client = await small.connect();
    const refused = new PostgresStore(small, { timeout: '50ms' }).get('key');
    await expect(refused).rejects.toThrow('and 1 wait for a connection of the pool: all of them are in use (TIMEOUT)');
    client.release();
    await small.end();
  });

  it('waits for a row that a transaction holds no longer than its time limit', async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    await store.within(client).put('held', 'value', KEPT);
    const impatient = new PostgresStore(pool, { timeout: '50ms' });
    await expect(impatient.put('held', 'other', KEPT)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await client.query('ROLLBACK');
    client.release();
  });

  it('says what is wrong with a database that was not migrated', async () => {
    await expect(new PostgresStore(pool, { ...PATIENT, schema: 'nowhere' }).get('key')).rejects.toThrow(
      /run migrate\(pool\)/,
    );
    await expect(new PostgresStore(pool, { ...PATIENT, schema: 'nowhere' }).put('key', 'value', KEPT)).rejects.toThrow(
      /run migrate\(pool\)/,
    );
  });

  it('says what is wrong with a server that cannot be reached, and with one that is read-only', async () => {
    const away = poolOf(`postgres://postgres@127.0.0.1:${await freePort()}/postgres`);
    await expect(new PostgresStore(away, PATIENT).get('key')).rejects.toMatchObject({
      name: 'PostgresStoreError',
      code: 'CONNECTION',
    });
    const client = await pool.connect();
    await client.query('BEGIN READ ONLY');
    await expect(store.within(client).put('key', 'value', KEPT)).rejects.toThrow('this server is read-only');
    await client.query('ROLLBACK');
    client.release();
  });

  it('refuses a record of a newer release', async () => {
    await pool.query("INSERT INTO breakwater.entries VALUES ('1new', '9x', 1, now(), now() + interval '1 hour')");
    await expect(store.get('new')).rejects.toThrow('a format that this release does not know');
  });

  it('rejects after it was closed, and leaves the pool open', async () => {
    await store.close();
    await expect(store.get('key')).rejects.toMatchObject({ code: 'CLOSED' });
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('says what is wrong with its options', () => {
    expect(() => new PostgresStore({} as never)).toThrow('PostgresStore: expected a pool of pg');
    expect(() => new PostgresStore(pool, { schema: 'a; DROP TABLE x' })).toThrow(/expected lower-case letters/);
    expect(() => new PostgresStore(pool, { timeout: 'soon' as never })).toThrow(/PostgresStore\.timeout/);
  });
});

/** Connections that were lost with the server fail once, and are made anew. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === 3000) throw error;
      await sleep(20);
    }
  }
}
