import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider, type Store } from '@breakwater/core';

/** A task of a process of its own with a store. */
export interface Job {
  readonly task: 'race' | 'charge' | 'write' | 'find' | 'hang';
  /** `sqlite:FILE`, `redis://…` or `postgres://…`. */
  readonly store: string;
  /** Tells the keys of one run from those of another. */
  readonly run: string;
  readonly keys: number;
  /** How many at once race for each key in this process. */
  readonly racers: number;
}

/** The outcome of a race for one key: what was won here, and whom the others were told of. */
export interface Raced {
  readonly won: readonly string[];
  readonly told: readonly string[];
  /** Losers that were told of no winner. */
  readonly empty: number;
}

/** The answer of a process at the end of a task, and how many lines it has written before. */
export interface Finished {
  readonly answer: unknown;
  readonly written: number;
}

const stores = new Map<string, Promise<Store>>();
let written = 0;

function write(line: string): void {
  writeSync(1, `${line}\n`);
  written++;
}

/** Loads no more than the store needs: loading is most of what a process does. */
async function openStore(url: string): Promise<Store> {
  if (url.startsWith('sqlite:')) {
    return new (await import('@breakwater/sqlite')).SqliteStore({ file: url.slice('sqlite:'.length) });
  }
  if (url.startsWith('redis:')) {
    const [{ RedisStore }, { default: redis }] = await Promise.all([import('@breakwater/redis'), import('ioredis')]);
    const client = new redis.Redis(url);
    client.on('error', () => undefined);
    return new RedisStore(client, { timeout: '30s' });
  }
  const [{ PostgresStore }, { default: pg }] = await Promise.all([import('@breakwater/postgres'), import('pg')]);
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  // An idle connection that the server ends is no failure of any operation.
  pool.on('error', () => undefined);
  return new PostgresStore(pool, { timeout: '30s' });
}

async function race(store: Store, { run, keys, racers }: Job): Promise<readonly Raced[]> {
  const raced: Raced[] = [];
  for (let key = 0; key < keys; key++) {
    const results = await Promise.all(
      Array.from({ length: racers }, (_, racer) =>
        store.put(`${run} ${key}`, `${process.pid}.${racer}`, { ttlMs: 600_000, if: 'absent', pending: true }),
      ),
    );
    const won = results.flatMap((result) => ('written' in result ? [result.written.value] : []));
    const told = results.flatMap((result) => ('standing' in result && result.standing ? [result.standing.value] : []));
    raced.push({ won, told: [...new Set(told)], empty: racers - won.length - told.length });
  }
  return raced;
}

/** Calls with one key; each run of their method is a line of output. */
async function charge(store: Store, { run, racers }: Job): Promise<readonly string[]> {
  const provider = createProvider('payments', { idempotency: { wait: '60s' } }, { store });
  const work = async () => {
    write(`ran in ${process.pid}`);
    await sleep(200);
    return `receipt of ${process.pid}`;
  };
  const order = { operation: 'charge', idempotencyKey: run };
  return Promise.all(Array.from({ length: racers }, () => provider.execute(work, order)));
}

/** Writes one key after the other, each racer its own, and says so once that is acknowledged, until it is killed. */
async function fill(store: Store, { run, racers }: Job): Promise<never> {
  const writer = async (racer: number) => {
    for (let i = 0; ; i++) {
      const key = `${run} ${process.pid} ${racer} ${i}`;
      try {
        const result = await store.put(key, key, { ttlMs: 600_000, if: 'absent' });
        if ('written' in result) write(key);
      } catch {
        await sleep(20);
      }
    }
  };
  await Promise.all(Array.from({ length: racers }, (_, racer) => writer(racer)));
  throw new Error('writers do not end');
}

/** Asks a cache that processes share; each call to the provider is a line of output. */
async function find(store: Store, { run, racers }: Job, takesMs = 200): Promise<readonly string[]> {
  const cache = { ttl: '10m', tags: ['products'], shared: { lease: '1s' } } as const;
  const provider = createProvider(`catalog-${run}`, { cache }, { store });
  const work = async () => {
    write(`asked by ${process.pid}`);
    await sleep(takesMs);
    return `answer to ${process.pid}`;
  };
  const product = { operation: 'find', args: [1] };
  return Promise.all(Array.from({ length: racers }, () => provider.execute(work, product)));
}

/** The same, of a provider that does not answer. */
function hang(store: Store, job: Job): Promise<readonly string[]> {
  return find(store, job, 600_000);
}

const tasks = { race, charge, write: fill, find, hang };

async function work(job: Job): Promise<void> {
  const opening = stores.get(job.store) ?? openStore(job.store);
  stores.set(job.store, opening);
  const answer = await tasks[job.task](await opening, job);
  process.send!({ answer, written } satisfies Finished);
}

process.on('message', (job: Job) => void work(job));
process.send!('ready');
