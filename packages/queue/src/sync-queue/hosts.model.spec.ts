import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProvider } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readJobOptions } from '../jobs/job-settings.js';
import type { SyncJobData } from '../jobs/sync-job-data.js';
import { sqliteDriver } from '../sqlite/sqlite-driver.js';
import { createSyncQueue } from './create-sync-queue.js';
import type { LiveSyncQueue } from './live-sync-queue.js';

/** `QUEUE_TIMES=10` tries ten times as many. */
const RUNS = 30 * Number(process.env['QUEUE_TIMES'] ?? 1);
const POLL_MS = 100;
const GRACE_MS = 2000;

const host = fc.nat(1);
const nth = fc.nat(9);
/** How long a job takes, and how: longer than the grace, or not at all. */
const takes = fc.constantFrom(0, 30, 700, 5000, 'fails' as const);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), host, takes }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('elapse' as const), ms: fc.constantFrom(0, 10, 90, 400, 3000) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('remove' as const, 'replay' as const), host, nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const), host }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), host }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Known {
  readonly id: string;
  readonly fails: boolean;
  replayed: number;
  removed: boolean;
}

/** Two hosts of one file on a clock that stands still between the steps, at the pace of one provider. */
class Hosts {
  private readonly clock = new TestClock();
  private readonly hosts: { readonly queue: LiveSyncQueue }[] = [];
  private readonly jobs: Known[] = [];
  private readonly running = new Set<string>();
  /** How often the processor of each was brought to its end. */
  private readonly ended = new Map<string, number>();
  private pausedAt: { readonly by: number; readonly at: number } | undefined;
  private readonly ends: Promise<unknown>[] = [];
  /** Noted here: a processor that throws has failed, and is called again. */
  private readonly wrong: string[] = [];

  constructor(private readonly file: string) {}

  async run(steps: readonly Step[]): Promise<void> {
    for (const at of [0, 1]) await this.start(at);
    for (const each of steps) await this.do(each);
    await this.finish();
  }

  private async do(each: Step): Promise<void> {
    switch (each.do) {
      case 'add':
        return this.add(each.host, each.takes);
      case 'elapse':
        return this.clock.advance(each.ms);
      case 'remove':
      case 'replay':
        return this.change(each.do, each.host, this.jobs[each.nth]);
      case 'pause':
        await this.queueOf(each.host).pause('crm');
        this.pausedAt = { by: each.host, at: this.clock.now() };
        return;
      case 'resume':
        this.pausedAt = undefined;
        return this.queueOf(each.host).resume('crm');
      case 'restart':
        return this.restart(each.host);
    }
  }

  private async start(at: number): Promise<void> {
    const { clock } = this;
    const provider = createProvider(
      'crm',
      { rateLimit: { limit: 4, per: '1s', burst: 1 } },
      { clock, trackCalls: true },
    );
    const driver = sqliteDriver({ file: this.file });
    const options = { driver, concurrency: 3, poll: POLL_MS, grace: GRACE_MS };
    const queue = createSyncQueue(options, { clock, random: () => 0.5, provider: () => provider });
    this.hosts[at] = { queue };
    const settings = readJobOptions({ retry: { attempts: 2, backoff: { initial: 50, max: 50 } } }, 'sync');
    const run = (job: SyncJobData) => this.process(at, queue, job);
    await queue.start([{ provider: 'crm', name: 'sync', schema: undefined, settings, run }]);
  }

  private async process(at: number, queue: LiveSyncQueue, { id, payload, signal }: SyncJobData): Promise<void> {
    const { pausedAt, wrong } = this;
    if (this.running.has(id)) wrong.push(`${id} is run by both`);
    if (this.hosts[at]?.queue !== queue) wrong.push(`${id} is begun by a host that is ending`);
    if (pausedAt?.by === at) wrong.push(`${id} is begun by the host that has paused`);
    if (pausedAt !== undefined && this.clock.now() - pausedAt.at > POLL_MS) wrong.push(`${id} is begun in a pause`);
    this.running.add(id);
    try {
      if (typeof payload === 'number') await this.clock.sleep(payload, signal);
      this.ended.set(id, (this.ended.get(id) ?? 0) + 1);
      if (payload === 'fails') throw new Error('it fails');
    } finally {
      this.running.delete(id);
    }
  }

  private async add(at: number, takesWhat: number | 'fails'): Promise<void> {
    const { id } = await this.queueOf(at).add('crm', 'sync', takesWhat);
    this.jobs.push({ id, fails: takesWhat === 'fails', replayed: 0, removed: false });
  }

  private async change(what: 'remove' | 'replay', at: number, job: Known | undefined): Promise<void> {
    if (job === undefined) return;
    const queue = this.queueOf(at);
    if (what === 'replay') job.replayed += await queue.replay('crm', { ids: [job.id] });
    else if (await queue.remove('crm', job.id)) job.removed = true;
  }

  private async restart(at: number): Promise<void> {
    const ending = this.queueOf(at);
    this.ends.push(ending.stop().then(() => ending.close()));
    await this.start(at);
  }

  private async finish(): Promise<void> {
    this.pausedAt = undefined;
    await this.queueOf(0).resume('crm');
    await this.clock.advance('2m');
    for (const { id, fails, replayed, removed } of this.jobs) {
      const ended = this.ended.get(id) ?? 0;
      const state = (await this.queueOf(1).get('crm', id))?.state;
      expect([id, state]).toEqual([id, removed ? undefined : fails ? 'dead' : 'completed']);
      expect(ended).toBeLessThanOrEqual(fails ? 2 * (replayed + 1) : 1);
      if (!removed) expect(ended).toBeGreaterThanOrEqual(1);
    }
    for (const { queue } of this.hosts) this.ends.push(queue.stop().then(() => queue.close()));
    await this.clock.advance('1m');
    await Promise.all(this.ends);
    expect([this.wrong, this.clock.pendingTimers()]).toEqual([[], 0]);
  }

  private queueOf(at: number): LiveSyncQueue {
    return this.hosts[at]!.queue;
  }
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it(`hosts that come and go, pause and replay do each job once, and none that is paused (${RUNS} runs)`, async () => {
  let made = 0;
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) =>
    new Hosts(join(folder, `queue-${made++}.sqlite`)).run(steps),
  );
  await expect(fc.assert(property, { numRuns: RUNS, endOnFailure: true })).resolves.toBeUndefined();
}, 600_000);
