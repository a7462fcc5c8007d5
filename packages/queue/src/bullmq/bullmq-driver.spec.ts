import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider, currentCall, SystemClock } from '@breakwater/core';
import { recordEvents, TestClock } from '@breakwater/core/testing';
import {
  serverOrReason,
  ServerUnavailableError,
  startPostgres,
  startRedis,
  type PostgresServer,
  type RedisServer,
} from '@breakwater/servers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgresBackend, Queue, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { Pool, type PoolClient } from 'pg';
import type { NewJob, QueueDriver } from '../driver/queue-driver.js';
import { queueDriverContract } from '../testing/queue-driver-contract/queue-driver-contract.js';
import { readJobOptions } from '../jobs/job-settings.js';
import { createSyncQueue } from '../sync-queue/create-sync-queue.js';
import { bullmqDriver } from './bullmq-driver.js';
import { pacedProcessor } from './paced-processor.js';
import type { BullmqDriverOptions } from './bullmq-driver.options.js';

const redis = await serverOrReason(startRedis);
const postgres = await serverOrReason(startPostgres);
const has = (server: unknown) => (server instanceof ServerUnavailableError ? describe.skip : describe);

const PLAIN: NewJob = {
  id: '',
  provider: 'crm',
  name: 'sync',
  tenant: '',
  key: undefined,
  payload: '1',
  priority: 'normal',
  delayMs: 0,
  attempts: undefined,
};

async function open(options: BullmqDriverOptions): Promise<QueueDriver> {
  const driver = bullmqDriver(options);
  await driver.open?.({ clock: new SystemClock(), leaseMs: 1000 });
  return driver;
}

has(redis)('bullmqDriver on Redis', () => {
  const { url } = redis as RedisServer;
  let client: Redis;

  beforeAll(() => {
    client = new Redis(url, { maxRetriesPerRequest: null });
    client.on('error', () => undefined);
  });
  afterAll(async () => {
    client.disconnect();
    await (redis as RedisServer).stop();
  });

  queueDriverContract(async () => ({ driver: await open({ connection: client }), elapse: (ms) => sleep(ms) }), {
    describe,
    it,
  });

  it('has another process find the tenants that this one has added for', async () => {
    const [one, other] = [await open({ connection: client }), await open({ connection: client })];
    const job: NewJob = { ...PLAIN, id: 'x', provider: 'found', tenant: 'T:1/ü!', priority: 'high' };
    await one.add([job]);
    expect((await other.claim('found', { limit: 5, leaseMs: 400 })).jobs[0]).toMatchObject({
      id: 'x',
      tenant: 'T:1/ü!',
    });
    await one.close();
    await other.close();
    await expect(one.add([job])).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('has every process obey what an operator does in one of them', async () => {
    const [one, other] = [await open({ connection: client }), await open({ connection: client })];
    await one.add([{ ...PLAIN, id: 'steered', provider: 'steered' }]);
    const claim = async (driver: QueueDriver) => {
      // An operation of another process is seen within a moment.
      await sleep(250);
      return driver.claim('steered', { limit: 1, leaseMs: 400 });
    };
    await one.pause('steered');
    expect(await claim(other)).toMatchObject({ paused: true, jobs: [] });
    await other.resume('steered');
    const [job] = (await claim(one)).jobs;
    const history = { at: 0, attempt: 1, failure: 'failed', reason: 'no' } as const;
    await one.settle([{ job: job!, to: 'dead', history }]);
    expect(await other.replay('steered', 'steered')).toBe(true);
    expect((await claim(one)).jobs).toHaveLength(1);
    await one.close();
    await other.close();
  });

  it('takes one of the jobs of a key that two hosts add at once', async () => {
    const hosts = [await open({ connection: client }), await open({ connection: client })];
    for (let round = 0; round < 20; round++) {
      const job = { ...PLAIN, id: `raced-${round}`, provider: 'hosts', key: `${round}`, tenant: `${round % 3}` };
      const added = (await Promise.all(hosts.map((host) => host.add([job])))).flat();
      expect(added.map((each) => each.added).sort()).toEqual([false, true]);
    }
    const { jobs } = await hosts[0]!.claim('hosts', { limit: 50, leaseMs: 400 });
    expect(jobs).toHaveLength(20);
    for (const host of hosts) await host.close();
  });

  it('stays paused where it was reading the lines of the provider meanwhile', async () => {
    const [one, other] = [await open({ connection: client }), await open({ connection: client })];
    await one.add([{ ...PLAIN, id: 'raced', provider: 'raced' }]);
    const claim = () => other.claim('raced', { limit: 1, leaseMs: 400 });
    await Promise.all([claim(), other.pause('raced')]);
    expect(await claim()).toMatchObject({ paused: true, jobs: [] });
    await one.close();
    await other.close();
  });

  it('sends what it asks of Redis in one turn in one write', async () => {
    const driver = await open({ connection: client });
    await driver.add(Array.from({ length: 20 }, (_, i) => ({ ...PLAIN, id: `one-${i}`, provider: 'joint' })));
    await driver.claim('joint', { limit: 1, leaseMs: 400 });
    const read = async () => Number(/total_reads_processed:(\d+)/.exec(await client.info('stats'))![1]);
    const before = await read();
    const { jobs } = await driver.claim('joint', { limit: 19, leaseMs: 400 });
    expect(jobs).toHaveLength(19);
    expect((await read()) - before).toBeLessThan(10);
    await driver.close();
  });

  it('asks for little where thousands of tenants have nothing to do, and finds those that have at once', async () => {
    // No time passes: a queue that rests is looked at again after seconds, which a machine under load takes for this.
    const driver = bullmqDriver({ connection: client });
    await driver.open?.({ clock: new TestClock(), leaseMs: 60_000 });
    const jobs = Array.from({ length: 1500 }, (_, i) => ({
      ...PLAIN,
      id: `j-${i}`,
      provider: 'many',
      tenant: `t-${i}`,
    }));
    await driver.add(jobs);
    const claim = () => driver.claim('many', { limit: 500, leaseMs: 60_000 });
    const tenants = new Set<string>();
    for (let { jobs: claimed } = await claim(); claimed.length > 0; { jobs: claimed } = await claim()) {
      for (const { tenant } of claimed) tenants.add(tenant);
      await driver.settle(claimed.map((job) => ({ job, to: 'completed', result: undefined }) as const));
    }
    expect(tenants.size).toBe(1500);
    const asked = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))![1]);
    const before = await asked();
    for (let look = 0; look < 10; look++) expect((await claim()).jobs).toEqual([]);
    expect((await asked()) - before).toBeLessThan(1500);
    await driver.add([{ ...PLAIN, id: 'late', provider: 'many', tenant: 't-7' }]);
    expect((await claim()).jobs[0]).toMatchObject({ id: 'late' });
    await driver.close();
  });

  it('learns of a tenant that another process adds without reading all others again', async () => {
    const clock = new TestClock();
    const one = await open({ connection: client });
    const other = bullmqDriver({ connection: client });
    await other.open?.({ clock, leaseMs: 60_000 });
    const job = (i: number): NewJob => ({ ...PLAIN, id: `l-${i}`, provider: 'listed', tenant: `t-${i}` });
    await one.add(Array.from({ length: 1000 }, (_, i) => job(i)));
    const claim = async () => (await other.claim('listed', { limit: 1000, leaseMs: 60_000 })).jobs;
    expect(await claim()).toHaveLength(1000);
    await one.add([job(1000), job(1001)]);
    const read = async () => Number(/cmdstat_hgetall:calls=(\d+)/.exec(await client.info('commandstats'))![1]);
    const before = await read();
    await clock.advance('1s');
    expect((await claim()).map(({ tenant }) => tenant).sort()).toEqual(['t-1000', 't-1001']);
    expect((await read()) - before).toBeLessThan(50);
    await one.close();
    await other.close();
  });

  it.each([
    ['before it is reached', false],
    ['while it is away', true],
  ])('is closed within moments where Redis is lost %s, its own connection with it', async (_, isReached) => {
    const own = await startRedis();
    const { port } = new URL(own.url);
    if (!isReached) await own.stop();
    const connection = { host: '127.0.0.1', port: Number(port), retryStrategy: () => 50 };
    const driver = await open({ connection });
    const added = driver.add([{ ...PLAIN, id: 'x' }]).catch((error: unknown) => error);
    if (isReached) {
      await added;
      await own.stop();
    }
    driver.claim('crm', { limit: 1, leaseMs: 400 }).catch(() => undefined);
    // Redis does not come back: nothing but the driver ends the wait.
    await driver.close();
    await expect(driver.claim('crm', { limit: 1, leaseMs: 400 })).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('can be opened again', async () => {
    const driver = await open({ connection: { host: '127.0.0.1', port: Number(new URL(url).port) } });
    for (const id of ['first', 'second']) {
      await driver.add([{ ...PLAIN, id, provider: 'again' }]);
      await driver.close();
      await expect(driver.counts('again')).rejects.toMatchObject({ code: 'CLOSED' });
      await driver.open?.({ clock: new SystemClock(), leaseMs: 1000 });
    }
    expect((await driver.claim('again', { limit: 5, leaseMs: 1000 })).jobs).toHaveLength(2);
    await driver.close();
  });

  it('takes no part in a transaction, and says so', async () => {
    const driver = await open({ connection: client });
    await expect(driver.addWithin!({ query: () => undefined }, [{ ...PLAIN, id: 'x' }])).rejects.toThrow(
      /needs BullMQ on Postgres/,
    );
    await driver.close();
  });

  it('keeps its word on what had ended when the end of another could not be written', async () => {
    const driver = await open({ connection: client });
    await driver.add(['a', 'b'].map((id) => ({ ...PLAIN, id, provider: 'halves' })));
    const { jobs } = await driver.claim('halves', { limit: 2, leaseMs: 400 });
    // A result that cannot be written, and one that can.
    const settlements = jobs.map((job, i) => ({ job, to: 'completed', result: i === 0 ? '{' : '1' }) as const);
    await expect(driver.settle(settlements)).rejects.toThrow('JSON');
    expect(await driver.settle(jobs.map((job) => ({ job, to: 'completed', result: '1' }) as const))).toEqual([
      true,
      true,
    ]);
    await driver.close();
  });

  it('says that Redis is lost, and goes on with what it had when that is back', async () => {
    const own = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const connection = new Redis(own.url, { maxRetriesPerRequest: 1, retryStrategy: () => 50 });
    connection.on('error', () => undefined);
    const provider = createProvider('crm', {}, { trackCalls: true });
    const events = recordEvents(provider);
    const queue = createSyncQueue({ driver: bullmqDriver({ connection }), lease: '1s' }, { provider: () => provider });
    let runs = 0;
    const run = async () => {
      runs++;
      await sleep(5);
    };
    const settings = readJobOptions({}, 'sync');
    await queue.start([{ provider: 'crm', name: 'sync', schema: undefined, settings, run }]);
    await queue.addAll(
      'crm',
      Array.from({ length: 200 }, (_, payload) => ({ name: 'sync', payload })),
    );
    await until(() => runs > 20);
    await own.restart('SIGKILL');
    await queue.drain('crm').catch(() => undefined);
    await until(async () => (await queue.counts('crm').catch(() => undefined))?.completed === 200);
    await expect(queue.add('crm', 'sync', {})).resolves.toMatchObject({ added: true });
    expect(events.ofType('queue.held').every(({ detail }) => detail.why === 'driver-unavailable')).toBe(true);
    await queue.stop();
    await queue.close();
    connection.disconnect();
    await own.stop();
  });

  it('paces the processor of a queue that the application has already', async () => {
    const provider = createProvider(
      'crm',
      {
        // A machine under load notes a run later than it was let through.
        rateLimit: { limit: 20, per: '1s', burst: 2, margin: '500ms' },
        circuitBreaker: { window: { consecutive: 3 }, openFor: '200ms' },
      },
      { trackCalls: true },
    );
    const keys = new Set<string>();
    let failures = 3;
    const at: number[] = [];
    const process = async (job: Job) => {
      at.push(performance.now());
      keys.add(currentCall()!.idempotencyKey!);
      if (job.data === 'refused') throw { response: { status: 422, headers: {} } };
      if (failures-- > 0) throw { response: { status: 429, headers: {} } };
    };
    const bull = new Queue('own', { connection: client });
    const worker = new Worker('own', pacedProcessor(provider, process), { connection: client, concurrency: 5 });
    await bull.addBulk(Array.from({ length: 20 }, (_, data) => ({ name: 'sync', data, opts: { attempts: 1 } })));
    const refused = await bull.add('sync', 'refused', { attempts: 5 });
    await until(async () => (await bull.getJobCounts('completed')).completed === 20);
    await until(() => refused.isFailed());
    expect((await bull.getJob(refused.id!))?.attemptsMade).toBe(1);
    expect(keys.size).toBe(21);
    const first = at.filter((time) => time < at[0]! + 1000);
    expect(first.length).toBeLessThanOrEqual(20);
    await worker.close();
    await bull.close();
  });
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

has(postgres)('bullmqDriver on Postgres', () => {
  const options = (migrate: boolean): BullmqDriverOptions => ({
    connection: { connectionString: (postgres as PostgresServer).url, max: 4, migrate },
    backend: createPostgresBackend,
  });

  beforeAll(async () => {
    const owner = await open(options(true));
    await owner.counts('crm');
    await owner.close();
  });
  afterAll(() => (postgres as PostgresServer).stop());

  queueDriverContract(async () => ({ driver: await open(options(false)), elapse: (ms) => sleep(ms) }), {
    describe,
    it,
  });

  describe('within a transaction of the application', () => {
    const job = (id: string, more: Partial<NewJob> = {}): NewJob => ({ ...PLAIN, provider: 'within', id, ...more });
    let pool: Pool;
    let driver: QueueDriver;

    beforeAll(async () => {
      pool = new Pool({ connectionString: (postgres as PostgresServer).url });
      pool.on('error', () => undefined);
      await pool.query('CREATE TABLE orders (id text)');
      driver = await open(options(false));
    });
    afterAll(async () => {
      await driver.close();
      await pool.end();
    });

    async function transaction<T>(end: 'COMMIT' | 'ROLLBACK', work: (client: PoolClient) => Promise<T>): Promise<T> {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await work(client);
        await client.query(end);
        return result;
      } finally {
        client.release();
      }
    }

    it('keeps order and job, or neither', async () => {
      for (const end of ['ROLLBACK', 'COMMIT'] as const) {
        const added = await transaction(end, async (client) => {
          await client.query('INSERT INTO orders VALUES ($1)', ['o-1']);
          const [first] = await driver.addWithin!(client, [
            job('one', { key: 'o-1', tenant: `new ${end}`, priority: 'low' }),
          ]);
          // Nothing of it is there before the commit.
          expect(await driver.get('within', 'one')).toBeUndefined();
          // The tables of the application are found by their names as before.
          await client.query('SELECT * FROM orders');
          return first;
        });
        expect(added).toEqual({ id: 'one', added: true });
        const { rows } = await pool.query('SELECT * FROM orders');
        const kept = await driver.get('within', 'one');
        expect([rows.length, kept?.state, kept?.tenant]).toEqual(
          end === 'COMMIT' ? [1, 'waiting', 'new COMMIT'] : [0, undefined, undefined],
        );
      }
      // Its tenant's line is found by a process that knew nothing of it.
      const other = await open(options(false));
      expect((await other.claim('within', { limit: 1, leaseMs: 400 })).jobs[0]).toMatchObject({ id: 'one' });
      await other.close();
    });

    it('knows a job that is there already, in whichever line, and one that another transaction adds meanwhile', async () => {
      await driver.add([job('known', { key: 'k', priority: 'high' })]);
      const again = await transaction('COMMIT', async (client) =>
        driver.addWithin!(client, [job('known', { key: 'k' })]),
      );
      expect(again).toEqual([{ id: 'known', added: false }]);
      const first = await pool.connect();
      await first.query('BEGIN');
      expect(await driver.addWithin!(first, [job('raced', { key: 'r' })])).toEqual([{ id: 'raced', added: true }]);
      const second = transaction('COMMIT', async (client) => driver.addWithin!(client, [job('raced', { key: 'r' })]));
      await sleep(100);
      await first.query('COMMIT');
      first.release();
      expect(await second).toEqual([{ id: 'raced', added: false }]);
    });

    it('works with the application’s own pool as BullMQ’s connection', async () => {
      const own = new Pool({
        connectionString: (postgres as PostgresServer).url,
        options: '-c search_path=bullmq',
        max: 3,
      });
      own.on('error', () => undefined);
      const onPool = await open({ connection: own, backend: createPostgresBackend });
      await transaction('COMMIT', async (client) => onPool.addWithin!(client, [job('on pool', { tenant: 'p' })]));
      expect(await onPool.get('within', 'on pool')).toMatchObject({ state: 'waiting' });
      await onPool.close();
      await own.end();
    });

    it('refuses what is no transaction', async () => {
      await expect(driver.addWithin!(pool, [job('x')])).rejects.toMatchObject({ code: 'UNUSABLE' });
      const client = await pool.connect();
      await expect(driver.addWithin!(client, [job('x')])).rejects.toThrow(/in no transaction/);
      client.release();
      await expect(driver.addWithin!({}, [job('x')])).rejects.toThrow(/client of pg/);
      expect(await driver.get('within', 'x')).toBeUndefined();
    });
  });
});

describe('bullmqDriver', () => {
  it('says what is wrong with its options', () => {
    expect(() => bullmqDriver({} as never)).toThrow(/connection: it is required/);
    expect(() => bullmqDriver({ connection: {}, prefix: 3 } as never)).not.toThrow();
    expect(() => bullmqDriver({ connection: {}, completed: { age: 'long' } } as never)).toThrow(/completed.age/);
  });

  it('asks for a prefix in braces where it is given a cluster, whose keys would stand on several nodes', () => {
    const connection = { isCluster: true };
    for (const prefix of [undefined, 'bull', '{}']) {
      const options = { connection, ...(prefix !== undefined && { prefix }) };
      expect(() => bullmqDriver(options)).toThrow(/bullmqDriver\.prefix: .*expected one in braces for a cluster/);
    }
    expect(() => bullmqDriver({ connection, prefix: '{sync}' })).not.toThrow();
  });
});
