import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider } from '@breakwater/core';
import type { QueueDriver } from '../src/driver/queue-driver.js';
import { readJobOptions } from '../src/jobs/job-settings.js';
import type { AddOptions } from '../src/sync-queue/sync-queue.js';
import { createSyncQueue } from '../src/sync-queue/create-sync-queue.js';

/** Where a process keeps its jobs, where the provider listens, and how many jobs it adds; none: it drains the queue. */
export interface WorkerTask {
  readonly driver: 'sqlite' | 'redis' | 'postgres';
  readonly place: string;
  /** The name of the provider, which is that of its queue: two tests on one server share no jobs. */
  readonly provider: string;
  readonly providerUrl: string;
  readonly name: string;
  readonly adds: number;
  /** Adds each job with an order, in a transaction of its own on the database of the queue. */
  readonly withOrders: boolean;
}

/** Loads no more than the driver needs: loading is most of what such a process does. */
async function openDriver({ driver, place }: WorkerTask): Promise<QueueDriver> {
  if (driver === 'sqlite') return (await import('../src/sqlite/sqlite-driver.js')).sqliteDriver({ file: place });
  const { bullmqDriver } = await import('../src/bullmq/bullmq-driver.js');
  if (driver === 'redis') {
    return bullmqDriver({ connection: { host: '127.0.0.1', port: Number(new URL(place).port) } });
  }
  const { createPostgresBackend } = await import('bullmq');
  const connection = { connectionString: place, max: 4, migrate: true };
  return bullmqDriver({ connection, backend: createPostgresBackend });
}

const task = JSON.parse(process.argv[2]!) as WorkerTask;
const provider = createProvider(task.provider, {}, { trackCalls: true });
const queue = createSyncQueue(
  { driver: await openDriver(task), lease: '600ms', poll: '20ms', concurrency: 5 },
  { provider: () => provider },
);
await queue.start([
  {
    provider: task.provider,
    name: 'sync',
    schema: undefined,
    // Twenty kills within seconds would have some jobs taken for those that kill their process, and buried.
    settings: readJobOptions({ retry: { backoff: { initial: 50, max: 200 } }, takeovers: 100 }, 'sync'),
    run: async ({ payload, idempotencyKey, signal }) => {
      const headers = { 'Idempotency-Key': idempotencyKey };
      const answer = await fetch(task.providerUrl, { method: 'POST', headers, body: String(payload), signal });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    },
  },
]);
type Add = (id: string, options: AddOptions) => Promise<unknown>;

const add = await adding();
for (let i = 0; i < task.adds; i++) {
  const id = `${task.name}-${i}`;
  await add(id, { key: id, tenant: `t${i % 3}` });
  tell(id);
  // The backlog is to be done within the test.
  await sleep(2);
}
if (task.adds === 0) {
  await queue.drain(task.provider);
  for (const { payload, history } of await queue.list(task.provider, { state: 'dead' })) {
    tell(`dead ${String(payload)} ${history.map(({ failure }) => failure).join(' ')}`);
  }
  tell('drained');
}

function adding(): Add | Promise<Add> {
  if (!task.withOrders) return (id, options) => queue.add(task.provider, 'sync', id, options);
  return task.driver === 'sqlite' ? withOrderInSqlite() : withOrderInPostgres();
}

async function withOrderInSqlite(): Promise<Add> {
  const { default: Database } = await import('libsql');
  const db = new Database(task.place);
  const insert = db.prepare('INSERT INTO orders (id) VALUES (?)');
  return async (id, options) => {
    for (;;) {
      try {
        db.transaction(() => {
          insert.run([id]);
          void queue.within(db).add(task.provider, 'sync', id, options);
        }).immediate();
        return;
      } catch (error) {
        // Another process is at work; a wait of SQLite would block this one.
        if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) throw error;
        await sleep(1);
      }
    }
  };
}

async function withOrderInPostgres(): Promise<Add> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: task.place });
  await client.connect();
  return async (id, options) => {
    await client.query('BEGIN');
    await client.query('INSERT INTO orders (id) VALUES ($1)', [id]);
    await queue.within(client).add(task.provider, 'sync', id, options);
    await client.query('COMMIT');
  };
}

/** Only what is acknowledged is owed: it is written at once, as the process may be killed at any moment. */
function tell(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      // The pipe is full while the test has no time to read it.
      if ((error as { code?: unknown }).code !== 'EAGAIN') throw error;
    }
  }
}
