import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider, type Store } from '@breakwater/core';
import { migrate, PostgresStore } from '@breakwater/postgres';
import { RedisStore } from '@breakwater/redis';
import { serverOrReason, ServerUnavailableError, startPostgres, startRedis } from '@breakwater/servers';
import { SqliteStore } from '@breakwater/sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import type { Raced } from './racer.fixture.js';
import { Racers, type Racer } from './racers.fixture.js';

const PROCESSES = 4;
/** In full (`npm run test:stores`): 300 keys with 32 racers, and eight times kill -9. */
const FULL = process.env['BREAKWATER_STORES'] === 'full';
const KEYS = FULL ? 300 : 60;
const KILLS = FULL ? 8 : 2;

/** A durable store: where processes find it, a look into it, and what is killed with -9 in the midst of writes. */
interface Durable {
  readonly name: string;
  readonly url: string;
  open(): Promise<{ readonly store: Store; close(): Promise<void> }>;
  kill(writers: readonly Racer[]): Promise<void>;
  stop(): Promise<void>;
}

const durables = (await Promise.all([sqlite(), redis(), postgres()])).filter((each) => each !== undefined);
let racers: Racers;

beforeAll(async () => {
  racers = await Racers.bundle();
});
afterAll(async () => {
  await racers.dispose();
  for (const { stop } of durables) await stop();
});

describe.each(durables.map((each) => [each.name, each] as const))('several processes on one %s', (name, durable) => {
  const job = { store: durable.url, keys: KEYS, racers: 8 } as const;

  it(`have one winner for each of ${KEYS} keys, among ${PROCESSES * 8} racers, and tell all losers of it`, async () => {
    const { answers } = await racers.together<readonly Raced[]>(PROCESSES, { ...job, task: 'race', run: randomUUID() });
    let wrong = 0;
    let empty = 0;
    for (let key = 0; key < KEYS; key++) {
      const raced = answers.map((answer) => answer[key]!);
      const won = raced.flatMap((each) => each.won);
      const told = new Set(raced.flatMap((each) => each.told));
      if (won.length !== 1 || told.size !== 1 || !told.has(won[0]!)) wrong++;
      empty += raced.reduce((sum, each) => sum + each.empty, 0);
    }
    say(
      `${name}: ${KEYS} keys, ${PROCESSES * 8} racers each in ${PROCESSES} processes: ${wrong} wrong, ${empty} empty`,
    );
    expect({ wrong, empty }).toEqual({ wrong: 0, empty: 0 });
  });

  it('run the method of two hundred calls with one key once, and give all of them its result', async () => {
    const charge = { ...job, task: 'charge', run: randomUUID(), racers: 50 } as const;
    const { answers, lines } = await racers.together<readonly string[]>(PROCESSES, charge);
    expect(lines).toHaveLength(1);
    expect(answers.flat()).toHaveLength(200);
    expect(new Set(answers.flat()).size).toBe(1);
  });

  it('ask a provider once for a thousand calls that miss the cache at once, and anew once one has invalidated', async () => {
    const find = { ...job, task: 'find', run: randomUUID(), racers: 500 } as const;
    const first = await racers.together<readonly string[]>(2, find);
    expect(first.lines).toHaveLength(1);
    expect(first.answers.flat()).toHaveLength(1000);
    expect(new Set(first.answers.flat()).size).toBe(1);
    expect((await racers.together(1, find)).lines).toEqual([]);
    const { store, close } = await durable.open();
    const cache = { ttl: '10m', shared: true } as const;
    await createProvider(`catalog-${find.run}`, { cache }, { store }).cache.invalidate({ tags: ['products'] });
    await close();
    expect((await racers.together(1, find)).lines).toHaveLength(1);
  });

  it('take over from one that dies while it asks a provider', async () => {
    const find = { ...job, run: randomUUID(), racers: 20 } as const;
    const dying = await racers.start({ ...find, task: 'hang' });
    while (dying.lines().length === 0) await sleep(5);
    const waiting = racers.together<readonly string[]>(1, { ...find, task: 'find' });
    await sleep(200);
    dying.child.kill('SIGKILL');
    const { answers, lines } = await waiting;
    expect(lines).toHaveLength(1);
    expect(new Set(answers.flat()).size).toBe(1);
    expect(answers.flat()[0]).not.toContain(String(dying.child.pid));
  });

  it(`lose no write that was acknowledged, in ${KILLS} times kill -9 under load`, async () => {
    let acknowledged = 0;
    const lost: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const write = { ...job, task: 'write', run: randomUUID() } as const;
      const writers = await Promise.all([racers.start(write), racers.start(write)]);
      while (writers.some(({ lines }) => lines().length < 50)) await sleep(5);
      await sleep(50 * kill);
      await durable.kill(writers);
      for (const { child, closed } of writers) await (child.kill('SIGKILL'), closed);
      const keys = writers.flatMap(({ lines }) => lines());
      const { store, close } = await durable.open();
      for (const key of keys) if ((await store.get(key))?.value !== key) lost.push(key);
      await close();
      acknowledged += keys.length;
    }
    say(`${name}: ${KILLS} times kill -9: ${acknowledged} acknowledged writes, ${lost.length} lost`);
    expect(lost).toEqual([]);
  });
});

/** Figures that are of interest where all of it is run. */
function say(figures: string): void {
  if (FULL) process.stderr.write(`${figures}\n`);
}

async function sqlite(): Promise<Durable> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-races-'));
  const file = join(folder, 'store.sqlite');
  return {
    name: 'SqliteStore',
    url: `sqlite:${file}`,
    open: async () => {
      const store = new SqliteStore({ file });
      return { store, close: () => store.close() };
    },
    // Its processes are the server.
    kill: async (writers) => {
      for (const { child } of writers) child.kill('SIGKILL');
    },
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Redis acknowledges what is in memory: durable it is with `appendfsync always`. */
async function redis(): Promise<Durable | undefined> {
  const server = await serverOrReason(() => startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] }));
  if (server instanceof ServerUnavailableError) return undefined;
  return {
    name: 'RedisStore',
    url: server.url,
    open: async () => {
      const client = new Redis(server.url);
      return { store: new RedisStore(client, { timeout: '30s' }), close: async () => client.disconnect() };
    },
    kill: () => server.restart('SIGKILL'),
    stop: () => server.stop(),
  };
}

async function postgres(): Promise<Durable | undefined> {
  const server = await serverOrReason(startPostgres);
  if (server instanceof ServerUnavailableError) return undefined;
  const open = async () => {
    const pool = new Pool({ connectionString: server.url, max: 4 });
    pool.on('error', () => undefined);
    return { pool, store: new PostgresStore(pool, { timeout: '30s' }), close: () => pool.end() };
  };
  const { pool, close } = await open();
  await migrate(pool);
  await close();
  return {
    name: 'PostgresStore',
    url: server.url,
    open,
    kill: () => server.restart('SIGKILL'),
    stop: () => server.stop(),
  };
}
