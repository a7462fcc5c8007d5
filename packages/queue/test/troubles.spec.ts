import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider } from '@breakwater/core';
import { recordEvents } from '@breakwater/core/testing';
import {
  serverOrReason,
  ServerUnavailableError,
  startPostgres,
  startRedis,
  type PostgresServer,
  type RedisServer,
} from '@breakwater/servers';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPostgresBackend } from 'bullmq';
import { Redis } from 'ioredis';
import Database from 'libsql';
import { Client } from 'pg';
import { z } from 'zod';
import { bullmqDriver } from '../src/bullmq/bullmq-driver.js';
import type { QueueDriver } from '../src/driver/queue-driver.js';
import type { JobHandler } from '../src/jobs/job-handler.js';
import { readJobOptions, type SyncJobOptions } from '../src/jobs/job-settings.js';
import { sqliteDriver } from '../src/sqlite/sqlite-driver.js';
import { createSyncQueue } from '../src/sync-queue/create-sync-queue.js';
import type { LiveSyncQueue } from '../src/sync-queue/live-sync-queue.js';

const redis = await serverOrReason(() => startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] }));
const postgres = await serverOrReason(startPostgres);

/** A backend in trouble: how its driver is opened, and how it is made to take no writes and to take them again. */
interface Backend {
  readonly open: () => QueueDriver;
  readonly fill: () => Promise<void>;
  /** Whether it takes the ends of jobs that are under way although it is full. */
  readonly takesEnds?: true;
  readonly empty: () => Promise<void>;
  /** Kills its server and starts it again, where it has one. */
  readonly restart?: () => Promise<void>;
  readonly close: () => Promise<void>;
}

function sqlite(): Backend {
  const database = new Database(':memory:');
  const limit = (pages: number) => void database.prepare(`PRAGMA max_page_count = ${pages}`).all();
  return {
    open: () => sqliteDriver({ database }),
    // Not below the pages that there are.
    fill: async () => limit(1),
    empty: async () => limit(1_000_000),
    close: async () => void database.close(),
  };
}

function onRedis(): Backend {
  const server = redis as RedisServer;
  const connection = new Redis(server.url, { maxRetriesPerRequest: 1, retryStrategy: () => 50 });
  connection.on('error', () => undefined);
  return {
    open: () => bullmqDriver({ connection }),
    fill: async () => void (await connection.config('SET', 'maxmemory', '1')),
    empty: async () => void (await connection.config('SET', 'maxmemory', '0')),
    // A script that has written something may go on to write.
    takesEnds: true,
    restart: () => server.restart('SIGKILL'),
    close: async () => connection.disconnect(),
  };
}

/** A Postgres whose disk is full goes down, or is made read-only by those who run it. */
function onPostgres(): Backend {
  const server = postgres as PostgresServer;
  const readOnly = async (value: string) => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
    await client.query('SELECT pg_reload_conf()');
    await client.end();
    // The server has told its sessions once a new one goes by it.
    while ((await readOnlyOfNew(server.url)) !== value) await sleep(10);
  };
  const connection = { connectionString: server.url, max: 4, migrate: true };
  return {
    open: () => bullmqDriver({ connection, backend: createPostgresBackend }),
    fill: () => readOnly('on'),
    empty: () => readOnly('off'),
    restart: () => server.restart('SIGKILL'),
    close: async () => undefined,
  };
}

async function readOnlyOfNew(connectionString: string): Promise<string | undefined> {
  const client = new Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ setting: string }>(
    "SELECT current_setting('default_transaction_read_only') AS setting",
  );
  await client.end();
  return rows[0]?.setting;
}

const places: readonly (readonly [string, () => Backend, unknown])[] = [
  ['SQLite', sqlite, undefined],
  ['BullMQ on Redis', onRedis, redis],
  ['BullMQ on Postgres', onPostgres, postgres],
];

afterAll(async () => {
  for (const server of [redis, postgres]) if (!(server instanceof ServerUnavailableError)) await server.stop();
});

for (const [name, backendOf, server] of places) {
  (server instanceof ServerUnavailableError ? describe.skip : describe)(`trouble with ${name}`, () => {
    let crm: string;
    let backend: Backend;
    let provider: ReturnType<typeof createProvider>;
    let queue: LiveSyncQueue | undefined;
    let made = 0;

    beforeEach(() => {
      backend = backendOf();
      crm = `crm-${made++}`;
      provider = createProvider(crm, {}, { trackCalls: true });
    });
    afterEach(async () => {
      await backend.empty();
      await stop();
      await backend.close();
    });

    async function start(handlers: readonly JobHandler[]): Promise<LiveSyncQueue> {
      const options = { driver: backend.open(), concurrency: 2, poll: '20ms', grace: '1s' } as const;
      queue = createSyncQueue(options, { provider: () => provider });
      await queue.start(handlers);
      return queue;
    }

    async function stop(): Promise<void> {
      const standing = queue;
      queue = undefined;
      await standing?.stop();
      await standing?.close();
    }

    function on(job: string, run: JobHandler['run'], options: SyncJobOptions = {}): JobHandler {
      const retry = { attempts: 2, backoff: { initial: 10, max: 20 } };
      const settings = readJobOptions({ retry, ...options }, job);
      return { provider: crm, name: job, schema: options.schema, settings, run };
    }

    async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
      while (!(await holds())) await sleep(20);
    }

    const stateOf = async (id: string) => (await queue!.get(crm, id))?.state;

    /** How a job ended, once it is dead: what an operator sees of it. */
    async function deadAs(id: string): Promise<string> {
      await until(async () => (await stateOf(id)) === 'dead');
      const [listed] = await queue!.list(crm, { state: 'dead' });
      expect(listed?.id).toBe(id);
      queue!.snapshot();
      await until(() => queue!.snapshot()[0]?.deadLetters[0]?.id === id);
      return listed!.history.map(({ failure }) => failure).join(' ');
    }

    it('shows a poison job among the dead after its attempts, and runs it again when it is replayed', async () => {
      let isMended = false;
      const run = async () => {
        if (!isMended) throw new TypeError('cannot read properties of undefined');
      };
      await start([on('sync', run)]);
      const { id } = await queue!.add(crm, 'sync', { order: 7 });
      expect(await deadAs(id)).toBe('failed failed');
      isMended = true;
      expect(await queue!.replay(crm, { ids: [id] })).toBe(1);
      await until(async () => (await stateOf(id)) === 'completed');
    });

    it('buries a payload of another release before its processor sees it', async () => {
      let runs = 0;
      await start([on('sync', () => runs++)]);
      await stop();
      // The process that adds it has no schema, as one of an older release.
      const producer = createSyncQueue({ driver: backend.open(), work: false }, { provider: () => provider });
      await producer.start([]);
      const { id } = await producer.add(crm, 'sync', { order: 'seven' });
      await producer.close();
      await start([on('sync', () => runs++, { schema: z.object({ order: z.number() }) })]);
      expect(await deadAs(id)).toBe('invalid-payload');
      expect(runs).toBe(0);
      await stop();
      await start([on('sync', () => runs++, { schema: z.object({ order: z.string() }) })]);
      expect(await queue!.replay(crm)).toBe(1);
      await until(async () => (await stateOf(id)) === 'completed');
    });

    it('ends a processor that never returns, and has room for other jobs', async () => {
      await start([
        on('hangs', () => new Promise(() => undefined), { timeout: '50ms' }),
        on('works', async () => undefined),
      ]);
      const { id } = await queue!.add(crm, 'hangs', {});
      const { id: other } = await queue!.add(crm, 'works', {});
      expect(await deadAs(id)).toBe('timed-out timed-out');
      await until(async () => (await stateOf(other)) === 'completed');
      expect(queue!.snapshot()[0]).toMatchObject({ overdue: 2, running: 0 });
    });

    it('keeps a job of a name that no processor knows for the release that does', async () => {
      await start([on('other', async () => undefined)]);
      const { id } = await queue!.add(crm, 'from.the.next.release', {}, { attempts: 1 });
      await until(async () => (await queue!.get(crm, id))?.history.at(-1)?.failure === 'unknown-job');
      expect(await queue!.get(crm, id)).toMatchObject({ state: 'delayed', attempt: 0 });
      await stop();
      await start([on('from.the.next.release', async () => 'done')]);
      await until(async () => (await stateOf(id)) === 'completed');
    });

    it('refuses jobs that cannot be kept, and runs none again whose end cannot be written down', async () => {
      const events = recordEvents(provider);
      const runs: unknown[] = [];
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (release = resolve));
      const run = async ({ payload }: { payload: unknown }) => {
        runs.push(payload);
        await gate;
        return 'x'.repeat(100_000);
      };
      await start([on('sync', run)]);
      const jobs = Array.from({ length: 6 }, (_, payload) => ({ name: 'sync', payload }));
      await queue!.addAll(crm, jobs);
      await until(() => runs.length === 2);
      await backend.fill();
      const large = queue!.add(crm, 'sync', 'x'.repeat(1_000_000));
      await expect(large).rejects.toMatchObject({ name: 'QueueDriverError' });
      release();
      await until(() => /^driver-unavailable: ./.test(queue!.snapshot()[0]?.held ?? ''));
      await sleep(300);
      expect(runs.length).toBeLessThanOrEqual(backend.takesEnds ? 6 : 2);
      await backend.empty();
      await until(async () => (await queue!.counts(crm)).completed === 6);
      expect(runs.length).toBe(new Set(runs).size);
      await until(() => events.ofType('queue.held').length === events.ofType('queue.resumed').length);
    });

    // SQLite has no server that could be lost.
    if (server === undefined) return;

    it('waits for a server that is lost, and goes on with what it had', async () => {
      let runs = 0;
      const run = async () => {
        runs++;
        await sleep(5);
      };
      await start([on('sync', run)]);
      const jobs = Array.from({ length: 200 }, (_, payload) => ({ name: 'sync', payload }));
      await queue!.addAll(crm, jobs);
      await until(() => runs > 20);
      await backend.restart!();
      await until(async () => (await queue!.counts(crm).catch(() => undefined))?.completed === 200);
      await expect(queue!.add(crm, 'sync', {})).resolves.toMatchObject({ added: true });
    });
  });
}
