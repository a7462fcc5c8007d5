import { afterEach, describe, expect, it } from '@jest/globals';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import type { JobHandler } from '../jobs/job-handler.js';
import type { SyncJobData } from '../jobs/sync-job-data.js';
import { sqliteDriver } from '../sqlite/sqlite-driver.js';
import { createSyncQueue } from './create-sync-queue.js';
import { QueueFixture } from './queue.fixture.js';

/** A schema that answers as it is told to. */
function schemaOf(validate: (value: unknown) => unknown): StandardSchemaV1 {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as never } };
}

describe('odd input', () => {
  let fixture: QueueFixture;
  afterEach(() => fixture.stop());

  async function startWith(...given: Parameters<QueueFixture['on']>): Promise<void> {
    fixture = new QueueFixture();
    await fixture.on(...given).start();
  }

  it('is refused with the place of a value that JSON would not keep, before anything is written', async () => {
    await startWith('sync', async () => undefined);
    const { queue } = fixture;
    await expect(queue.add('crm', 'sync', { order: { total: Number.NaN } })).rejects.toThrow(
      "the payload of 'sync' is no JSON: payload.order.total: NaN given; expected plain data",
    );
    const jobs = [
      { name: 'sync', payload: 1 },
      { name: 'sync', payload: { tags: new Set() } },
    ] as const;
    await expect(queue.addAll('crm', jobs)).rejects.toThrow(/payload\.tags: an instance of Set/);
    expect(await queue.counts('crm')).toMatchObject({ waiting: 0, completed: 0 });
  });

  it('is refused where a payload fits its schema, and what JSON makes of it does not', async () => {
    let runs = 0;
    await startWith('dated', async () => runs++, { schema: z.object({ at: z.date() }) });
    await expect(fixture.queue.add('crm', 'dated', { at: new Date() })).rejects.toThrow(
      /payload of 'dated', as JSON keeps it, is not what its schema asks for: at: /,
    );
    expect(runs).toBe(0);
  });

  it('is kept as it was given: what the schema makes of it is made anew for each attempt', async () => {
    const seen: unknown[] = [];
    const schema = z.object({ at: z.coerce.date(), tags: z.array(z.string()).default([]) });
    await startWith('dated', async ({ payload }) => seen.push(payload), { schema });
    const { id } = await fixture.queue.add('crm', 'dated', { at: new Date(5) });
    await fixture.clock.advance('1s');
    expect(seen).toEqual([{ at: new Date(5), tags: [] }]);
    expect((await fixture.queue.get('crm', id))?.payload).toEqual({ at: '1970-01-01T00:00:00.005Z' });
  });

  it.each<[unknown, unknown, RegExp]>([
    [undefined, {}, /needs the names/],
    [7, {}, /needs the names/],
    ['a\ud800', {}, /of a job has characters/],
    ['sync', { delay: -1 }, /delay: -1 given; expected a duration/],
    ['sync', { delay: Number.NaN }, /delay: NaN given; expected a duration/],
    ['sync', { delay: Number.POSITIVE_INFINITY }, /delay: Infinity given; expected a duration/],
    ['sync', { delay: new Date(0) }, /delay: an instance of Date given; expected a duration/],
    ['sync', { delay: '3651d' }, /delay: .*expected a duration.* of at most 315360000000 ms/],
    ['sync', { priorty: 'high' }, /priorty: unknown option; did you mean 'priority'/],
    ['sync', { key: '' }, /key: '' given; expected text/],
    ['sync', { attempts: 0 }, /attempts: 0 given; expected a whole number from 1/],
  ])('is refused with what would be right: %j with %j', async (name, options, message) => {
    await startWith('sync', async () => undefined);
    await expect(fixture.queue.add('crm', name as string, {}, options as object)).rejects.toThrow(message);
  });

  it('may be the tenant of a job that has none, as its processor hands it on', async () => {
    const tenants: string[] = [];
    await startWith('sync', async ({ payload, tenant }) => {
      tenants.push(tenant);
      if (payload === 'first') await fixture.queue.add('crm', 'sync', 'second', { tenant });
    });
    await fixture.queue.add('crm', 'sync', 'first');
    await fixture.clock.advance('1s');
    expect(tenants).toEqual(['', '']);
    expect(await fixture.queue.list('crm', { state: 'completed', tenant: '' })).toHaveLength(2);
  });

  it('of an operator is refused: a misspelt selection would be that of all jobs', async () => {
    await startWith('sync', async () => undefined);
    const { queue } = fixture;
    await expect(queue.list('crm', { state: 'failed' as never })).rejects.toThrow(
      /list\('crm'\)\.state: 'failed' given; expected one of 'waiting', 'delayed'/,
    );
    await expect(queue.list('crm', undefined as never)).rejects.toThrow(/state/);
    await expect(queue.list('crm', { state: 'dead', limit: -1 })).rejects.toThrow(/limit: -1 given/);
    await expect(queue.replay('crm', { id: 'x' } as never)).rejects.toThrow(/id: unknown option; known are ids/);
    await expect(queue.replay('crm', { ids: 'x' as never })).rejects.toThrow(/ids: .*expected a list of ids/);
  });

  it('of the options is refused at the start: a misspelt provider would have the concurrency of all others', async () => {
    await startWith('sync', async () => undefined);
    const provider = (name: string) => {
      if (name === 'crm') return fixture.provider;
      throw new Error(`unknown provider '${name}'; known are crm`);
    };
    const queue = createSyncQueue(
      { driver: sqliteDriver({ file: ':memory:' }), concurrency: { cmr: 5 } },
      { provider },
    );
    await expect(queue.start([])).rejects.toThrow(/SyncQueue\.concurrency\.cmr: unknown provider 'cmr'; known are crm/);
    await queue.close();
    const drained = createSyncQueue({ driver: sqliteDriver({ file: ':memory:' }) }, { provider });
    await drained.start([]);
    for (const acted of [drained.drain('cmr'), drained.pause('cmr'), drained.resume('cmr'), drained.replay('cmr')]) {
      await expect(acted).rejects.toThrow("unknown provider 'cmr'");
    }
    await drained.close();
  });

  describe('of a schema', () => {
    const run: JobHandler['run'] = async () => 'done';

    it.each<[string, unknown]>([
      ['a promise', Promise.resolve({ value: 'made' })],
      ['a thenable', { then: (resolve: (value: unknown) => void) => resolve({ value: 'made' }) }],
    ])('that answers by %s is waited for', async (_, answer) => {
      const seen: unknown[] = [];
      await startWith('sync', async ({ payload }) => seen.push(payload), { schema: schemaOf(() => answer) });
      await fixture.queue.add('crm', 'sync', {});
      await fixture.clock.advance('1s');
      expect(seen).toEqual(['made']);
    });

    it('that never answers takes as long as the processor may, and is tried again', async () => {
      let isAsked = false;
      // The first answer is for the call that adds the job.
      const validate = () => (isAsked ? new Promise(() => undefined) : ((isAsked = true), { value: 1 }));
      await startWith('sync', run, { schema: schemaOf(validate), timeout: '5s', retry: { attempts: 2 } });
      const { id } = await fixture.queue.add('crm', 'sync', {});
      await fixture.clock.advance('1m');
      expect(await fixture.shown(id)).toBe('dead timed-out timed-out');
      expect(fixture.queue.snapshot()[0]).toMatchObject({ running: 0, overdue: 2 });
    });

    it('that throws is an error of the processor: the job is tried again', async () => {
      let asked = 0;
      const validate = () => {
        if (++asked === 2) throw new Error('the database of rules is away');
        return { value: 1 };
      };
      await startWith('sync', run, { schema: schemaOf(validate) });
      const { id } = await fixture.queue.add('crm', 'sync', {});
      await fixture.clock.advance('10s');
      expect(await fixture.shown(id)).toBe('completed failed');
    });
  });

  describe('of a processor', () => {
    it('is noted in few writes where it tells of its progress a hundred thousand times', async () => {
      const driver = sqliteDriver({ file: ':memory:' });
      const progress = driver.progress.bind(driver);
      let written = 0;
      driver.progress = (...given) => {
        written++;
        return progress(...given);
      };
      fixture = new QueueFixture({}, { driver });
      const run = async (job: SyncJobData) => {
        for (let row = 1; row <= 100_000; row++) void job.progress({ row });
      };
      await fixture.on('sync', run).start();
      const { id } = await fixture.queue.add('crm', 'sync', {});
      await fixture.clock.advance('1s');
      expect(await fixture.queue.get('crm', id)).toMatchObject({ state: 'completed', progress: { row: 100_000 } });
      expect(written).toBeLessThan(5);
    });

    it('ends no process where its progress cannot be written and is not waited for', async () => {
      const driver = sqliteDriver({ file: ':memory:' });
      driver.progress = () => Promise.reject(new Error('away'));
      fixture = new QueueFixture({}, { driver });
      let failed: unknown;
      const run = async (job: SyncJobData) => {
        void job.progress(1);
        failed = await job.progress(2).catch((error: unknown) => error);
        void job.progress(3);
      };
      await fixture.on('sync', run).start();
      const { id } = await fixture.queue.add('crm', 'sync', {});
      await fixture.clock.advance('1s');
      expect(await fixture.shown(id)).toBe('completed');
      expect(failed).toMatchObject({ message: 'away' });
    });

    it.each<[string, unknown, unknown]>([
      ['a bigint', 1n, expect.stringMatching(/^progress that is no JSON: .*BigInt/)],
      ['a function', () => 1, 'progress that is no JSON: a function'],
      ['not a number', Number.NaN, null],
      ['nothing', undefined, null],
      ['zero', 0, 0],
      ['megabytes', 'x'.repeat(300_000), 'progress of 300002 characters: 262144 are kept at most'],
    ])('is noted as far as it can be, and fails no job: %s', async (_, value, noted) => {
      await startWith('sync', async (job) => {
        await job.progress(value);
        return value;
      });
      const { id } = await fixture.queue.add('crm', 'sync', {});
      await fixture.clock.advance('1s');
      const job = await fixture.queue.get('crm', id);
      expect(job).toMatchObject({ state: 'completed', progress: noted });
      const result = typeof noted === 'string' ? noted.replace('progress', 'a result') : job?.result;
      expect(job?.result).toEqual(result);
    });
  });
});
