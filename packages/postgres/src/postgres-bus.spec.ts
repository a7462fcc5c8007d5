import { setTimeout as sleep } from 'node:timers/promises';
import { busContract, TestClock } from '@breakwater/core/testing';
import { serverOrReason, ServerUnavailableError, startPostgres, type PostgresServer } from '@breakwater/servers';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { Pool } from 'pg';
import { PostgresStore } from './postgres-store.js';

const server = await serverOrReason(startPostgres);
const missing = server instanceof ServerUnavailableError;

/** For stores whose time limit is not tested: by default it is a second, which a machine under load may take. */
const PATIENT = { timeout: '60s' } as const;

const until = async (condition: () => boolean) => {
  while (!condition()) await sleep(5);
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

  busContract(async () => ({
    bus: new PostgresStore(connect(), PATIENT).bus,
    other: new PostgresStore(connect(), PATIENT).bus,
    until,
  }));

  it('listens again after the connection was lost, and says that it was', async () => {
    const errors: unknown[] = [];
    const store = new PostgresStore(connect(), { ...PATIENT, onError: (error) => errors.push(error) });
    const heard: string[] = [];
    await store.bus.subscribe('topic', (message) => heard.push(message));
    await (server as PostgresServer).restart();
    while (heard.length === 0) {
      await store.bus.publish('topic', 'after').catch(() => undefined);
      await sleep(20);
    }
    expect(heard).toContain('after');
    expect(errors.length).toBeGreaterThan(0);
    await store.close();
  });

  it('takes one connection, however many topics are subscribed', async () => {
    const pool = connect();
    const store = new PostgresStore(pool, PATIENT);
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.bus.subscribe(`topic ${i}`, () => undefined)));
    expect(pool.totalCount - pool.idleCount).toBe(1);
    await store.close();
    expect(pool.totalCount).toBe(0);
  });

  it('gives its connection back with the last subscription, so that the pool can be ended, and takes another', async () => {
    const pool = connect();
    const { bus } = new PostgresStore(pool, PATIENT);
    const [first, second] = [await bus.subscribe('a', () => undefined), await bus.subscribe('b', () => undefined)];
    await first();
    await first();
    expect(pool.totalCount - pool.idleCount).toBe(1);
    await second();
    expect(pool.totalCount - pool.idleCount).toBe(0);
    const heard: string[] = [];
    const last = await bus.subscribe('a', (message) => heard.push(message));
    await bus.publish('a', 'message');
    await until(() => heard.length === 1);
    await last();
    pools.splice(pools.indexOf(pool), 1);
    await pool.end(); // waits for every connection that was taken from it
  });

  it('looks for no other connection where the last subscription ends while there is none', async () => {
    const pool = connect();
    const clock = new TestClock();
    const errors: unknown[] = [];
    const store = new PostgresStore(pool, { ...PATIENT, clock, onError: (error) => errors.push(error) });
    const leave = await store.bus.subscribe('topic', () => undefined);
    await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'`);
    await until(() => errors.length === 1);
    await leave();
    const looked = jest.spyOn(pool, 'connect');
    pools.splice(pools.indexOf(pool), 1);
    await pool.end();
    await clock.advance('1m');
    expect(looked).not.toHaveBeenCalled();
    expect(errors).toHaveLength(1);
    // The server needs a moment to see that a connection is gone.
    const later = connect();
    const listening = async () =>
      (await later.query(`SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN %'`)).rows.length;
    while ((await listening()) > 0) await sleep(5);
  });

  it('rejects a message within the time limit when the server does not answer', async () => {
    (server as PostgresServer).pause();
    const store = new PostgresStore(connect(), { timeout: '50ms' });
    await expect(store.bus.publish('topic', 'message')).rejects.toMatchObject({ code: 'TIMEOUT' });
    (server as PostgresServer).resume();
    await store.close();
  });

  it('says so where it cannot read what was told on its channel, and goes on', async () => {
    const errors: unknown[] = [];
    const heard: string[] = [];
    const pool = connect();
    const store = new PostgresStore(pool, { ...PATIENT, onError: (error) => errors.push(error) });
    await store.bus.subscribe('topic', (message) => heard.push(message));
    for (const foreign of ['', 'hello', 'null', '{"t":1,"m":2}', '{"t":"?","m":"?"}']) {
      await pool.query('SELECT pg_notify($1, $2)', ['breakwater_bus', foreign]);
    }
    await store.bus.publish('topic', 'message');
    await until(() => heard.length === 1);
    expect(errors).toHaveLength(5);
    expect(errors).toEqual(errors.map(() => expect.objectContaining({ code: 'FORMAT' })));
    await store.close();
  });

  it('takes no connection from a pool that has one alone', async () => {
    const pool = new Pool({ connectionString: (server as PostgresServer).url, max: 1 });
    pool.on('error', () => undefined);
    pools.push(pool);
    const store = new PostgresStore(pool, PATIENT);
    await expect(store.bus.subscribe('topic', () => undefined)).rejects.toThrow('give it two at least');
    await store.bus.publish('topic', 'message');
    await store.close();
  });

  it('refuses a topic that is too long to be told', async () => {
    const store = new PostgresStore(connect(), PATIENT);
    await expect(store.bus.publish('t'.repeat(7000), 'x'.repeat(8000))).rejects.toThrow(
      'a topic of at most 6000 bytes',
    );
    await store.close();
  });
});
