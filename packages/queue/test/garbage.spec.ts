import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createProvider } from '@breakwater/core';
import { expect, it } from '@jest/globals';
import { readJobOptions } from '../src/jobs/job-settings.js';
import { createSyncQueue } from '../src/sync-queue/create-sync-queue.js';
import { sqliteDriver } from '../src/sqlite/sqlite-driver.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;

/** The bytes that have outlived minor garbage collections. */
function outlived(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')!.space_used_size;
}

const JOBS = 4000;
const [FROM, TO] = [1000, 3800];

// A job that survives minor collections until the next major one costs each of them the time to copy it: those pauses
// were the longest that the routes of an application waited for.
it('a job that is done survives no minor garbage collection, also once a major one has come in between', async () => {
  const provider = createProvider('crm', {});
  const queue = createSyncQueue(
    { driver: sqliteDriver({ file: ':memory:' }), concurrency: 32 },
    { provider: () => provider },
  );
  await queue.open();
  await queue.addAll(
    'crm',
    Array.from({ length: JOBS }, (_, order) => ({ name: 'sync', payload: { order } })),
  );
  let done = 0;
  let before = 0;
  let after = 0;
  const run = () => {
    done++;
    if (done === FROM) {
      collect();
      before = outlived();
    } else if (done === TO) {
      // Two of them promote all that survives.
      collect({ type: 'minor' });
      collect({ type: 'minor' });
      after = outlived();
    }
  };
  await queue.start([{ provider: 'crm', name: 'sync', schema: undefined, settings: readJobOptions({}, 'sync'), run }]);
  await queue.drain('crm');
  await queue.stop();
  await queue.close();
  expect(done).toBe(JOBS);
  // Node 20: 2300 bytes before, 900 now; Node 24: next to nothing.
  expect((after - before) / (TO - FROM)).toBeLessThan(1500);
});
