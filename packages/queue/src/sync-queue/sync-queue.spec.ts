import { CONTRIBUTION } from '@breakwater/core/adapter';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import * as v from 'valibot';
import { z } from 'zod';
import type { QueueDriver } from '../driver/queue-driver.js';
import { SyncJobRejectedError } from '../jobs/job-errors.js';
import type { SyncJobData } from '../jobs/sync-job-data.js';
import { sqliteDriver } from '../sqlite/sqlite-driver.js';
import { QueueFixture } from './queue.fixture.js';

class HttpFailure extends Error {
  constructor(
    readonly status: number,
    readonly headers: Record<string, string> = {},
  ) {
    super(`HTTP ${status}`);
  }
  get response() {
    return { status: this.status, headers: this.headers };
  }
}

describe('SyncQueue', () => {
  let fixture: QueueFixture;
  afterEach(() => fixture.stop());

  async function startWith(...given: Parameters<QueueFixture['on']>): Promise<void> {
    fixture = new QueueFixture();
    await fixture.on(...given).start();
  }

  it('runs a job that was added, and keeps its result', async () => {
    const seen: SyncJobData[] = [];
    await startWith('order.created', async (job) => {
      seen.push(job);
      await job.progress({ done: 1 });
      return { contact: 'c-1' };
    });
    const { id, added } = await fixture.queue.add('crm', 'order.created', { order: 7 }, { tenant: 'acme' });
    expect(added).toBe(true);
    await fixture.clock.advance('1s');
    expect(seen[0]).toMatchObject({
      id,
      payload: { order: 7 },
      tenant: 'acme',
      attempt: 1,
      lost: 0,
      idempotencyKey: id,
    });
    expect(await fixture.queue.get('crm', id)).toMatchObject({
      state: 'completed',
      result: { contact: 'c-1' },
      progress: { done: 1 },
    });
    expect(fixture.events.types).toEqual(['queue.completed']);
  });

  it('drops a second job of the same key, whose idempotency key is the same in every process', async () => {
    let runs = 0;
    await startWith('order.created', async () => runs++);
    const first = await fixture.queue.add('crm', 'order.created', 1, { key: 'order-7' });
    const second = await fixture.queue.add('crm', 'order.created', 2, { key: 'order-7' });
    const other = await fixture.queue.add('crm', 'order.created', 2, { key: 'order-7', tenant: 'b' });
    expect([first.added, second.added, other.added]).toEqual([true, false, true]);
    expect(second.id).toBe(first.id);
    expect(first.id).toMatch(/^[\w-]{22}$/);
    await fixture.clock.advance('1s');
    expect(runs).toBe(2);
  });

  it('tries a job again after a backoff, and completes it with the attempts in its history', async () => {
    const at: number[] = [];
    await startWith('sync', async ({ attempt }) => {
      at.push(fixture.clock.now());
      if (attempt < 3) throw new HttpFailure(503);
    });
    const { id } = await fixture.queue.add('crm', 'sync', {});
    await fixture.clock.advance('10s');
    expect(at.length).toBe(3);
    // Full jitter at one half: 500 ms after the first, and 1 s after the second.
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(500);
    expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(1000);
    expect(await fixture.shown(id)).toBe('completed failed failed');
  });

  it('buries a poison job after its attempts, and replays it when it is asked to', async () => {
    let isMended = false;
    await startWith(
      'sync',
      async () => {
        if (!isMended) throw new TypeError('cannot read properties of undefined');
      },
      { retry: { attempts: 3 } },
    );
    const { id } = await fixture.queue.add('crm', 'sync', { order: 7 });
    await fixture.clock.advance('1m');
    expect(await fixture.shown(id)).toBe('dead failed failed failed');
    const [dead] = await fixture.queue.list('crm', { state: 'dead' });
    expect(dead).toMatchObject({ id, payload: { order: 7 }, attempt: 3 });
    expect(dead?.history[0]?.reason).toBe('cannot read properties of undefined');
    expect(fixture.events.ofType('queue.dead')[0]?.detail).toMatchObject({ id, attempt: 3, failure: 'failed' });

    const contribution = fixture.queue[CONTRIBUTION];
    contribution.queues!();
    await fixture.clock.advance('1ms');
    const [shown] = contribution.queues!();
    expect(shown).toMatchObject({ name: 'crm', dead: 1, deadLetters: [{ id, job: 'sync' }] });

    isMended = true;
    expect(await fixture.queue.replay('crm')).toBe(1);
    await fixture.clock.advance('1s');
    expect(await fixture.shown(id)).toBe('completed failed failed failed');
  });

  it('buries at once what the provider refuses for good, and what the processor rejects', async () => {
    await startWith('sync', async ({ payload }) => {
      throw payload === 'refused' ? new HttpFailure(422) : new SyncJobRejectedError('no such customer');
    });
    const refused = await fixture.queue.add('crm', 'sync', 'refused');
    const rejected = await fixture.queue.add('crm', 'sync', 'rejected');
    await fixture.clock.advance('1s');
    expect(await fixture.shown(refused.id)).toBe('dead rejected');
    expect(await fixture.shown(rejected.id)).toBe('dead rejected');
  });

  it('has the last word on another attempt with retry.when', async () => {
    await startWith('sync', () => Promise.reject(new HttpFailure(404)), {
      retry: { attempts: 2, when: ({ ok }) => !ok },
    });
    const { id } = await fixture.queue.add('crm', 'sync', {});
    await fixture.clock.advance('1m');
    expect(await fixture.shown(id)).toBe('dead failed failed');
  });

  it('ends a processor that never returns, tries again, and buries the job in the end', async () => {
    const signals: AbortSignal[] = [];
    await startWith(
      'sync',
      ({ signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
      { timeout: '5s', retry: { attempts: 2 } },
    );
    const { id } = await fixture.queue.add('crm', 'sync', {});
    await fixture.clock.advance('1m');
    expect(await fixture.shown(id)).toBe('dead timed-out timed-out');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(fixture.queue.snapshot()[0]).toMatchObject({ overdue: 2, running: 0, buried: 1 });
  });

  it('keeps a job whose name no processor knows, tries again later, and shows it among the dead', async () => {
    await startWith('other', async () => undefined);
    const { id } = await fixture.queue.add('crm', 'from.the.next.release', {});
    await fixture.clock.advance('400ms');
    expect(await fixture.shown(id)).toBe('delayed unknown-job');
    await fixture.clock.advance('40m');
    expect(await fixture.shown(id)).toMatch(/^delayed( unknown-job)+$/);
    await fixture.clock.advance('20m');
    expect(await fixture.shown(id)).toMatch(/^dead( unknown-job){20}$/);
    expect((await fixture.queue.get('crm', id))?.history[0]?.reason).toContain(
      "no processor for 'from.the.next.release'",
    );
  });

  it('has a job keep its attempts for the release that knows its name, however few it has', async () => {
    const database = new Database(':memory:');
    fixture = new QueueFixture({}, { driver: sqliteDriver({ database }) });
    await fixture.on('other', async () => undefined).start();
    const { id } = await fixture.queue.add('crm', 'from.the.next.release', {}, { attempts: 1 });
    await fixture.clock.advance('5m');
    const waiting = await fixture.queue.get('crm', id);
    expect(waiting).toMatchObject({ state: 'delayed', attempt: 0 });
    expect(fixture.events.ofType('queue.failed').map(({ detail }) => detail.failure)).toContain('unknown-job');
    await fixture.stop();
    fixture = new QueueFixture({}, { driver: sqliteDriver({ database }) });
    const attempts: number[] = [];
    const seen = async ({ attempt }: SyncJobData) => attempts.push(attempt);
    await fixture.on('from.the.next.release', seen).start();
    // The clock of the next fixture begins anew.
    await fixture.clock.advance('30m');
    expect(attempts).toEqual([1]);
    expect(await fixture.shown(id)).toMatch(/^completed( unknown-job)+$/);
  });

  describe.each([
    ['Zod', z.object({ order: z.number(), at: z.string().transform((text) => text.length) })],
    [
      'Valibot',
      v.object({
        order: v.number(),
        at: v.pipe(
          v.string(),
          v.transform((text) => text.length),
        ),
      }),
    ],
  ])('with a schema of %s', (_, schema) => {
    it('refuses a payload where it is added, and hands the processor what the schema makes of it', async () => {
      const seen: unknown[] = [];
      await startWith('sync', async ({ payload }) => seen.push(payload), { schema });
      await expect(fixture.queue.add('crm', 'sync', { order: 'seven', at: 'x' })).rejects.toThrow(/'sync'.*order: /);
      await fixture.queue.add('crm', 'sync', { order: 7, at: 'abc' });
      await fixture.clock.advance('1s');
      expect(seen).toEqual([{ order: 7, at: 3 }]);
    });

    it('buries a payload that another process has added, before it costs a call', async () => {
      let runs = 0;
      fixture = new QueueFixture({ rateLimit: { limit: 10, per: '1s' } });
      await fixture.on('sync', async () => runs++, { schema }).start();
      const job = { provider: 'crm', name: 'sync', tenant: '', key: undefined, priority: 'normal' } as const;
      await fixture.driver.add([{ ...job, id: 'foreign', payload: '{"order":"x"}', delayMs: 0, attempts: undefined }]);
      await fixture.clock.advance('1s');
      expect(await fixture.shown('foreign')).toBe('dead invalid-payload');
      expect(runs).toBe(0);
      expect(fixture.provider.rateLimit?.snapshot().admitted).toBe(0);
    });
  });

  it('refuses what cannot be added, and says why', async () => {
    await startWith('sync', async () => undefined);
    const { queue } = fixture;
    await expect(queue.add('crm', 'sync', undefined)).rejects.toThrow(/no JSON/);
    await expect(queue.add('crm', '', {})).rejects.toThrow(/names/);
    await expect(queue.add('crm', 'sync', {}, { delay: 'soon' as never })).rejects.toThrow(
      /delay.*expected a duration/,
    );
    await expect(queue.add('crm', 'sync', {}, { tenant: 'a\0b' })).rejects.toThrow(/of a job has characters/);
    expect(await queue.counts('crm')).toMatchObject({ waiting: 0, delayed: 0 });
  });

  describe('attempted', () => {
    it('resolves with a job as soon as an attempt at it has ended, however seldom the queue is polled', async () => {
      fixture = new QueueFixture({}, { poll: '1h' });
      await fixture
        .on('sync', async ({ payload }) => {
          await fixture.clock.sleep(300);
          if (payload === 'fails') throw new HttpFailure(503);
        })
        .start();
      for (const [payload, state] of [
        ['works', 'completed'],
        ['fails', 'delayed'],
      ]) {
        const { id } = await fixture.queue.add('crm', 'sync', payload);
        const attempted = fixture.queue.attempted('crm', id);
        await fixture.clock.advance('301ms');
        expect(await attempted).toMatchObject({ id, state });
        expect(await fixture.queue.attempted('crm', id)).toMatchObject({ state });
      }
      expect(await fixture.queue.attempted('crm', 'unknown')).toBeUndefined();
    });

    it('waits for no provider that is down, and no longer than it is told to', async () => {
      fixture = new QueueFixture({ circuitBreaker: { window: { consecutive: 1 }, openFor: '1m' } });
      await fixture
        .on('fails', () => Promise.reject(new HttpFailure(503)))
        .on('hangs', ({ signal }) => fixture.clock.sleep(30_000, signal))
        .start();
      const { id: hangs } = await fixture.queue.add('crm', 'hangs', {});
      const waited = fixture.queue.attempted('crm', hangs, { upTo: '2s' });
      await fixture.clock.advance('2s');
      expect(await waited).toMatchObject({ state: 'active' });
      const { id } = await fixture.queue.add('crm', 'fails', {});
      await fixture.clock.advance('1ms');
      const { id: late } = await fixture.queue.add('crm', 'fails', {});
      expect(await fixture.queue.attempted('crm', late)).toMatchObject({ state: 'waiting' });
      expect(await fixture.shown(id)).toBe('delayed failed');
      const aborted = fixture.queue.attempted('crm', hangs, { signal: AbortSignal.abort(new Error('gone')) });
      await expect(aborted).rejects.toThrow('gone');
    });

    it('waits no longer once the queue begins no job any more, as at the end of an application', async () => {
      fixture = new QueueFixture({}, { concurrency: 1 });
      await fixture.on('hangs', ({ signal }) => fixture.clock.sleep(300, signal)).start();
      await fixture.queue.add('crm', 'hangs', {});
      const { id } = await fixture.queue.add('crm', 'hangs', {});
      const waiting = fixture.queue.attempted('crm', id);
      await fixture.clock.advance('1ms');
      const stopped = fixture.queue.stop();
      expect(await waiting).toMatchObject({ state: 'waiting' });
      const { id: late } = await fixture.queue.add('crm', 'hangs', {});
      expect(await fixture.queue.attempted('crm', late)).toMatchObject({ state: 'waiting' });
      await fixture.clock.advance('300ms');
      expect(await stopped).toBe(0);
    });

    it('sees an attempt that another process has made', async () => {
      const driver = sqliteDriver({ file: ':memory:' });
      fixture = new QueueFixture({}, { driver, work: false });
      await fixture.start();
      const { id } = await fixture.queue.add('crm', 'sync', {});
      const attempted = fixture.queue.attempted('crm', id);
      await fixture.clock.advance('400ms');
      const { jobs } = await driver.claim('crm', { limit: 1, leaseMs: 1000 });
      await driver.settle(jobs.map((job) => ({ job, to: 'completed', result: undefined })));
      await fixture.clock.advance('300ms');
      expect(await attempted).toMatchObject({ state: 'completed' });
    });
  });

  it('waits for the delay of a job, and knows when it runs next', async () => {
    const at: number[] = [];
    await startWith('sync', async () => at.push(fixture.clock.now()));
    const { id } = await fixture.queue.add('crm', 'sync', {}, { delay: '5s' });
    const job = await fixture.queue.get('crm', id);
    expect(job).toMatchObject({ state: 'delayed', nextRunAt: job!.addedAt + 5000 });
    await fixture.clock.advance('10s');
    expect(at).toEqual([5000]);
  });

  it('pauses and resumes, and is drained once nothing waits', async () => {
    let runs = 0;
    await startWith('sync', async () => runs++);
    await fixture.queue.pause('crm');
    await fixture.queue.addAll(
      'crm',
      [1, 2, 3].map((payload) => ({ name: 'sync', payload })),
    );
    await fixture.clock.advance('10s');
    expect(runs).toBe(0);
    expect(fixture.queue.snapshot()[0]).toMatchObject({ held: 'paused' });
    const drained = fixture.queue.drain('crm');
    await fixture.queue.resume('crm');
    await fixture.clock.advance('1s');
    await drained;
    expect(runs).toBe(3);
    expect(fixture.events.types.slice(0, 2)).toEqual(['queue.held', 'queue.resumed']);
  });

  it('is counted the more seldom for a drain the longer that takes', async () => {
    const clock = new TestClock();
    const driver = sqliteDriver({ file: ':memory:' });
    const countedAt: number[] = [];
    const slow = Object.create(driver, {
      counts: {
        value: async (provider: string) => {
          countedAt.push(clock.now());
          await clock.sleep(500);
          return driver.counts(provider);
        },
      },
    }) as QueueDriver;
    fixture = new QueueFixture({}, { driver: slow }, clock);
    await fixture.on('sync', () => clock.sleep(8000)).start();
    await fixture.queue.add('crm', 'sync', {});
    const drained = fixture.queue.drain('crm');
    await clock.advance('20s');
    await drained;
    expect(countedAt).toEqual([0, 5500, 11_000]);
  });

  it('adds a job by its cron pattern, once for all processes', async () => {
    const keys: unknown[] = [];
    const schedule = { cron: '0 3 * * *', timeZone: 'Europe/Berlin', payload: { full: true } };
    fixture = new QueueFixture({}, { poll: '10m' });
    await fixture.on('nightly', async ({ payload }) => keys.push(payload), { schedule }).start();
    await fixture.clock.advance('23h');
    expect(keys).toEqual([{ full: true }]);
    await fixture.clock.advance('24h');
    expect(keys).toHaveLength(2);
    expect(fixture.clock.pendingTimers()).toBeLessThan(4);
  });

  it('lets what is under way be done at the end, and sends back what outlasts the grace', async () => {
    fixture = new QueueFixture({}, { grace: '2s' });
    await fixture.on('sync', ({ payload, signal }) => fixture.clock.sleep(payload as number, signal)).start();
    const short = await fixture.queue.add('crm', 'sync', 1500);
    const long = await fixture.queue.add('crm', 'sync', 60_000);
    await fixture.clock.advance('100ms');
    const stopped = fixture.queue.stop();
    const late = await fixture.queue.add('crm', 'sync', 1);
    await fixture.clock.advance('3s');
    expect(await stopped).toBe(1);
    expect(await fixture.shown(short.id)).toBe('completed');
    expect(await fixture.shown(long.id)).toMatch(/^delayed$|^waiting$/);
    expect((await fixture.queue.get('crm', long.id))?.attempt).toBe(0);
    expect(await fixture.shown(late.id)).toBe('waiting');
  });
});
