import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@breakwater/postgres';
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
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { mostInAnyWindow } from '../limits/strict-server.js';
import type { HostJob, HostReport } from './host.main.js';

let script: string;
const HOUR_MS = 3_600_000;
/** In full, how much of the limit is used counts as well: only a machine that has nothing else to do can say. */
const FULL = process.env['BREAKWATER_STORES'] === 'full';
const LIMIT = 200;
const PER_MS = FULL ? 4000 : 2000;
const FOR_MS = FULL ? 9000 : 4500;
/** A machine that has other things to do stops processes between a call's turn and its going out. */
const MARGIN_MS = FULL ? 50 : 500;
const LEAST_USED = FULL ? 0.85 : 0.5;
const LEAST_SHARE = FULL ? 0.02 : 0;

const redis = await serverOrReason(startRedis);
const postgres = await serverOrReason(startPostgres);

/** Rounds at most that use too little of the limit: a machine that has other things to do may spoil any number. */
const ROUNDS = FULL ? 6 : Infinity;
const LONGEST_MS = 600_000;

interface Place {
  readonly kind: HostJob['kind'];
  readonly at: string;
  /** Two of the hosts have clocks that are so far ahead. */
  readonly aheadMs: number;
  readonly leastShare: number;
}

/** Four processes of their own. */
async function fourHosts({ kind, at, aheadMs }: Place): Promise<readonly HostReport[]> {
  const children = [0, 1, 2, 3].map(() => fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  await Promise.all(children.map((child) => once(child, 'message')));
  return Promise.all(
    children.map(async (child, i) => {
      const times = { perMs: PER_MS, forMs: FOR_MS, marginMs: MARGIN_MS, aheadMs: i < 2 ? 0 : aheadMs };
      const job: HostJob = { kind, at, limit: LIMIT, ...times };
      child.send(job);
      const [report] = (await once(child, 'message')) as [HostReport];
      return report;
    }),
  );
}

interface Use {
  /** The most calls of any window. */
  readonly most: number;
  /** The share of the limit that was used. */
  readonly used: number;
  /** The least share that one host had. */
  readonly least: number;
}

/**
 * The first round that used enough, with the most calls of any window of any round. A round does not count in which the
 * machine was too slow for the store to answer in time: hosts then go by limits of their own.
 */
async function useOf(place: Place): Promise<Use> {
  let most = 0;
  for (let round = 1; ;) {
    const hosts = await fourHosts(place);
    if (hosts.some(({ wasApart }) => wasApart)) continue;
    const sent = hosts.flatMap((host) => host.sent).sort((a, b) => a - b);
    // The first of it is there at once.
    const used = ((sent.length - LIMIT) * PER_MS) / LIMIT / (sent.at(-1)! - sent[0]!);
    const each = hosts.map((host) => host.sent.length);
    const least = Math.min(...each) / sent.length;
    process.stderr.write(`${(100 * used).toFixed(1)} % of the limit used, by each: ${each.join(', ')}\n`);
    most = Math.max(most, mostInAnyWindow(sent, PER_MS));
    const isEnough = used >= LEAST_USED && least > place.leastShare;
    if (isEnough || round++ >= ROUNDS) return { most, used, least };
  }
}

describe('a limit that four processes share', () => {
  beforeAll(async () => {
    script = await compileProcess(new URL('host.main.ts', import.meta.url));
  });
  afterAll(async () => {
    removeProcess(script);
    for (const server of [redis, postgres]) if (!(server instanceof ServerUnavailableError)) await server.stop();
  });

  (redis instanceof ServerUnavailableError ? it.skip : it)(
    'is never exceeded, and used by each, over Redis, whatever time the hosts’ clocks show',
    async () => {
      const { most, used, least } = await useOf({
        kind: 'redis',
        at: (redis as RedisServer).url,
        aheadMs: HOUR_MS,
        leastShare: LEAST_SHARE,
      });
      expect(most).toBeLessThanOrEqual(LIMIT);
      expect(used).toBeGreaterThanOrEqual(LEAST_USED);
      expect(least).toBeGreaterThan(LEAST_SHARE);
    },
    LONGEST_MS,
  );

  (postgres instanceof ServerUnavailableError ? it.skip : it)(
    'is never exceeded, and used by each, over Postgres, whatever time the hosts’ clocks show',
    async () => {
      const { url } = postgres as PostgresServer;
      const pool = new Pool({ connectionString: url });
      await migrate(pool);
      await pool.end();
      const { most, used, least } = await useOf({
        kind: 'postgres',
        at: url,
        aheadMs: HOUR_MS,
        leastShare: LEAST_SHARE,
      });
      expect(most).toBeLessThanOrEqual(LIMIT);
      expect(used).toBeGreaterThanOrEqual(LEAST_USED);
      expect(least).toBeGreaterThan(LEAST_SHARE);
    },
    LONGEST_MS,
  );

  it(
    'is never exceeded, and used by each, over a file of SQLite',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
      const at = join(folder, 'store.sqlite');
      const { most, used, least } = await useOf({ kind: 'sqlite', at, aheadMs: 0, leastShare: 0 });
      expect(most).toBeLessThanOrEqual(LIMIT);
      expect(used).toBeGreaterThanOrEqual(LEAST_USED);
      // Whose turn it is with a file that is locked, the system decides, and not in turn.
      expect(least).toBeGreaterThan(0);
      rmSync(folder, { recursive: true, force: true });
    },
    LONGEST_MS,
  );
});
