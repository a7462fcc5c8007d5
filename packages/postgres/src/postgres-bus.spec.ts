import { setTimeout as sleep } from 'node:timers/promises';
import { busContract } from '@breakwater/core/testing';
import { serverOrReason, ServerUnavailableError, startPostgres, type PostgresServer } from '@breakwater/servers';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { PostgresStore } from './postgres-store.js';

const server = await serverOrReason(startPostgres);
const missing = server instanceof ServerUnavailableError;

const until = async (condition: () => boolean) => {
  for (let tries = 0; tries < 400 && !condition(); tries++) await sleep(5);
  expect(condition()).toBe(true);
};

(missing ? describe.skip : describe)('the bus of PostgresStore', () => {
  const pools: Pool[] = [];
  const connect = () => {
    const pool = new Pool({ connectionString: (server as PostgresServer).url, max: 3 });
    pool.on('error', () => undefined);
    pools.push(pool);
    return pool;
  };
  afterAll(async () => {
    for (const pool of pools) await pool.end();
    await (server as PostgresServer).stop();
  });

  busContract(async () => ({ bus: new PostgresStore(connect()).bus, other: new PostgresStore(connect()).bus, until }));

  it('listens again after the connection was lost, and says that it was', async () => {
    const errors: unknown[] = [];
    const store = new PostgresStore(connect(), { onError: (error) => errors.push(error) });
    const heard: string[] = [];
    await store.bus.subscribe('topic', (message) => heard.push(message));
    await (server as PostgresServer).restart();
    for (let tries = 0; tries < 200 && heard.length === 0; tries++) {
      await store.bus.publish('topic', 'after').catch(() => undefined);
      await sleep(20);
    }
    expect(heard).toContain('after');
    expect(errors.length).toBeGreaterThan(0);
    await store.close();
  });

  it('takes one connection, however many topics are subscribed', async () => {
    const pool = connect();
    const store = new PostgresStore(pool);
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.bus.subscribe(`topic ${i}`, () => undefined)));
    expect(pool.totalCount - pool.idleCount).toBe(1);
    await store.close();
    expect(pool.totalCount).toBe(0);
  });

  it('rejects a message within the time limit when the server does not answer', async () => {
    (server as PostgresServer).pause();
    const store = new PostgresStore(connect(), { timeout: '50ms' });
    await expect(store.bus.publish('topic', 'message')).rejects.toMatchObject({ code: 'TIMEOUT' });
    (server as PostgresServer).resume();
    await store.close();
  });

  it('takes no connection from a pool that has one alone', async () => {
    const pool = new Pool({ connectionString: (server as PostgresServer).url, max: 1 });
    pool.on('error', () => undefined);
    pools.push(pool);
    const store = new PostgresStore(pool);
    await expect(store.bus.subscribe('topic', () => undefined)).rejects.toThrow('give it two at least');
    await store.bus.publish('topic', 'message');
    await store.close();
  });

  it('refuses a topic that is too long to be told', async () => {
    const store = new PostgresStore(connect());
    await expect(store.bus.publish('t'.repeat(7000), 'x'.repeat(8000))).rejects.toThrow(
      'a topic of at most 6000 bytes',
    );
    await store.close();
  });
});
