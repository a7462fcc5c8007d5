import assert from 'node:assert/strict';
import type { JobAttempt, JobState } from '../../driver/job.js';
import type { DriverBench, DriverTest } from './driver-bench.js';

/** Claims what an operator sees and does: counts and lists, replays and removes. */
export function operatorClaims(test: DriverTest): void {
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

  test('lists a state page by page, each job once and in one order, to the end', async (bench) => {
    const tenants = ['a', 'b', 'c'];
    await bench.add(...Array.from({ length: 17 }, (_, i) => ({ tenant: tenants[i % 3]! })));
    const claimed = await bench.claim(17);
    const history: JobAttempt = { at: 5, attempt: 1, failure: 'rejected', reason: 'HTTP 422' };
    for (const job of claimed) await bench.driver.settle([{ job, to: 'dead', history }]);
    await expectPages(bench, 'dead', 17);
  });

  test('lists what waits page by page, in the order in which the jobs of a tenant run', async (bench) => {
    const priorities = ['low', 'normal', 'high'] as const;
    const given = ['a', 'b'].flatMap((tenant) =>
      Array.from({ length: 18 }, (_, i) => ({ id: `${tenant}-${i}`, tenant, priority: priorities[i % 3]! })),
    );
    // In one operation, and so in one moment.
    await bench.add(...given);
    const all = await expectPages(bench, 'waiting', 36);
    for (const tenant of ['a', 'b']) {
      const theirs = given.filter((job) => job.tenant === tenant);
      const inTurn = ['high', 'normal', 'low'].flatMap((rank) => theirs.filter(({ priority }) => priority === rank));
      assert.deepEqual(
        all.filter((id) => id.startsWith(tenant)),
        inTurn.map(({ id }) => id),
      );
    }
    const named = await bench.driver.list(bench.provider, {
      state: 'waiting',
      name: 'order.created',
      skip: 12,
      limit: 6,
    });
    assert.deepEqual(
      named.map(({ id }) => id),
      all.slice(12, 18),
    );
  });

  test.within(600, 'lists what runs, and what waits behind it, page by page', async (bench) => {
    await bench.add(...Array.from({ length: 30 }, (_, i) => ({ tenant: i % 2 === 0 ? 'a' : 'b' })));
    await bench.claim(14);
    await expectPages(bench, 'active', 14);
    await expectPages(bench, 'waiting', 16);
  });

  test('lists what is delayed page by page', async (bench) => {
    const later = (i: number) => ({ delayMs: i % 3 === 0 ? 90_000 : 60_000 });
    await bench.add(...Array.from({ length: 18 }, (_, i) => later(i)));
    await expectPages(bench, 'delayed', 18);
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
}

/** Lists a state as a whole and by pages of five, which have to be the same; returns the ids. */
async function expectPages({ driver, provider }: DriverBench, state: JobState, count: number) {
  const listed = async (filter: object) => (await driver.list(provider, { state, ...filter })).map(({ id }) => id);
  const all = await listed({});
  assert.equal(new Set(all).size, count);
  const pages: (readonly string[])[] = [];
  for (let skip = 0; skip < count; skip += 5) pages.push(await listed({ skip, limit: 5 }));
  assert.deepEqual(
    pages,
    pages.map((_, i) => all.slice(5 * i, 5 * i + 5)),
  );
  assert.deepEqual(await listed({ skip: count, limit: 5 }), []);
  return all;
}
