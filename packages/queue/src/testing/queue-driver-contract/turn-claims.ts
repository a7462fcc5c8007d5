import assert from 'node:assert/strict';
import type { DriverTest } from './driver-bench.js';

/** Claims whose turn it is: of jobs, of tenants, and of workers. */
export function turnClaims(test: DriverTest): void {
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
}
