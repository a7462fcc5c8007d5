import assert from 'node:assert/strict';
import { type JobAttempt } from '../../driver/job.js';
import type { DriverTest } from './driver-bench.js';

/** Claims whose a job is while its lease holds, and after it. */
export function leaseClaims(test: DriverTest): void {
  test.within(400, 'hands a job on when its lease ends, and counts that it was lost', async (bench) => {
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

  test.within(600, 'holds a claim for as long as it is renewed', async (bench) => {
    await bench.add({});
    const job = await bench.claimOne(600);
    for (let round = 0; round < 3; round++) {
      await bench.elapse(300);
      assert.deepEqual(await bench.driver.renew([job], 600), [true]);
    }
    assert.equal((await bench.claim()).length, 0);
    assert.deepEqual(await bench.complete(job), [true]);
  });
}
