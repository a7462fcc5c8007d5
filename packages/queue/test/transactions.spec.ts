import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider, SystemClock } from '@breakwater/core';
import { serverOrReason, ServerUnavailableError, startPostgres, type PostgresServer } from '@breakwater/servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createPostgresBackend } from 'bullmq';
import { Pool, type PoolClient } from 'pg';
import { bullmqDriver } from '../src/bullmq/bullmq-driver.js';
import type { QueueDriver } from '../src/driver/queue-driver.js';
import { readJobOptions } from '../src/jobs/job-settings.js';
import { createSyncQueue } from '../src/sync-queue/create-sync-queue.js';
import type { LiveSyncQueue } from '../src/sync-queue/live-sync-queue.js';

const postgres = await serverOrReason(startPostgres);

(postgres instanceof ServerUnavailableError ? describe.skip : describe)('jobs in transactions of Postgres', () => {
  let pool: Pool;
  let queue: LiveSyncQueue;
  let ran: unknown[];
  let crm: string;
  let made = 0;
  const { url } = postgres as PostgresServer;
  const opened = new Set<LiveSyncQueue>();

  beforeAll(async () => {
    pool = new Pool({ connectionString: url });
    pool.on('error', () => undefined);
    await pool.query('CREATE TABLE orders (id text, total int)');
    await pool.query("INSERT INTO orders VALUES ('a', 1), ('b', 1)");
  });
  afterAll(async () => {
    await pool.end();
    await (postgres as PostgresServer).stop();
  });
  beforeEach(async () => {
    crm = `crm-${made++}`;
    ran = [];
    queue = await start(driverOn({ migrate: true }));
  });
  afterEach(async () => {
    for (const each of opened) {
      await each.stop();
      await each.close();
    }
    opened.clear();
  });

  function driverOn(more: object): QueueDriver {
    const connection = { connectionString: url, max: 4, ...more };
    return bullmqDriver({ connection, backend: createPostgresBackend });
  }

  async function start(driver: QueueDriver, isWorker = true): Promise<LiveSyncQueue> {
    const provider = createProvider(crm, {}, { trackCalls: true });
    const options = { driver, poll: '20ms', work: isWorker } as const;
    const started = createSyncQueue(options, { provider: () => provider });
    opened.add(started);
    const run = async ({ payload }: { payload: unknown }) => ran.push(payload);
    await started.start([
      { provider: crm, name: 'sync', schema: undefined, settings: readJobOptions({}, 'sync'), run },
    ]);
    return started;
  }

  async function begun(isolation = 'READ COMMITTED'): Promise<PoolClient> {
    const client = await pool.connect();
    client.on('error', () => undefined);
    await client.query(`BEGIN ISOLATION LEVEL ${isolation}`);
    return client;
  }

  async function end(client: PoolClient, how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    try {
      await client.query(how);
    } finally {
      client.release();
    }
  }

  async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await holds())) await sleep(10);
  }

  it('are there after a commit, and never after a rollback, also of a savepoint', async () => {
    const client = await begun();
    await queue.within(client).add(crm, 'sync', 'kept');
    await client.query('SAVEPOINT before');
    await queue.within(client).add(crm, 'sync', 'rolled back', { tenant: 'new' });
    await client.query('ROLLBACK TO SAVEPOINT before');
    await queue.within(client).add(crm, 'sync', 'kept, too', { tenant: 'new' });
    await end(client, 'COMMIT');
    const other = await begun();
    await queue.within(other).add(crm, 'sync', 'rolled back');
    await end(other, 'ROLLBACK');
    await queue.drain(crm);
    expect(ran.toSorted()).toEqual(['kept', 'kept, too']);
  });

  it('are gone with a connection that is lost before the commit, and no worker notices', async () => {
    const client = await begun();
    await queue.within(client).add(crm, 'sync', 'lost', { key: 'o-1' });
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
    await expect(queue.within(client).add(crm, 'sync', 'lost')).rejects.toMatchObject({ name: 'QueueDriverError' });
    client.release(true);
    const again = await begun();
    expect(await queue.within(again).add(crm, 'sync', 'done', { key: 'o-1' })).toMatchObject({ added: true });
    await end(again, 'COMMIT');
    await queue.drain(crm);
    expect(ran).toEqual(['done']);
  });

  it('pass on the code of a transaction that must be done again: serialization failures and deadlocks', async () => {
    const [one, other] = [await begun('SERIALIZABLE'), await begun('SERIALIZABLE')];
    for (const client of [one, other]) await client.query('SELECT sum(total) FROM orders');
    await one.query("UPDATE orders SET total = 2 WHERE id = 'a'");
    await other.query("UPDATE orders SET total = 2 WHERE id = 'b'");
    await queue.within(one).add(crm, 'sync', 'first');
    await end(one, 'COMMIT');
    const failed = queue
      .within(other)
      .add(crm, 'sync', 'second')
      .then(() => other.query('COMMIT'));
    await expect(failed).rejects.toMatchObject({ code: '40001' });
    await end(other, 'ROLLBACK');

    const [left, right] = [await begun(), await begun()];
    await queue.within(left).add(crm, 'sync', 'left', { key: 'l' });
    await queue.within(right).add(crm, 'sync', 'right', { key: 'r' });
    const results = await Promise.allSettled([
      queue.within(left).add(crm, 'sync', 'left', { key: 'r' }),
      queue
        .within(right)
        .add(crm, 'sync', 'right', { key: 'l' })
        .finally(() => end(right, 'ROLLBACK')),
    ]);
    await end(left, 'ROLLBACK');
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({ name: 'QueueDriverError', code: '40P01' });
    await queue.drain(crm);
    expect(ran).toEqual(['first']);
  });

  it('hold up neither workers nor others that add for the same new tenant, while a transaction stays open', async () => {
    const client = await begun();
    await queue.within(client).add(crm, 'sync', 'late', { tenant: 'new', key: 'late' });
    const other = await start(driverOn({}), false);
    await other.add(crm, 'sync', 'early', { tenant: 'new' });
    const second = await begun();
    await other.within(second).add(crm, 'sync', 'also early', { tenant: 'new' });
    await end(second, 'COMMIT');
    await until(() => ran.length === 2);
    await end(client, 'COMMIT');
    await queue.drain(crm);
    expect(ran.toSorted()).toEqual(['also early', 'early', 'late']);
  });

  it('are added though transactions hold every connection of the application’s pool, which is BullMQ’s, too', async () => {
    const own = new Pool({ connectionString: url, options: '-c search_path=bullmq,public', max: 3 });
    own.on('error', () => undefined);
    const shared = await start(bullmqDriver({ connection: own, backend: createPostgresBackend }), false);
    await shared.counts(crm);
    const clients = await Promise.all([own.connect(), own.connect(), own.connect()]);
    const adding = clients.map(async (client, i) => {
      await client.query('BEGIN');
      await shared.within(client).add(crm, 'sync', i, { tenant: `t${i}` });
      await client.query('COMMIT');
      client.release();
    });
    await Promise.all(adding);
    await until(() => ran.length === 3);
    expect(ran.toSorted()).toEqual([0, 1, 2]);
    await shared.stop();
    await shared.close();
    await own.end();
  });

  it('take any library’s transaction that can be asked a raw query', async () => {
    const client = await begun();
    // As TypeORM's managers and query runners do.
    const rowsOnly = { query: async (text: string, values: string[]) => (await client.query(text, values)).rows };
    await queue.within(rowsOnly).add(crm, 'sync', 'typeorm', { key: 'k' });
    expect(await queue.within(rowsOnly).add(crm, 'sync', 'again', { key: 'k' })).toMatchObject({ added: false });
    await end(client, 'COMMIT');
    await queue.drain(crm);
    expect(ran).toEqual(['typeorm']);
    const outside = { query: async (text: string, values: string[]) => (await pool.query(text, values)).rows };
    await expect(queue.within(outside).add(crm, 'sync', 'x')).rejects.toThrow(/in no transaction/);
    // The extended protocol sets the time of a statement more than once.
    const extended = {
      query: (text: string, values: unknown[]) => pool.query({ name: `q${text.length}`, text, values }),
    };
    await expect(queue.within(extended).add(crm, 'sync', 'x')).rejects.toThrow(/in no transaction/);
  });

  it('work in a schema of its own, and say so where BullMQ’s tables are missing', async () => {
    const elsewhere = await start(driverOn({ schema: 'jobs', migrate: true }));
    const client = await begun();
    await elsewhere.within(client).add(crm, 'sync', 'elsewhere');
    await end(client, 'COMMIT');
    await until(() => ran.length === 1);
    expect((await pool.query('SELECT count(*)::int AS n FROM jobs.job')).rows[0]).not.toEqual({ n: 0 });

    const missing = driverOn({ schema: 'nowhere', migrate: false });
    await missing.open?.({ clock: new SystemClock() });
    const job = { id: 'x', provider: crm, name: 'sync', tenant: '', key: undefined, payload: '1' } as const;
    const asked = missing.add([{ ...job, priority: 'normal', delayMs: 0, attempts: undefined }]);
    await expect(asked).rejects.toThrow(/nowhere.*migrate/);
    await missing.close();
  });
});
