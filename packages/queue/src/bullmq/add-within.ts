import { randomUUID } from 'node:crypto';
import { SystemClock } from '@breakwater/core';
import { PostgresQueueBackend, quoteSchemaName } from 'bullmq';
import type { AddedJob, NewJob } from '../driver/queue-driver.js';
import { firstOfEach } from './add-jobs.js';
import { bullDataOf, bullOptionsOf } from './bull-job.js';
import { unusableError } from './driver-error.js';
import { directoryNameOf, lineId, lineNameOf, queueNameOf, type LineName } from './line-name.js';
import type { ProviderQueues } from './provider-queues.js';

/**
 * A transaction of Postgres as its library hands it over: a client of `pg`, TypeORM's `EntityManager` or `QueryRunner`,
 * or `query` around the raw queries of any other. Values are texts, in the places `$1`, `$2` …
 */
export interface PostgresTransaction {
  query(text: string, values: string[]): Promise<{ readonly rows: readonly unknown[] } | readonly unknown[]>;
}

/** BullMQ dates its jobs by the machine's clock. */
const machine = new SystemClock();

/**
 * Adds jobs in a transaction of the application's, by the functions that BullMQ's Postgres backend has in its schema:
 * they are the same that its own connections call. Throws a `QueueDriverError` for anything but a connection that has
 * begun a transaction.
 */
export async function addWithin(
  queues: ProviderQueues,
  transaction: unknown,
  jobs: readonly NewJob[],
): Promise<readonly AddedJob[]> {
  const { connections } = queues;
  const backend = connections.root();
  if (!(backend instanceof PostgresQueueBackend)) {
    throw unusableError('Redis takes no part in a transaction of a database: within() needs BullMQ on Postgres');
  }
  // The tables may have to be made, which the application's transaction should not wait for.
  await backend.waitUntilReady();
  const query = await queryOf(transaction);
  const schema = quoteSchemaName(await connections.schema());
  const known = await idsOf(query, schema, jobs);
  const fresh = firstOfEach(jobs).filter(({ id }) => !known.has(id));
  const entries = fresh.map((job) => ({ job, nonce: randomUUID() }));
  const announced = await announcedWithin(queues, fresh);
  if (entries.length > 0) {
    const added = JSON.stringify([...announced, ...entries.map(({ job, nonce }) => entryOf(job, nonce))]);
    await query(`SELECT ${schema}.add_flow($1::text::jsonb)`, added);
  }
  // Another transaction may have added a job of the same id since.
  const nonces = await noncesOf(query, schema, fresh);
  const isAdded = new Map(entries.map(({ job, nonce }) => [job, nonces.get(job.id) === nonce]));
  return jobs.map((job) => ({ id: job.id, added: isAdded.get(job) === true }));
}

type Query = (text: string, ...values: string[]) => Promise<readonly unknown[]>;

async function queryOf(transaction: unknown): Promise<Query> {
  const { query: given, totalCount } = Object(transaction) as { query?: unknown; totalCount?: unknown };
  if (typeof given !== 'function' || totalCount !== undefined) {
    throw unusableError('within() needs a client of pg that has begun a transaction, such as one of pool.connect()');
  }
  const query: Query = async (text, ...values) => {
    const result = await (transaction as PostgresTransaction).query(text, values);
    return 'rows' in result ? result.rows : result;
  };
  // The time at which the transaction began. Outside of one, each statement is a transaction of its own.
  const begun = async () => ((await query('SELECT now()::text AS begun'))[0] as { begun: string }).begun;
  if ((await begun()) === (await begun())) return query;
  throw unusableError('the client that within() was given is in no transaction');
}

/** A key is one job's whatever its priority: both lines of its tenant are looked at. */
async function idsOf(query: Query, schema: string, jobs: readonly NewJob[]): Promise<ReadonlySet<string>> {
  const keyed = jobs.filter(({ key }) => key !== undefined);
  if (keyed.length === 0) return new Set();
  const queues = keyed.flatMap((job) => [true, false].map((high) => queueNameOf({ ...lineNameOf(job), high })));
  const ids = keyed.map(({ id }) => id);
  const rows = await query(`SELECT id FROM ${standing(schema)}`, JSON.stringify(queues), JSON.stringify(ids));
  return new Set(rows.map((row) => (row as { id: string }).id));
}

async function noncesOf(query: Query, schema: string, jobs: readonly NewJob[]): Promise<ReadonlyMap<string, string>> {
  const queues = [...new Set(jobs.map((job) => queueNameOf(lineNameOf(job))))];
  const ids = jobs.map(({ id }) => id);
  const text = `SELECT id, data ->> 'nonce' AS nonce FROM ${standing(schema)}`;
  const rows = await query(text, JSON.stringify(queues), JSON.stringify(ids));
  return new Map((rows as readonly { id: string; nonce: string }[]).map(({ id, nonce }) => [id, nonce]));
}

/** The jobs of these queues and ids, each a list in JSON: libraries differ in how they send arrays. */
function standing(schema: string): string {
  const listed = (place: string) => `(SELECT jsonb_array_elements_text(${place}::text::jsonb))`;
  return `${schema}.job WHERE queue IN ${listed('$1')} AND id IN ${listed('$2')}`;
}

/**
 * Has other processes find the lines of these jobs. By a connection of BullMQ's own, as others that add for the same
 * new tenant would otherwise wait for the end of this transaction. Returns what has to be written in the transaction
 * instead, where the application's transactions may hold all connections that there are.
 */
async function announcedWithin(queues: ProviderQueues, jobs: readonly NewJob[]): Promise<readonly object[]> {
  const names = jobs.map(lineNameOf).filter((name) => queues.of(name.provider).lines.find(name) === undefined);
  const unknown = [...new Map(names.map((name) => [queueNameOf(name), name])).values()];
  if (queues.connections.isOfApplication) return unknown.map(directoryEntryOf);
  for (const name of unknown) await queues.of(name.provider).lines.open(name);
  return [];
}

function directoryEntryOf(name: LineName): object {
  const { provider, tenant, high } = name;
  const id = lineId(name);
  const data = JSON.stringify({ tenant, high });
  const opts = { jobId: id };
  return { queue: directoryNameOf(provider), id, name: 'line', data, opts, timestamp: machine.wallNow() };
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
