import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider, currentCall, type ProviderOptions } from '@breakwater/core';
import { InjectProvider, ResilienceModule, type ResilientProvider } from '@breakwater/nestjs';
import { serverOrReason, ServerUnavailableError, startRedis, type RedisServer } from '@breakwater/servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BullModule, Processor, WorkerHost } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  DelayedError,
  FlowProducer,
  Queue,
  UnrecoverableError,
  WaitingChildrenError,
  WaitingError,
  Worker,
  type Job,
  type WorkerOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import { pacedProcessor } from '../src/bullmq/paced-processor.js';

const redis = await serverOrReason(startRedis);

type Run = (job: Job, token?: string, signal?: AbortSignal) => Promise<unknown>;

(redis instanceof ServerUnavailableError ? describe.skip : describe)('a paced processor of BullMQ', () => {
  let connection: Redis;
  let queue: Queue;
  let worker: Worker | undefined;
  let provider: ReturnType<typeof createProvider>;
  let made = 0;

  beforeAll(() => {
    connection = new Redis((redis as RedisServer).url, { maxRetriesPerRequest: null });
  });
  afterAll(async () => {
    connection.disconnect();
    await (redis as RedisServer).stop();
  });
  beforeEach(() => {
    queue = new Queue(`own-${made++}`, { connection });
  });
  afterEach(async () => {
    await worker?.close();
    worker = undefined;
    await queue.close();
  });

  function work(options: ProviderOptions, run: Run, more: Partial<WorkerOptions> = {}): Worker {
    provider = createProvider('crm', options, { trackCalls: true });
    worker = new Worker(queue.name, pacedProcessor(provider, run), { connection, concurrency: 4, ...more });
    return worker;
  }

  async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await holds())) await sleep(20);
  }

  const stateOf = async (job: Job) => queue.getJob(job.id!).then((standing) => standing!.getState());
  const ended = (...jobs: readonly Job[]) =>
    until(async () => (await Promise.all(jobs.map(stateOf))).every((state) => /completed|failed/.test(state)));

  // A turn that is far away is not waited for in line: the job is held before it is sent back.
  it.each(['30s', '10m'] as const)(
    'gets the signal of the worker, which also ends the wait for the rate limit (%s)',
    async (per) => {
      const seen: unknown[] = [];
      work({ rateLimit: { limit: 1, per, burst: 1 } }, async (job, _, signal) => {
        seen.push(job.name);
        await new Promise((resolve) => signal!.addEventListener('abort', resolve, { once: true }));
        throw new Error(`cancelled: ${String(signal!.reason)}`);
      });
      const running = await queue.add('running', 0);
      await until(() => seen.length === 1);
      const waiting = await queue.add('waiting', 0);
      await until(async () => (await stateOf(waiting)) === 'active');
      // A job is active a moment before its worker can cancel it.
      for (const { id } of [running, waiting]) await until(() => worker!.cancelJob(id!, 'no longer needed'));
      await ended(running, waiting);
      const reasons = await Promise.all(
        [running, waiting].map(async ({ id }) => (await queue.getJob(id!))!.failedReason),
      );
      expect([seen, reasons]).toEqual([['running'], ['cancelled: no longer needed', 'no longer needed']]);
    },
  );

  it('says nothing of the provider where it tells BullMQ what becomes of its job', async () => {
    const runs = new Map<string, number>();
    const flow = new FlowProducer({ connection });
    work({ circuitBreaker: { window: { consecutive: 2 } } }, async (job, token) => {
      const run = (runs.get(job.name) ?? 0) + 1;
      runs.set(job.name, run);
      if (run > 4) return run;
      switch (job.name) {
        case 'delayed':
          await job.moveToDelayed(Date.now() + 20, token);
          throw new DelayedError();
        case 'waiting':
          await job.moveToWait(token);
          throw new WaitingError();
        case 'limited':
          await queue.rateLimit(20);
          throw Worker.RateLimitError();
        case 'parent': {
          if (run > 1) return Object.values(await job.getChildrenValues());
          const opts = { parent: { id: job.id!, queue: job.queueQualifiedName } };
          await queue.add('child', 'of the parent', opts);
          if (await job.moveToWaitingChildren(token!)) throw new WaitingChildrenError();
          return 'no children';
        }
        case 'senseless':
          throw new UnrecoverableError('no such customer');
        default:
          return job.data as unknown;
      }
    });
    const jobs = ['delayed', 'waiting', 'limited', 'parent'].map((name) => ({ name, data: 0, opts: { attempts: 1 } }));
    const added = await queue.addBulk(jobs);
    await ended(...added);
    const results = await Promise.all(added.map(async ({ id }) => (await queue.getJob(id!))!.returnvalue as unknown));
    expect(results).toEqual([5, 5, 5, ['of the parent']]);
    const senseless = await queue.addBulk(
      [1, 2, 3].map((data) => ({ name: 'senseless', data, opts: { attempts: 5 } })),
    );
    await ended(...senseless);
    expect(runs.get('senseless')).toBe(3);
    const tree = await flow.add({
      name: 'top',
      queueName: queue.name,
      data: 'top',
      children: [1, 2].map((data) => ({ name: 'leaf', queueName: queue.name, data })),
    });
    await ended(tree.job);
    expect(provider.circuitBreaker?.state).toBe('closed');
    await flow.close();
  });

  it('tries again by the attempts and the backoff of the job, and leaves what it threw to BullMQ', async () => {
    let runs = 0;
    work({}, async () => {
      runs++;
      throw Object.assign(new Error('HTTP 503'), { response: { status: 503, headers: {} } });
    });
    const job = await queue.add('sync', 0, { attempts: 3, backoff: { type: 'fixed', delay: 30 } });
    await ended(job);
    const { attemptsMade, failedReason } = (await queue.getJob(job.id!))!;
    expect([runs, attemptsMade, failedReason]).toEqual([3, 3, 'HTTP 503']);
  });

  it('holds its lock for as long as it waits for the rate limit', async () => {
    const runs: unknown[] = [];
    const stalled: string[] = [];
    const options = { lockDuration: 400, stalledInterval: 200, maxStalledCount: 5 };
    work({ rateLimit: { limit: 1, per: '700ms', burst: 1 } }, async ({ data }) => runs.push(data), options);
    worker!.on('stalled', (id) => stalled.push(id));
    const jobs = await queue.addBulk([0, 1, 2, 3].map((data) => ({ name: 'sync', data })));
    await ended(...jobs);
    expect([runs.toSorted(), stalled]).toEqual([[0, 1, 2, 3], []]);
  });

  it('goes by the priorities, the limiter and the schedulers of BullMQ, each job with a key of its own', async () => {
    const seen: unknown[] = [];
    const keys = new Set<string>();
    const run = async ({ data }: Job) => {
      seen.push(data);
      keys.add(currentCall()!.idempotencyKey!);
    };
    await queue.addBulk([3, 1, 2].map((priority) => ({ name: 'sync', data: priority, opts: { priority } })));
    work({ rateLimit: { limit: 100, per: '1s' } }, run, { concurrency: 1, limiter: { max: 5, duration: 300 } });
    await until(() => seen.length === 3);
    expect(seen).toEqual([1, 2, 3]);
    await queue.upsertJobScheduler('often', { every: 50 }, { name: 'sync', data: 'scheduled' });
    await until(() => seen.length >= 8);
    await queue.removeJobScheduler('often');
    expect(keys.size).toBe(seen.length);
  });

  it('has keys that no job of another Redis has, though BullMQ counts its jobs from 1 in each', async () => {
    const keys = new Map<string, string>();
    const paced = pacedProcessor(createProvider('crm', {}, { trackCalls: true }), async (job) =>
      keys.set(job.queueQualifiedName, currentCall()!.idempotencyKey!),
    );
    for (const prefix of ['staging', 'production']) {
      const ofPrefix = new Queue('crm', { connection, prefix });
      const consumer = new Worker('crm', paced, { connection, prefix });
      const job = await ofPrefix.add('sync', 0);
      expect(job.id).toBe('1');
      await until(async () => (await job.getState()) === 'completed');
      await consumer.close();
      await ofPrefix.close();
    }
    expect(new Set(keys.values()).size).toBe(2);
  });

  it('does not move a backlog to the delayed jobs while the circuit is open', async () => {
    let isDown = true;
    let runs = 0;
    work({ circuitBreaker: { window: { consecutive: 2 }, openFor: '3s', halfOpen: { calls: 1 } } }, async () => {
      runs++;
      if (isDown) throw Object.assign(new Error('HTTP 503'), { response: { status: 503, headers: {} } });
    });
    await queue.addBulk(Array.from({ length: 300 }, (_, data) => ({ name: 'sync', data, opts: { attempts: 10 } })));
    await until(() => provider.circuitBreaker?.state === 'open');
    await sleep(1000);
    const counts = await queue.getJobCounts('delayed');
    expect(runs).toBeLessThanOrEqual(8);
    expect(counts['delayed']).toBeLessThanOrEqual(8);
    // Four wait for the circuit, but for a moment after a trial.
    await until(async () => (await queue.getJobCounts('active'))['active'] === 4);
    isDown = false;
    await until(async () => (await queue.getJobCounts('completed'))['completed'] === 300);
  });

  it('paces jobs that the application fetches by itself, as long as it holds their locks', async () => {
    const fetcher = new Worker(queue.name, null, { connection, lockDuration: 5000 });
    const paced = pacedProcessor(createProvider('crm', {}, { trackCalls: true }), async ({ data }) => data as unknown);
    await queue.add('sync', 'by hand');
    const job = (await fetcher.getNextJob('token'))!;
    await job.moveToCompleted(await paced(job, 'token'), 'token', false);
    expect((await queue.getJob(job.id!))!.returnvalue).toBe('by hand');
    await fetcher.close();
  });

  describe('in an application of Nest', () => {
    it('sends its jobs back when that closes, whether they wait for the limit or for an open circuit', async () => {
      const runs: unknown[] = [];

      @Processor('nested', { concurrency: 3 })
      class Consumer extends WorkerHost {
        private readonly paced: Run;

        constructor(@InjectProvider('crm') crm: ResilientProvider) {
          super();
          this.paced = pacedProcessor(crm, async (job) => runs.push(job.data));
        }

        override process(job: Job, token?: string, signal?: AbortSignal): Promise<unknown> {
          return this.paced(job, token, signal);
        }
      }

      @Module({
        imports: [
          ResilienceModule.forRoot({
            logger: false,
            shutdown: { grace: '500ms' },
            providers: { crm: { rateLimit: { limit: 1, per: '10m', burst: 1 } } },
          }),
          BullModule.forRoot({ connection }),
          BullModule.registerQueue({ name: 'nested' }),
        ],
        providers: [Consumer],
      })
      class AppModule {}
      const app = (await Test.createTestingModule({ imports: [AppModule] }).compile()).createNestApplication();
      app.useLogger(false);
      await app.init();
      const nested = new Queue('nested', { connection });
      await nested.addBulk(Array.from({ length: 20 }, (_, data) => ({ name: 'sync', data, opts: { attempts: 1 } })));
      await until(async () => runs.length === 1 && (await nested.getJobCounts('active'))['active'] === 3);
      await app.close();
      const { active, wait, delayed, failed } = await nested.getJobCounts('active', 'wait', 'delayed', 'failed');
      expect([active, failed, wait! + delayed!]).toEqual([0, 0, 19]);
      expect(delayed).toBeLessThan(12);
      for (const job of await nested.getJobs(['delayed', 'wait'])) expect(job.attemptsMade).toBe(0);
      await nested.close();
    });
  });
});
