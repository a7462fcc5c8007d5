import assert from 'node:assert/strict';
import { type JobAttempt } from '../../driver/job.js';
import { LEASE, type DriverTest } from './driver-bench.js';

/** Claims when a job is handed out that is to wait. */
export function delayClaims(test: DriverTest): void {
  test.within(400, 'holds a delayed job back until it is due', async (bench) => {
    const [id] = await bench.add({ delayMs: 400 });
    const { jobs, nextInMs } = await bench.driver.claim(bench.provider, { limit: 1, ...LEASE });
    assert.equal(jobs.length, 0);
    assert.ok(nextInMs === undefined || (nextInMs > 0 && nextInMs <= 400), String(nextInMs));
    assert.equal(await bench.state(id!), 'delayed');
    await bench.elapse(600);
    assert.equal((await bench.claimOne()).id, id);
  });

  test.within(300, 'has a job tried again later, with what became of it in its history', async (bench) => {
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

  test('keeps a job that is due in years', async (bench) => {
    const delayMs = 3650 * 86_400_000;
    const [id] = await bench.add({ delayMs });
    assert.equal((await bench.claim()).length, 0);
    const { state, nextRunAt, addedAt } = (await bench.driver.get(bench.provider, id!))!;
    assert.deepEqual([state, nextRunAt], ['delayed', addedAt + delayMs]);
    const { nextInMs } = await bench.driver.claim(bench.provider, { limit: 1, ...LEASE });
    assert.ok(nextInMs === undefined || nextInMs > 0.99 * delayMs, String(nextInMs));
  });

  test('burns no attempt for a job that is sent back', async (bench) => {
    await bench.add({});
    for (let round = 0; round < 3; round++) {
      const job = await bench.claimOne();
      assert.equal(job.attempt, 0);
      await bench.driver.settle([{ job, to: 'waiting', delayMs: 0, burnt: false, history: undefined }]);
    }
  });
}
