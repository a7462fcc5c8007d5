import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider, currentCall, SystemClock } from '@breakwater/core';
import { recordEvents } from '@breakwater/core/testing';
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
import type { NewJob, QueueDriver } from '../driver/queue-driver.js';
import { queueDriverContract } from '../testing/queue-driver-contract.js';
import { readJobOptions } from '../jobs/job-settings.js';
import { createSyncQueue } from '../sync-queue/create-sync-queue.js';
import { bullmqDriver } from './bullmq-driver.js';
import { pacedProcessor } from './paced-processor.js';
import type { BullmqDriverOptions } from './bullmq-driver.options.js';

const redis = await serverOrReason(startRedis);
const postgres = await serverOrReason(startPostgres);
const has = (server: unknown) => (server instanceof ServerUnavailableError ? describe.skip : describe);

async function open(options: BullmqDriverOptions): Promise<QueueDriver> {
  const driver = bullmqDriver(options);
  await driver.open?.({ clock: new SystemClock(), leaseMs: 400 });
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
    const job: NewJob = {
      id: 'x',
      provider: 'found',
      name: 'n',
      tenant: 'T:1/ü!',
      key: undefined,
      payload: '1',
      priority: 'high',
      delayMs: 0,
      attempts: undefined,
    };
    await one.add([job]);
    expect((await other.claim('found', { limit: 5, leaseMs: 400 })).jobs[0]).toMatchObject({
      id: 'x',
      tenant: 'T:1/ü!',
    });
    await one.close();
    await other.close();
    await expect(one.add([job])).rejects.toMatchObject({ code: 'CLOSED' });
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
        rateLimit: { limit: 20, per: '1s', burst: 2 },
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
});

describe('bullmqDriver', () => {
  it('says what is wrong with its options', () => {
    expect(() => bullmqDriver({} as never)).toThrow(/connection: it is required/);
    expect(() => bullmqDriver({ connection: {}, prefix: 3 } as never)).not.toThrow();
    expect(() => bullmqDriver({ connection: {}, completed: { age: 'long' } } as never)).toThrow(/completed.age/);
  });
});
