import { GCProfiler, getHeapStatistics } from 'node:v8';
import { median } from '../median.js';
import { collectGarbage } from './collect-garbage.js';
import type { Loop } from './loops.js';

const SAMPLES = 9;
const MOST_TRIES = 40;
/** Many, so that the measuring itself weighs nothing; fewer wherever a collection comes between. */
const MOST_CALLS = 2000;

/**
 * Heap bytes that one call allocates: how the used heap grows over calls with no collection between, the median of
 * several times. `undefined` when even the fewest calls bring a collection. A time takes at most as many calls as a
 * batch.
 */
export async function bytesPerCall(
  loop: Loop,
  run: () => Promise<unknown>,
  callsOfABatch: number,
): Promise<number | undefined> {
  const samples: number[] = [];
  let steps = Math.max(1, Math.floor(Math.min(MOST_CALLS, callsOfABatch) / loop.step));
  for (let tries = 0; samples.length < SAMPLES && tries < MOST_TRIES; tries++) {
    const calls = steps * loop.step;
    const grown = await growthOf(() => loop.run(run, calls));
    if (grown !== undefined) samples.push(grown / calls);
    else steps = Math.max(1, Math.floor(steps / 2));
  }
  return samples.length === 0 ? undefined : median(samples);
}

async function growthOf(work: () => Promise<void>): Promise<number | undefined> {
  collectGarbage();
  const profiler = new GCProfiler();
  profiler.start();
  // The first reading pays for what readings need.
  getHeapStatistics();
  const before = getHeapStatistics().used_heap_size;
  await work();
  const after = getHeapStatistics().used_heap_size;
  const collections = profiler.stop().statistics.length;
  return collections === 0 ? after - before : undefined;
}
