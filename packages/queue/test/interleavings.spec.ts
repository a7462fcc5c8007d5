import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '@breakwater/core';
import {
  serverOrReason,
  ServerUnavailableError,
  startPostgres,
  startRedis,
  type PostgresServer,
  type RedisServer,
} from '@breakwater/servers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPostgresBackend } from 'bullmq';
import * as fc from 'fast-check';
import { bullmqDriver } from '../src/bullmq/bullmq-driver.js';
import type { JobAttempt } from '../src/driver/job.js';
import type { ClaimedJob, QueueDriver, Settlement } from '../src/driver/queue-driver.js';
import { sqliteDriver } from '../src/sqlite/sqlite-driver.js';

const redis = await serverOrReason(startRedis);
const postgres = await serverOrReason(startPostgres);

/** `QUEUE_TIMES=10` tries ten times as many. */
const TIMES = Number(process.env['QUEUE_TIMES'] ?? 1);
/** Longer than any run: a lease that ends in the middle of one is the contract's to try. */
const LEASE_MS = 600_000;
const JOBS = 6;

const host = fc.nat(1);
const nth = fc.nat(JOBS - 1);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), host, nth }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('claim' as const), host, limit: fc.integer({ min: 0, max: 3 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      nth,
      to: fc.constantFrom('completed', 'waiting', 'dead'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('settle again' as const), nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), host, nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replay' as const), host, nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const), host }) },
);
/** The steps of each list begin at the same time. */
const script = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 25 });
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Held {
  readonly host: number;
  readonly job: ClaimedJob;
  isSettling: boolean;
}

interface Seen {
  added: number;
  removed: number;
  buried: number;
  replayed: number;
  completed: number;
}

/** Two hosts of one queue, and all that they have been told of its jobs. */
class Hosts {
  private readonly provider = `crm-${randomUUID()}`;
  private readonly held = new Set<Held>();
  private readonly settled: Held[] = [];
  private readonly seen = new Map<string, Seen>();
  /** The hosts that have paused the provider, and have not seen it resumed. */
  private readonly paused = new Set<number>();
  private resumes = 0;

  constructor(
    private readonly drivers: readonly QueueDriver[],
    private readonly isOnPostgres: boolean,
  ) {}

  async run(steps: readonly (readonly Step[])[]): Promise<void> {
    for (const together of steps)
      await Promise.all(withoutTriples(together, this.isOnPostgres).map((each) => this.do(each)));
  }

  /** Has everything be done that is left, and compares what stands with what the hosts have been told. */
  async end(): Promise<void> {
    for (const at of this.drivers.keys()) await this.resume(at);
    for (;;) {
      for (const held of this.held) await this.settle(held, 'completed');
      for (const at of this.drivers.keys()) await this.claim(at, 3);
      const { waiting, active } = await this.drivers[0]!.counts(this.provider);
      if (waiting + active === 0) break;
    }
    const counts = await this.drivers[1]!.counts(this.provider);
    expect(counts).toMatchObject({ waiting: 0, delayed: 0, active: 0, paused: false });
    for (const [id, { added, removed, buried, replayed, completed }] of this.seen) {
      const state = (await this.drivers[1]!.get(this.provider, id))?.state;
      expect([id, added - removed]).toEqual([id, state === undefined ? 0 : 1]);
      expect([undefined, 'completed', 'dead']).toContain(state);
      expect(replayed).toBeLessThanOrEqual(buried);
      expect(completed).toBeLessThanOrEqual(added);
    }
  }

  private async do(step: Step): Promise<void> {
    switch (step.do) {
      case 'add':
        return this.add(step.host, `job-${step.nth}`);
      case 'claim':
        return this.claim(step.host, step.limit);
      case 'settle': {
        const free = [...this.held].filter(({ isSettling }) => !isSettling);
        const held = free[step.nth % Math.max(1, free.length)];
        return held && this.settle(held, step.to);
      }
      case 'settle again': {
        const held = this.settled[step.nth % Math.max(1, this.settled.length)];
        if (held !== undefined)
          expect(await this.drivers[held.host]!.settle([ending(held.job, 'completed')])).toEqual([false]);
        return;
      }
      case 'remove': {
        const id = `job-${step.nth}`;
        if (await this.drivers[step.host]!.remove(this.provider, id)) this.of(id).removed++;
        return;
      }
      case 'replay': {
        const id = `job-${step.nth}`;
        if (await this.drivers[step.host]!.replay(this.provider, id)) this.of(id).replayed++;
        return;
      }
      case 'pause':
        return this.pause(step.host);
      case 'resume':
        return this.resume(step.host);
    }
  }

  private async add(at: number, id: string): Promise<void> {
    const plain = {
      name: 'sync',
      tenant: '',
      payload: '{}',
      priority: 'normal',
      delayMs: 0,
      attempts: undefined,
    } as const;
    const [added] = await this.drivers[at]!.add([{ id, provider: this.provider, key: id, ...plain }]);
    if (added!.added) this.of(id).added++;
  }

  private async claim(at: number, limit: number): Promise<void> {
    const { resumes } = this;
    const isPaused = this.paused.has(at);
    const { jobs, paused } = await this.drivers[at]!.claim(this.provider, { limit, leaseMs: LEASE_MS });
    expect(jobs.length).toBeLessThanOrEqual(limit);
    if (isPaused && resumes === this.resumes) expect([jobs.length, paused]).toEqual([0, true]);
    for (const job of jobs) {
      const others = [...this.held].filter((held) => held.job.id === job.id && !held.isSettling);
      expect(others).toEqual([]);
      this.held.add({ host: at, job, isSettling: false });
    }
  }

  private async settle(held: Held, to: string): Promise<void> {
    held.isSettling = true;
    expect(await this.drivers[held.host]!.settle([ending(held.job, to)])).toEqual([true]);
    this.held.delete(held);
    this.settled.push(held);
    const seen = this.of(held.job.id);
    if (to === 'completed') seen.completed++;
    if (to === 'dead') seen.buried++;
  }

  private async pause(at: number): Promise<void> {
    const { resumes } = this;
    await this.drivers[at]!.pause(this.provider);
    if (resumes === this.resumes) this.paused.add(at);
  }

  private async resume(at: number): Promise<void> {
    this.paused.clear();
    this.resumes++;
    await this.drivers[at]!.resume(this.provider);
    // A pause that began meanwhile may have come before it.
    this.resumes++;
    this.paused.clear();
  }

  private of(id: string): Seen {
    let seen = this.seen.get(id);
    if (seen === undefined) this.seen.set(id, (seen = { added: 0, removed: 0, buried: 0, replayed: 0, completed: 0 }));
    return seen;
  }
}

function ending(job: ClaimedJob, to: string): Settlement {
  const history: JobAttempt = { at: 5, attempt: 1, failure: 'rejected', reason: 'HTTP 422' };
  if (to === 'dead') return { job, to, history };
  if (to === 'waiting') return { job, to, delayMs: 0, burnt: true, history };
  return { job, to: 'completed', result: undefined };
}

/**
 * Leaves out what BullMQ itself does not tell apart in one moment: which of two hosts has added a job that a third one
 * removes, and which of two has removed it; on Postgres, a claim of a job that is being removed, which is run, and
 * gone.
 */
function withoutTriples(together: readonly Step[], isOnPostgres: boolean): readonly Step[] {
  const others = together.filter((each) => each.do !== 'remove');
  const remove = together.find((each) => each.do === 'remove');
  if (remove === undefined || (isOnPostgres && others.some((each) => each.do === 'claim'))) return others;
  const adds = others.filter((each) => each.do === 'add' && each.nth === remove.nth);
  return adds.length < 2 ? [remove, ...others] : others;
}

const places: readonly (readonly [string, number, () => readonly QueueDriver[], unknown])[] = [
  ['SQLite', 300 * TIMES, onSqlite, undefined],
  ['BullMQ on Redis', 30 * TIMES, onRedis, redis],
  ['BullMQ on Postgres', 10 * TIMES, onPostgres, postgres],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  for (const server of [redis, postgres]) if (!(server instanceof ServerUnavailableError)) await server.stop();
});

function onSqlite(): readonly QueueDriver[] {
  return [0, 1].map(() => sqliteDriver({ file: join(folder, 'queue.sqlite') }));
}

function onRedis(): readonly QueueDriver[] {
  const connection = { host: '127.0.0.1', port: Number(new URL((redis as RedisServer).url).port) };
  return [0, 1].map(() => bullmqDriver({ connection }));
}

function onPostgres(): readonly QueueDriver[] {
  const connection = { connectionString: (postgres as PostgresServer).url, max: 4, migrate: true };
  return [0, 1].map(() => bullmqDriver({ connection, backend: createPostgresBackend }));
}

for (const [name, runs, driversOf, server] of places) {
  (server instanceof ServerUnavailableError ? it.skip : it)(
    `two hosts on ${name} hold no job both, lose none and bring none back, whatever they do at the same time (${runs} runs)`,
    async () => {
      const drivers = driversOf();
      for (const driver of drivers) await driver.open?.({ clock: new SystemClock(), leaseMs: LEASE_MS });
      const property = fc.asyncProperty(script, async (steps) => {
        const hosts = new Hosts(drivers, server === postgres);
        await hosts.run(steps);
        await hosts.end();
      });
      await fc.assert(property, { numRuns: runs, endOnFailure: true });
      for (const driver of drivers) await driver.close();
    },
    60_000 + runs * 2000,
  );
}
