import assert from 'node:assert/strict';
import { LEASE, type DriverTest } from './driver-bench.js';

/** Claims what a pause holds back. */
export function pauseClaims(test: DriverTest): void {
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
}
