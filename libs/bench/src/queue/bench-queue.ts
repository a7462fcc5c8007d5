import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sqliteDriver } from '@breakwater/queue';
import { bullmqDriver } from '@breakwater/queue/bullmq';
import { serverOrReason, ServerUnavailableError, startRedis, type RedisServer } from '@breakwater/servers';
import { Redis } from 'ioredis';
import { median } from '../median.js';
import { runBareBullmq } from './bare-bullmq.js';
import { OtherRoute, p99Of } from './other-route.js';
import { QueueUnderTest, type Rates } from './queue-under-test.js';

const JOBS = 10_000;
const ROUNDS = 5;
const ROUTE_MS = 2000;
/** Jobs a second beside which the other routes of an application are to stay within twice their p99. */
const [ADDED, PROCESSED] = [5000, 2000];

/** Adds and processes jobs that do nothing: in SQLite, and in Redis beside BullMQ alone, by turns. */
export async function benchQueue(): Promise<void> {
  await benchSqlite();
  const server = await serverOrReason(startRedis);
  if (server instanceof ServerUnavailableError) return;
  try {
    await benchRedis(server);
  } finally {
    await server.stop();
  }
}

async function benchSqlite(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-bench-'));
  const queue = await QueueUnderTest.start(sqliteDriver({ file: join(folder, 'queue.sqlite') }));
  const paced = await QueueUnderTest.start(sqliteDriver({ file: join(folder, 'paced.sqlite') }), {
    // A limit with a burst is not used to the last token.
    limit: 1.1 * PROCESSED,
    per: '1s',
    burst: 20,
  });
  try {
    await queue.run(JOBS);
    const rounds: Rates[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await queue.run(JOBS));
    tell('SQLite', rounds);
    const reached: Pick<Rates, 'added' | 'processed'>[] = [];
    await benchRoute({
      'SQLite at full speed': () => queue.run(JOBS),
      'SQLite at the required rates': async () => reached.push(await paced.runAtPace(ADDED, ROUTE_MS)),
    });
    const [added, processed] = (['added', 'processed'] as const).map((what) => whole(medianOf(reached, what)));
    print(`  the required rates: ${added} jobs/s added in batches of 100 while ${processed} were processed`);
  } finally {
    await queue.close();
    await paced.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchRedis({ url }: RedisServer): Promise<void> {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const queue = await QueueUnderTest.start(bullmqDriver({ connection }));
  // Until the code is compiled.
  await queue.run(JOBS);
  await runBareBullmq(connection, JOBS);
  const ours: Rates[] = [];
  const bare: Rates[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await queue.run(JOBS));
    bare.push(await runBareBullmq(connection, JOBS));
  }
  const own = tell('Redis, bullmqDriver', ours);
  const alone = tell('Redis, BullMQ alone', bare);
  const ratio = (what: 'added' | 'processed') => (own[what] / alone[what]).toFixed(2);
  const cpu = (alone.cpuPerProcessed / own.cpuPerProcessed).toFixed(2);
  const least = (rounds: readonly Rates[]) => Math.min(...rounds.map(({ cpuPerProcessed }) => cpuPerProcessed));
  const best = (least(bare) / least(ours)).toFixed(2);
  print(
    `  beside BullMQ alone: ${ratio('added')} added, ${ratio('processed')} processed (by CPU ${cpu}, of the best rounds ${best})`,
  );
  await benchRoute({
    'Redis, bullmqDriver': () => queue.run(JOBS),
    'Redis, BullMQ alone': () => runBareBullmq(connection, JOBS),
  });
  await queue.close();
  connection.disconnect();
}

/** The p99 of a route of the same process while jobs are added and done, and without jobs, by turns. */
async function benchRoute(works: Readonly<Record<string, () => Promise<unknown>>>): Promise<void> {
  const route = await OtherRoute.start();
  const idle: number[] = [];
  const busy = new Map<string, number[]>(Object.keys(works).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    idle.push(...(await route.timesBeside(() => sleep(ROUTE_MS))));
    for (const [name, work] of Object.entries(works)) busy.get(name)!.push(...(await route.timesBeside(work)));
  }
  await route.close();
  const without = p99Of(idle);
  for (const [name, times] of busy) {
    const p99 = p99Of(times);
    print(
      `  another route beside ${name}, p99: ${p99.toFixed(2)} ms, without jobs ${without.toFixed(2)} ms: ${(p99 / without).toFixed(1)} ×`,
    );
  }
}

function tell(name: string, rounds: readonly Rates[]): Rates {
  const middle = (what: keyof Rates) => medianOf(rounds, what);
  const rates = {
    added: middle('added'),
    processed: middle('processed'),
    cpuPerAdded: middle('cpuPerAdded'),
    cpuPerProcessed: middle('cpuPerProcessed'),
  };
  const figure = (rate: number, cpu: number) => `${whole(rate).padStart(8)} jobs/s (${Math.round(cpu)} µs of CPU each)`;
  print(
    `${name.padEnd(24)} added in batches of 100: ${figure(rates.added, rates.cpuPerAdded)}, processed: ${figure(rates.processed, rates.cpuPerProcessed)}`,
  );
  return rates;
}

function medianOf<What extends keyof Rates>(rounds: readonly Pick<Rates, What>[], what: What): number {
  return median(rounds.map((each) => each[what]));
}

function whole(rate: number): string {
  return Math.round(rate).toLocaleString('en');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
