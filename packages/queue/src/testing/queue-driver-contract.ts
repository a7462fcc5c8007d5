import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestRunner } from '@breakwater/core/testing';
import { HISTORY_LENGTH, type JobAttempt } from '../driver/job.js';
import type { ClaimedJob, NewJob, QueueDriver } from '../driver/queue-driver.js';

/** An open driver under test, and how time passes for it: a fake clock advances, a real one is waited for. */
export interface QueueDriverUnderTest {
  readonly driver: QueueDriver;
  elapse(ms: number): Promise<void>;
}

const LEASE = { leaseMs: 60_000 };

/** The surroundings of a test: the driver, a provider of its own, and helpers around both. */
class Bench {
  readonly provider = `crm-${randomUUID().slice(0, 8)}`;
  private made = 0;

  constructor(
    readonly driver: QueueDriver,
    readonly elapse: QueueDriverUnderTest['elapse'],
  ) {}

  job(given: Partial<NewJob> = {}): NewJob {
    const id = `job-${this.made++}`;
    const { provider } = this;
    const plain = { name: 'order.created', tenant: '', key: undefined, payload: '{}', priority: 'normal' } as const;
    return { id, provider, ...plain, delayMs: 0, attempts: undefined, ...given };
  }

  async add(...given: readonly Partial<NewJob>[]): Promise<readonly string[]> {
    return (await this.driver.add(given.map((each) => this.job(each)))).map(({ id }) => id);
  }

  async claim(limit = 1, leaseMs = LEASE.leaseMs): Promise<readonly ClaimedJob[]> {
    return (await this.driver.claim(this.provider, { limit, leaseMs })).jobs;
  }

  async claimOne(leaseMs?: number): Promise<ClaimedJob> {
    const [job] = await this.claim(1, leaseMs);
    assert.ok(job, 'there is nothing to claim');
    return job;
  }

  async complete(...jobs: readonly ClaimedJob[]): Promise<readonly boolean[]> {
    return this.driver.settle(jobs.map((job) => ({ job, to: 'completed', result: undefined }) as const));
  }

  async state(id: string): Promise<string | undefined> {
    return (await this.driver.get(this.provider, id))?.state;
  }
}

/**
 * The contract of every driver of the queue, as tests for the runner whose `describe` and `it` are handed over. `make`
 * returns an open driver whose other jobs do no harm; it is closed at the end of each test.
 */
export function queueDriverContract(
  make: () => Promise<QueueDriverUnderTest>,
  { describe, it }: TestRunner = globalThis as unknown as TestRunner,
): void {
  const test = (name: string, body: (bench: Bench) => Promise<void>) =>
    it(name, async () => {
      const { driver, elapse } = await make();
      try {
        await body(new Bench(driver, elapse));
      } finally {
        await driver.close();
      }
    });

  describe('queue driver contract', () => {
    test('hands out what was added, oldest first, and each job to one worker', async (bench) => {
      const ids = await bench.add({}, {}, {});
      const racers = await Promise.all([bench.claim(), bench.claim(), bench.claim(), bench.claim()]);
      assert.deepEqual(
        racers
          .flat()
          .map(({ id }) => id)
          .sort(),
        [...ids].sort(),
      );
      assert.deepEqual((await bench.claim()).length, 0);
    });

    test('keeps every field of a job', async (bench) => {
      const payload = '{"a":[1,"ü €\\u0000"],"b":null}';
      await bench.add({ id: 'one', name: 'n.ä', tenant: 't ü', key: 'k', payload, attempts: 7 });
      const claimed = await bench.claimOne();
      const { provider, name, tenant, attempts, attempt, lost } = claimed;
      assert.deepEqual(
        { provider, name, tenant, attempts, attempt, lost, payload: JSON.parse(claimed.payload) as unknown },
        {
          provider: bench.provider,
          name: 'n.ä',
          tenant: 't ü',
          attempts: 7,
          attempt: 0,
          lost: 0,
          payload: JSON.parse(payload) as unknown,
        },
      );
      const job = await bench.driver.get(bench.provider, 'one');
      assert.equal(job?.key, 'k');
      assert.equal(job.priority, 'normal');
      assert.deepEqual(job.payload, JSON.parse(payload));
    });

    test('knows a job by its id: a second one is dropped while the first is known', async (bench) => {
      const first = bench.job({ id: 'same', key: 'same', payload: '1' });
      const second = { ...first, payload: '2' };
      assert.deepEqual(await bench.driver.add([first]), [{ id: 'same', added: true }]);
      assert.deepEqual(await bench.driver.add([second]), [{ id: 'same', added: false }]);
      const claimed = await bench.claimOne();
      assert.equal(claimed.payload, '1');
      assert.deepEqual(await bench.driver.add([second]), [{ id: 'same', added: false }]);
      await bench.complete(claimed);
      assert.deepEqual(await bench.driver.add([second]), [{ id: 'same', added: false }]);
      assert.equal((await bench.claim()).length, 0);
    });

    test('has the tenants take turns, however many jobs each has', async (bench) => {
      await bench.add(...Array.from({ length: 20 }, () => ({ tenant: 'a' })));
      await bench.add({ tenant: 'b' }, { tenant: 'b' }, { tenant: 'c' }, { tenant: 'c' });
      const claimed = [...(await bench.claim(3)), ...(await bench.claim(3))].map(({ tenant }) => tenant);
      assert.deepEqual(claimed.sort(), ['a', 'a', 'b', 'b', 'c', 'c']);
    });

    test('goes by priority within a tenant', async (bench) => {
      const [low, normal, high] = await bench.add({ priority: 'low' }, {}, { priority: 'high' });
      assert.deepEqual(
        [...(await bench.claim(1)), ...(await bench.claim(1)), ...(await bench.claim(1))].map(({ id }) => id),
        [high, normal, low],
      );
    });

    test('holds a delayed job back until it is due', async (bench) => {
      const [id] = await bench.add({ delayMs: 400 });
      const { jobs, nextInMs } = await bench.driver.claim(bench.provider, { limit: 1, ...LEASE });
      assert.equal(jobs.length, 0);
      assert.ok(nextInMs === undefined || (nextInMs > 0 && nextInMs <= 400), String(nextInMs));
      assert.equal(await bench.state(id!), 'delayed');
      await bench.elapse(600);
      assert.equal((await bench.claimOne()).id, id);
    });

    test('has a job tried again later, with what became of it in its history', async (bench) => {
      const [id] = await bench.add({});
      const history: JobAttempt = { at: 1_700_000_000_000, attempt: 1, failure: 'failed', reason: 'HTTP 500' };
      const job = await bench.claimOne();
      const settled = await bench.driver.settle([{ job, to: 'waiting', delayMs: 300, burnt: true, history }]);
      assert.deepEqual(settled, [true]);
      assert.equal((await bench.claim()).length, 0);
      const standing = await bench.driver.get(bench.provider, id!);
      assert.deepEqual([standing?.attempt, standing?.history, standing?.state], [1, [history], 'delayed']);
      assert.ok((standing?.nextRunAt ?? 0) > standing!.addedAt);
      await bench.elapse(500);
      assert.equal((await bench.claimOne()).attempt, 1);
    });

    test('waits for times that are no whole milliseconds', async (bench) => {
      const [id] = await bench.add({ delayMs: 10.4 });
      await bench.elapse(100);
      const job = await bench.claimOne(60_000.5);
      assert.deepEqual(await bench.driver.renew([job], 60_000.5), [true]);
      await bench.driver.settle([{ job, to: 'waiting', delayMs: 7.25, burnt: true, history: undefined }]);
      await bench.elapse(100);
      assert.equal((await bench.claimOne()).id, id);
    });

    test('keeps progress, results and reasons of any text', async (bench) => {
      const text = 'a\u0000b\ud800 ü € 😀 __proto__';
      const [id, other] = await bench.add({}, {});
      // Jobs that are claimed at once come in any order.
      const claimed = await bench.claim(2);
      const [job, second] = [id, other].map((each) => claimed.find((of) => of.id === each));
      await bench.driver.progress(job!, JSON.stringify({ text }));
      assert.deepEqual((await bench.driver.get(bench.provider, id!))?.progress, { text });
      const history: JobAttempt = { at: 5, attempt: 1, failure: 'failed', reason: 'ü € 😀 "\n\\' };
      await bench.driver.settle([
        { job: job!, to: 'completed', result: JSON.stringify([text]) },
        { job: second!, to: 'dead', history },
      ]);
      assert.deepEqual((await bench.driver.get(bench.provider, id!))?.result, [text]);
      assert.deepEqual((await bench.driver.get(bench.provider, other!))?.history, [history]);
    });

    test('keeps any JSON, whatever it looks like', async (bench) => {
      const odd: readonly unknown[] = [
        ...[null, 0, -1.5, false, '', [], {}, 1.7e308, 5e-324, '\\u0000', 'a\u0000b\ud800'],
        JSON.parse('{"__proto__":{"a":1},"constructor":"x"}'),
        { 'breakwater:encoded': 'abc' },
        { 'breakwater:encoded': 'e30=' },
        'x'.repeat(2_000_000),
        Array.from({ length: 500 }).reduce((inner: unknown) => ({ inner }), 1),
      ];
      const texts = odd.map((value) => JSON.stringify(value));
      const ids = await bench.add(...texts.map((payload) => ({ payload })));
      const claimed: ClaimedJob[] = [];
      for (let some = await bench.claim(5); some.length > 0; some = await bench.claim(5)) claimed.push(...some);
      for (const [at, text] of texts.entries()) {
        const job = claimed.find(({ id }) => id === ids[at])!;
        assert.deepEqual(JSON.parse(job.payload), odd[at]);
        await bench.driver.progress(job, text);
        await bench.driver.settle([{ job, to: 'completed', result: text }]);
        const { payload, progress, result } = (await bench.driver.get(bench.provider, job.id))!;
        assert.deepEqual([payload, progress, result], [odd[at], odd[at], odd[at]]);
      }
    });

    test('tells no progress and no result from those that are nothing', async (bench) => {
      const [id] = await bench.add({});
      await bench.complete(await bench.claimOne());
      const { progress, result } = (await bench.driver.get(bench.provider, id!))!;
      assert.deepEqual([progress, result], [undefined, undefined]);
    });

    test('keeps one of those that have the same key within one batch, whatever their priorities', async (bench) => {
      const keyed = { id: `same-${bench.provider}`, key: 'same' };
      const jobs = [{ payload: '1' }, { payload: '2', priority: 'high' }, { payload: '3' }] as const;
      const added = await bench.driver.add(jobs.map((each) => bench.job({ ...keyed, ...each })));
      assert.deepEqual(
        added.map((each) => each.added),
        [true, false, false],
      );
      assert.deepEqual(
        (await bench.claim(3)).map(({ payload }) => payload),
        ['1'],
      );
    });

    test('drops a second job of a key whatever the state of the first, and takes one when that is removed', async (bench) => {
      const { driver, provider } = bench;
      const keyed = { id: `keyed-${provider}`, key: 'order-7', delayMs: 300 };
      const isTaken = async () => (await driver.add([bench.job({ ...keyed, delayMs: 0, payload: '2' })]))[0]!.added;
      const history: JobAttempt = { at: 5, attempt: 1, failure: 'rejected', reason: 'HTTP 422' };
      await driver.add([bench.job(keyed)]);
      assert.deepEqual([await bench.state(keyed.id), await isTaken()], ['delayed', false]);
      await bench.elapse(500);
      const job = await bench.claimOne();
      assert.deepEqual([job.payload, await bench.state(keyed.id), await isTaken()], ['{}', 'active', false]);
      await driver.settle([{ job, to: 'dead', history }]);
      assert.deepEqual([await bench.state(keyed.id), await isTaken()], ['dead', false]);
      await driver.replay(provider, keyed.id);
      assert.deepEqual([await bench.state(keyed.id), await isTaken()], ['waiting', false]);
      await bench.complete(await bench.claimOne());
      assert.deepEqual([await bench.state(keyed.id), await isTaken()], ['completed', false]);
      assert.equal(await driver.remove(provider, keyed.id), true);
      assert.deepEqual([await isTaken(), await bench.state(keyed.id)], [true, 'waiting']);
      assert.deepEqual([(await bench.claimOne()).payload, await bench.claim()], ['2', []]);
    });

    test('takes one of the jobs of a key that are added at once', async (bench) => {
      const keyed = { id: `raced-${bench.provider}`, key: 'raced' };
      const racers = await Promise.all(Array.from({ length: 20 }, () => bench.driver.add([bench.job(keyed)])));
      assert.equal(racers.flat().filter(({ added }) => added).length, 1);
      assert.equal((await bench.claim(20)).length, 1);
    });

    test('keeps a job that is due in years', async (bench) => {
      const delayMs = 3650 * 86_400_000;
      const [id] = await bench.add({ delayMs });
      assert.equal((await bench.claim()).length, 0);
      const { state, nextRunAt, addedAt } = (await bench.driver.get(bench.provider, id!))!;
      assert.deepEqual([state, nextRunAt], ['delayed', addedAt + delayMs]);
      const { nextInMs } = await bench.driver.claim(bench.provider, { limit: 1, ...LEASE });
      assert.ok(nextInMs === undefined || nextInMs > 0.99 * delayMs, String(nextInMs));
    });

    test('keeps tenants and keys of any text and length apart', async (bench) => {
      const long = '😀'.repeat(2500);
      const tenants = ['__proto__', 'a:b/c!', 'a:b/c%21', ' ', 'T', 't', long, `${long}!`];
      await bench.add(...tenants.map((tenant) => ({ tenant, key: tenant })));
      assert.deepEqual((await bench.claim(20)).map(({ tenant }) => tenant).sort(), [...tenants].sort());
      for (const tenant of tenants) {
        const listed = await bench.driver.list(bench.provider, { state: 'active', tenant });
        assert.deepEqual(
          listed.map((job) => [job.tenant, job.key]),
          [[tenant, tenant]],
        );
      }
    });

    test('burns no attempt for a job that is sent back', async (bench) => {
      await bench.add({});
      for (let round = 0; round < 3; round++) {
        const job = await bench.claimOne();
        assert.equal(job.attempt, 0);
        await bench.driver.settle([{ job, to: 'waiting', delayMs: 0, burnt: false, history: undefined }]);
      }
    });

    test('keeps the last entries of a history', async (bench) => {
      const [id] = await bench.add({});
      for (let attempt = 1; attempt <= HISTORY_LENGTH + 2; attempt++) {
        const job = await bench.claimOne();
        const history: JobAttempt = { at: attempt, attempt, failure: 'failed', reason: `no ${attempt}` };
        await bench.driver.settle([{ job, to: 'waiting', delayMs: 0, burnt: true, history }]);
      }
      const { history } = (await bench.driver.get(bench.provider, id!))!;
      assert.equal(history.length, HISTORY_LENGTH);
      assert.equal(history.at(-1)?.attempt, HISTORY_LENGTH + 2);
    });

    test('shows dead jobs, and replays them with all their attempts', async (bench) => {
      const [id] = await bench.add({ payload: '{"order":7}' });
      const history: JobAttempt = { at: 5, attempt: 1, failure: 'rejected', reason: 'HTTP 422' };
      await bench.driver.settle([{ job: await bench.claimOne(), to: 'dead', history }]);
      assert.equal((await bench.claim()).length, 0);
      const [dead] = await bench.driver.list(bench.provider, { state: 'dead' });
      assert.deepEqual([dead?.id, dead?.payload, dead?.history], [id, { order: 7 }, [history]]);
      assert.equal(await bench.driver.replay(bench.provider, 'unknown'), false);
      assert.equal(await bench.driver.replay(bench.provider, id!), true);
      assert.equal(await bench.driver.replay(bench.provider, id!), false);
      const again = await bench.claimOne();
      assert.deepEqual([again.id, again.attempt], [id, 0]);
      assert.equal((await bench.driver.get(bench.provider, id!))?.history.length, 1);
    });

    test('hands a job on when its lease ends, and counts that it was lost', async (bench) => {
      const [id] = await bench.add({});
      const zombie = await bench.claimOne(400);
      assert.equal((await bench.claim()).length, 0);
      await bench.elapse(900);
      const heir = await bench.claimOne();
      assert.deepEqual([heir.id, heir.lost], [id, 1]);
      assert.notEqual(heir.claim, zombie.claim);
      assert.equal((await bench.driver.get(bench.provider, id!))?.history.at(-1)?.failure, 'lost');
    });

    test('lets a claim that was lost neither settle nor renew', async (bench) => {
      const [id] = await bench.add({});
      const zombie = await bench.claimOne(400);
      await bench.elapse(900);
      const heir = await bench.claimOne();
      assert.deepEqual(await bench.driver.renew([zombie], 60_000), [false]);
      assert.deepEqual(await bench.complete(zombie), [false]);
      const history: JobAttempt = { at: 5, attempt: 1, failure: 'failed', reason: 'zombie' };
      assert.deepEqual(await bench.driver.settle([{ job: zombie, to: 'dead', history }]), [false]);
      assert.equal(await bench.state(id!), 'active');
      assert.deepEqual(await bench.complete(heir), [true]);
      assert.equal(await bench.state(id!), 'completed');
    });

    test('holds a claim for as long as it is renewed', async (bench) => {
      await bench.add({});
      const job = await bench.claimOne(600);
      for (let round = 0; round < 3; round++) {
        await bench.elapse(300);
        assert.deepEqual(await bench.driver.renew([job], 600), [true]);
      }
      assert.equal((await bench.claim()).length, 0);
      assert.deepEqual(await bench.complete(job), [true]);
    });

    test('claims nothing of a provider that is paused, and goes on when it is resumed', async (bench) => {
      await bench.driver.pause(bench.provider);
      await bench.add({}, { tenant: 'b' });
      const { jobs, paused } = await bench.driver.claim(bench.provider, { limit: 1, ...LEASE });
      assert.deepEqual([jobs.length, paused], [0, true]);
      assert.equal((await bench.driver.counts(bench.provider)).paused, true);
      await bench.driver.resume(bench.provider);
      assert.equal((await bench.claim(5)).length, 2);
    });

    test('says whether a provider is paused where no job is asked for', async (bench) => {
      const [id] = await bench.add({});
      const ask = () => bench.driver.claim(bench.provider, { limit: 0, ...LEASE });
      const { jobs, paused } = await ask();
      assert.deepEqual([jobs.length, paused], [0, false]);
      await bench.driver.pause(bench.provider);
      assert.equal((await ask()).paused, true);
      await bench.driver.resume(bench.provider);
      assert.equal((await bench.claimOne()).id, id);
    });

    test('hands out nothing to a claim that comes after a pause, though others are under way', async (bench) => {
      await bench.add(...Array.from({ length: 20 }, () => ({})));
      const before = [bench.claim(3), bench.claim(3)];
      await bench.driver.pause(bench.provider);
      const after = await bench.claim(3);
      assert.deepEqual(after, []);
      const held = (await Promise.all(before)).flat();
      assert.deepEqual(new Set(await bench.complete(...held)), new Set(held.map(() => true)));
      await bench.driver.resume(bench.provider);
      assert.equal((await bench.claim(30)).length, 20 - held.length);
    });

    test('replays and removes a dead job once, however many ask for it at the same time', async (bench) => {
      const ids = await bench.add(...Array.from({ length: 6 }, () => ({})));
      const history: JobAttempt = { at: 5, attempt: 1, failure: 'rejected', reason: 'HTTP 422' };
      const claimed = await bench.claim(6);
      await bench.driver.settle(claimed.map((job) => ({ job, to: 'dead', history }) as const));
      const { driver, provider } = bench;
      for (const id of ids) {
        const [first, second, removed] = await Promise.all([
          driver.replay(provider, id),
          driver.replay(provider, id),
          driver.remove(provider, id),
        ]);
        assert.ok(!(first && second), 'it was replayed twice');
        assert.equal(await bench.state(id), removed ? undefined : 'waiting');
        assert.ok(removed || first || second, 'neither was done');
      }
      const left = await bench.driver.counts(provider);
      assert.equal((await bench.claim(6)).length, left.waiting);
    });

    test('counts and lists the jobs of each state', async (bench) => {
      await bench.add({}, { tenant: 'b' }, { name: 'other' }, { delayMs: 60_000 }, { priority: 'high' });
      const counts = await bench.driver.counts(bench.provider);
      assert.deepEqual(counts, { waiting: 4, delayed: 1, active: 0, completed: 0, dead: 0, paused: false });
      const listed = async (filter: object) =>
        (await bench.driver.list(bench.provider, { state: 'waiting', ...filter })).length;
      assert.equal(await listed({}), 4);
      assert.equal(await listed({ tenant: 'b' }), 1);
      assert.equal(await listed({ name: 'other' }), 1);
      assert.equal(await listed({ limit: 2 }), 2);
      assert.equal(await listed({ limit: 9, skip: 3 }), 1);
      assert.equal(await listed({ state: 'delayed' }), 1);
    });

    test('removes a job that is not active', async (bench) => {
      const [waiting, active] = await bench.add({ tenant: 'b' }, { tenant: 'a' });
      const claimed = await bench.claimOne();
      const rest = claimed.id === active ? waiting! : active!;
      assert.equal(await bench.driver.remove(bench.provider, claimed.id), false);
      assert.equal(await bench.driver.remove(bench.provider, rest), true);
      assert.equal(await bench.driver.remove(bench.provider, rest), false);
      assert.equal(await bench.state(rest), undefined);
      assert.deepEqual(await bench.complete(claimed), [true]);
    });

    test('notes progress and results', async (bench) => {
      const [id] = await bench.add({});
      const job = await bench.claimOne();
      await bench.driver.progress(job, '{"done":3,"of":9}');
      assert.deepEqual((await bench.driver.get(bench.provider, id!))?.progress, { done: 3, of: 9 });
      await bench.driver.settle([{ job, to: 'completed', result: '{"contact":"c-1"}' }]);
      assert.deepEqual((await bench.driver.get(bench.provider, id!))?.result, { contact: 'c-1' });
    });

    test('keeps the last run of each schedule, where it keeps any', async ({ driver, provider }) => {
      if (driver.scheduledRun === undefined || driver.noteScheduledRun === undefined) return;
      assert.equal(await driver.scheduledRun(provider, 'nightly'), undefined);
      const run = { at: 1_767_225_600_000, pattern: '0 3 * * * UTC' };
      await driver.noteScheduledRun(provider, 'nightly', run);
      await driver.noteScheduledRun(provider, 'a:b/ü', { ...run, at: 5 });
      assert.deepEqual(await driver.scheduledRun(provider, 'nightly'), run);
      const next = { at: run.at + 1, pattern: '0 4 * * * Europe/Berlin' };
      await driver.noteScheduledRun(provider, 'nightly', next);
      assert.deepEqual(await driver.scheduledRun(provider, 'nightly'), next);
      assert.deepEqual(await driver.scheduledRun(provider, 'a:b/ü'), { ...run, at: 5 });
      const { waiting, delayed } = await driver.counts(provider);
      assert.deepEqual([waiting, delayed], [0, 0]);
    });

    test('adds and settles many at once', async (bench) => {
      const ids = await bench.add(...Array.from({ length: 500 }, (_, i) => ({ tenant: `t${i % 5}` })));
      const done = new Set<string>();
      for (let jobs = await bench.claim(100); jobs.length > 0; jobs = await bench.claim(100)) {
        for (const stood of await bench.complete(...jobs)) assert.equal(stood, true);
        for (const { id } of jobs) done.add(id);
      }
      assert.equal(done.size, ids.length);
      assert.equal((await bench.driver.counts(bench.provider)).completed, ids.length);
    });
  });
}
