import { randomUUID } from 'node:crypto';
import { SystemClock } from '@breakwater/core';
import { PostgresQueueBackend, quoteSchemaName } from 'bullmq';
import type { AddedJob, NewJob } from '../driver/queue-driver.js';
import { firstOfEach } from './add-jobs.js';
import { bullDataOf, bullOptionsOf } from './bull-job.js';
import { unusableError } from './driver-error.js';
import { directoryNameOf, lineId, lineNameOf, queueNameOf } from './line-name.js';
import type { ProviderQueues } from './provider-queues.js';

/** The part of a client of `pg`, in a transaction, that is used here. */
export interface PostgresTransaction {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** BullMQ dates its jobs by the machine's clock. */
const machine = new SystemClock();

/**
 * Adds jobs in a transaction of the application's, by the functions that BullMQ's Postgres backend has in its schema:
 * they are the same that its own connections call. Throws a `QueueDriverError` for anything but a client of `pg` that
 * has begun a transaction.
 */
export async function addWithin(
  queues: ProviderQueues,
  transaction: unknown,
  jobs: readonly NewJob[],
): Promise<readonly AddedJob[]> {
  const backend = queues.connections.root();
  if (!(backend instanceof PostgresQueueBackend)) {
    throw unusableError('Redis takes no part in a transaction of a database: within() needs BullMQ on Postgres');
  }
  // The tables may have to be made, which the application's transaction should not wait for.
  await backend.waitUntilReady();
  const client = await clientOf(transaction);
  const schema = quoteSchemaName(await queues.connections.schema());
  const known = await idsOf(client, schema, jobs);
  const fresh = firstOfEach(jobs).filter(({ id }) => !known.has(id));
  const entries = fresh.map((job) => ({ job, nonce: randomUUID() }));
  const announced = linesOf(queues, fresh);
  if (entries.length > 0) {
    const added = JSON.stringify([...announced, ...entries.map(({ job, nonce }) => entryOf(job, nonce))]);
    await client.query(`SELECT ${schema}.add_flow($1::jsonb)`, [added]);
  }
  // Another transaction may have added a job of the same id since.
  const nonces = await noncesOf(client, schema, fresh);
  const isAdded = new Map(entries.map(({ job, nonce }) => [job, nonces.get(job.id) === nonce]));
  return jobs.map((job) => ({ id: job.id, added: isAdded.get(job) === true }));
}

async function clientOf(transaction: unknown): Promise<PostgresTransaction> {
  const { query, totalCount } = Object(transaction) as { query?: unknown; totalCount?: unknown };
  if (typeof query !== 'function' || totalCount !== undefined) {
    throw unusableError('within() needs a client of pg that has begun a transaction, such as one of pool.connect()');
  }
  const client = transaction as PostgresTransaction;
  // Outside a transaction the two are one: each statement is a transaction of its own.
  const { rows } = await client.query('SELECT now() < statement_timestamp() AS begun', []);
  if ((rows[0] as { begun: boolean }).begun) return client;
  throw unusableError('the client that within() was given is in no transaction');
}

/** A key is one job's whatever its priority: both lines of its tenant are looked at. */
async function idsOf(
  client: PostgresTransaction,
  schema: string,
  jobs: readonly NewJob[],
): Promise<ReadonlySet<string>> {
  const keyed = jobs.filter(({ key }) => key !== undefined);
  if (keyed.length === 0) return new Set();
  const queues = keyed.flatMap((job) => [true, false].map((high) => queueNameOf({ ...lineNameOf(job), high })));
  const { rows } = await client.query(`SELECT id FROM ${schema}.job WHERE queue = ANY($1) AND id = ANY($2)`, [
    queues,
    keyed.map(({ id }) => id),
  ]);
  return new Set(rows.map((row) => (row as { id: string }).id));
}

async function noncesOf(
  client: PostgresTransaction,
  schema: string,
  jobs: readonly NewJob[],
): Promise<ReadonlyMap<string, string>> {
  const queues = [...new Set(jobs.map((job) => queueNameOf(lineNameOf(job))))];
  const ids = jobs.map(({ id }) => id);
  const text = `SELECT id, data ->> 'nonce' AS nonce FROM ${schema}.job WHERE queue = ANY($1) AND id = ANY($2)`;
  const { rows } = await client.query(text, [queues, ids]);
  return new Map((rows as readonly { id: string; nonce: string }[]).map(({ id, nonce }) => [id, nonce]));
}

/** Has other processes find the lines of these jobs once the transaction is committed. */
function linesOf(queues: ProviderQueues, jobs: readonly NewJob[]): readonly object[] {
  const names = jobs.map(lineNameOf).filter((name) => queues.of(name.provider).lines.find(name) === undefined);
  const announced = new Map(names.map((name) => [queueNameOf(name), name]));
  return [...announced.values()].map((name) => {
    const { provider, tenant, high } = name;
    const data = JSON.stringify({ tenant, high });
    const id = lineId(name);
    return {
      queue: directoryNameOf(provider),
      id,
      name: 'line',
      data,
      opts: { jobId: id },
      timestamp: machine.wallNow(),
    };
  });
}

/** A job in the form that BullMQ's `add_flow` takes. */
function entryOf(job: NewJob, nonce: string): object {
  const opts = bullOptionsOf(job);
  return {
    queue: queueNameOf(lineNameOf(job)),
    id: job.id,
    name: job.name,
    data: JSON.stringify(bullDataOf(job, nonce)),
    opts,
    priority: opts.priority ?? 0,
    delay: opts.delay ?? 0,
    timestamp: machine.wallNow(),
  };
}
