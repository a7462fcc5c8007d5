import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore, type Store } from '@breakwater/core';
import { migrate, PostgresStore } from '@breakwater/postgres';
import { RedisStore } from '@breakwater/redis';
import { serverOrReason, ServerUnavailableError, startPostgres, startRedis } from '@breakwater/servers';
import { SqliteStore } from '@breakwater/sqlite';
import { Redis } from 'ioredis';
import Database from 'libsql';
import { Pool } from 'pg';

/** How a transaction of the test's ends. */
export type End = 'COMMIT' | 'ROLLBACK';

/** A store of each kind, and where its database takes part in them, transactions with an effect of their own. */
export interface StoreUnderTest {
  readonly name: string;
  readonly store: Store;
  /**
   * Writes the effect and, inside the same transaction, what `settle` writes; then ends it. Absent where the store can
   * take part in none.
   */
  readonly effect?: (id: string, end: End, settle: (transaction: unknown) => Promise<void>) => Promise<void>;
  /** How often the effect was committed. */
  readonly effects?: (id: string) => Promise<number>;
  close(): Promise<void>;
}

const CREATE = 'CREATE TABLE IF NOT EXISTS effects (id TEXT NOT NULL)';

/** All four stores. One whose server cannot be had is left out, with its reason printed; in CI that is an error. */
export async function everyStore(): Promise<readonly StoreUnderTest[]> {
  const stores = [memory(), sqlite(), await redis(), await postgres()];
  return stores.filter((store) => store !== undefined);
}

function memory(): StoreUnderTest {
  const store = new MemoryStore();
  return { name: 'MemoryStore', store, close: () => store.close() };
}

function sqlite(): StoreUnderTest {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-stores-'));
  const file = join(folder, 'shop.sqlite');
  const store = new SqliteStore({ file, tablePrefix: 'breakwater_' });
  const db = new Database(file);
  db.exec(`PRAGMA busy_timeout = 5000; ${CREATE}`);
  return {
    name: 'SqliteStore',
    store,
    effect: async (id, end, settle) => {
      db.exec('BEGIN IMMEDIATE');
      try {
        db.prepare('INSERT INTO effects VALUES (?)').run([id]);
        await settle(db);
        db.exec(end);
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    effects: async (id) =>
      Number((db.prepare('SELECT count(*) FROM effects WHERE id = ?').raw().get([id]) as [number])[0]),
    close: async () => {
      await store.close();
      db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function redis(): Promise<StoreUnderTest | undefined> {
  const server = await serverOrReason(startRedis);
  if (server instanceof ServerUnavailableError) return undefined;
  const client = new Redis(server.url);
  client.on('error', () => undefined);
  const store = new RedisStore(client, { timeout: '30s' });
  return {
    name: 'RedisStore',
    store,
    close: async () => {
      await store.close();
      client.disconnect();
      await server.stop();
    },
  };
}

async function postgres(): Promise<StoreUnderTest | undefined> {
  const server = await serverOrReason(startPostgres);
  if (server instanceof ServerUnavailableError) return undefined;
  const pool = new Pool({ connectionString: server.url, max: 8 });
  pool.on('error', () => undefined);
  await migrate(pool);
  await pool.query(CREATE);
  // However slow the machine is: no time limit is what these specs are about.
  const store = new PostgresStore(pool, { timeout: '30s' });
  return {
    name: 'PostgresStore',
    store,
    effect: async (id, end, settle) => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query('INSERT INTO effects VALUES ($1)', [id]);
        await settle(client);
        await client.query(end);
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
    effects: async (id) => {
      const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM effects WHERE id = $1', [id]);
      return Number(rows[0]!.count);
    },
    close: async () => {
      await store.close();
      await pool.end();
      await server.stop();
    },
  };
}
