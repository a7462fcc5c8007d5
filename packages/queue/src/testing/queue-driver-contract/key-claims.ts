import assert from 'node:assert/strict';
import { type JobAttempt } from '../../driver/job.js';
import type { DriverTest } from './driver-bench.js';

/** Claims of which jobs one is kept. */
export function keyClaims(test: DriverTest): void {
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

  test.within(
    300,
    'drops a second job of a key whatever the state of the first, and takes one when that is removed',
    async (bench) => {
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
    },
  );

  test('takes one of the jobs of a key that are added at once', async (bench) => {
    const keyed = { id: `raced-${bench.provider}`, key: 'raced' };
    const racers = await Promise.all(Array.from({ length: 20 }, () => bench.driver.add([bench.job(keyed)])));
    assert.equal(racers.flat().filter(({ added }) => added).length, 1);
    assert.equal((await bench.claim(20)).length, 1);
  });
}
