import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  compileProcess,
  removeProcess,
  serverOrReason,
  ServerUnavailableError,
  startPostgres,
  startRedis,
  type PostgresServer,
  type RedisServer,
} from '@breakwater/servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { Pool } from 'pg';
import type { WorkerTask } from './worker.fixture.js';

/** `QUEUE_KILLS=10` is the full form. */
const KILLS = Number(process.env['QUEUE_KILLS'] ?? 2);
/** The jobs that a process has added, at least, before it is killed. */
const FEWEST = 5;

const redis = await serverOrReason(startRedis);
const postgres = await serverOrReason(startPostgres);

/** A third party that knows each effect by its idempotency key, and takes a moment for it. */
class Crm {
  readonly effects = new Map<string, string>();
  requests = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        this.requests++;
        const key = request.headers['idempotency-key'] as string;
        if (!this.effects.has(key)) this.effects.set(key, body);
        void sleep(5).then(() => response.end('ok'));
      });
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe('kill -9 at any moment', () => {
  let script: string;
  let folder: string;
  let crm: Crm;
  let providerUrl: string;
  const children = new Set<ChildProcess>();

  beforeAll(async () => {
    script = await compileProcess(new URL('worker.fixture.ts', import.meta.url));
  });
  afterAll(async () => {
    removeProcess(script);
    for (const server of [redis, postgres]) if (!(server instanceof ServerUnavailableError)) await server.stop();
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
    crm = new Crm();
    providerUrl = await crm.listen();
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    crm.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A process that works, and the lines that it writes. */
  function start(task: WorkerTask): { readonly child: ChildProcess; readonly lines: () => string[] } {
    const child = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.add(child);
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return { child, lines: () => text.split('\n').slice(0, -1) };
  }

  /** Kills processes at random moments. Returns the jobs that they had acknowledged. */
  async function killSome(task: Omit<WorkerTask, 'name' | 'adds'>): Promise<readonly string[]> {
    const acknowledged: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const kind = task.withOrders ? 'order' : 'job';
      const two = ['a', 'b'].map((name) => start({ ...task, name: `${kind}-${kill}${name}`, adds: 1e6 }));
      while (two.some(({ lines }) => lines().length < FEWEST)) await sleep(5);
      await sleep(Math.random() * 400);
      // One is killed, and the other works on for a while beside what it left.
      for (const { child, lines } of two) {
        child.kill('SIGKILL');
        await once(child, 'close');
        acknowledged.push(...lines());
        await sleep(Math.random() * 200);
      }
    }
    return acknowledged;
  }

  /** Has everything be done that is left. Returns the effects that the provider has seen. */
  async function drain(task: Omit<WorkerTask, 'name' | 'adds'>): Promise<readonly string[]> {
    const last = start({ ...task, name: 'last', adds: 0 });
    while (!last.lines().includes('drained')) await sleep(50);
    last.child.kill('SIGKILL');
    await once(last.child, 'close');
    expect(last.lines()).toEqual(['drained']);
    return [...crm.effects.values()].toSorted();
  }

  /** Where each driver keeps its jobs, and the orders beside them. */
  const places: readonly (readonly [WorkerTask['driver'], () => string, unknown])[] = [
    ['sqlite', () => join(folder, 'queue.sqlite'), undefined],
    ['redis', () => (redis as RedisServer).url, redis],
    ['postgres', () => (postgres as PostgresServer).url, postgres],
  ];

  for (const [driver, place, server] of places) {
    (server instanceof ServerUnavailableError ? it.skip : it)(
      `loses no job that was accepted, and makes no effect twice (${driver}, ${KILLS} kills)`,
      async () => {
        const task = { driver, place: place(), provider: 'crm', providerUrl, withOrders: false };
        const owed = await killSome(task);
        const done = await drain(task);
        expect(new Set(done).size).toBe(done.length);
        expect(owed.filter((id) => !done.includes(id))).toEqual([]);
      },
      600_000,
    );
  }

  it(`keeps orders and jobs that were added in one transaction, both or neither (sqlite, ${KILLS} kills)`, async () => {
    const place = join(folder, 'queue.sqlite');
    const db = new Database(place);
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE orders (id TEXT)');
    const task = { driver: 'sqlite', place, provider: 'crm-of-orders', providerUrl, withOrders: true } as const;
    const owed = await killSome(task);
    const done = await drain(task);
    const orders = db.prepare('SELECT id FROM orders').raw().all() as [string][];
    db.close();
    expect(owed.filter((id) => !done.includes(id))).toEqual([]);
    expect(done).toEqual(orders.flat().toSorted());
  }, 600_000);

  (postgres instanceof ServerUnavailableError ? it.skip : it)(
    `keeps orders and jobs that were added in one transaction, both or neither (postgres, ${KILLS} kills)`,
    async () => {
      const connectionString = (postgres as PostgresServer).url;
      const pool = new Pool({ connectionString });
      pool.on('error', () => undefined);
      await pool.query('CREATE TABLE orders (id text)');
      const task = {
        driver: 'postgres',
        place: connectionString,
        provider: 'crm-of-orders',
        providerUrl,
        withOrders: true,
      } as const;
      const owed = await killSome(task);
      const done = await drain(task);
      const { rows } = await pool.query<{ id: string }>('SELECT id FROM orders');
      await pool.end();
      expect(owed.filter((id) => !done.includes(id))).toEqual([]);
      expect(done).toEqual(rows.map(({ id }) => id).toSorted());
    },
    600_000,
  );
});
