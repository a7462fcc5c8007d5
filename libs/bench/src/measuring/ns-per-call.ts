import { median } from '../median.js';
import { collectGarbage } from './collect-garbage.js';
import type { Loop } from './loops.js';

const WARM_UP_MS = 400;
const BATCH_MS = 40;
/**
 * A forced collection gives memory back to the system; until the heap has grown again, page faults are most of what is
 * seen.
 */
const SETTLE_MS = 60;
const BATCHES = 11;
/** A case whose batches are long, because a single one of its calls is, gets fewer of them. */
const FEWEST_BATCHES = 3;
const LONGEST_MS = 1500;

/**
 * Nanoseconds of one call, the median over batches with a full collection between them, each timed once the heap has
 * settled after it; and how many calls made a batch.
 */
export async function nsPerCall(
  loop: Loop,
  run: () => Promise<unknown>,
): Promise<{ readonly ns: number; readonly calls: number }> {
  let calls = loop.step;
  for (const until = performance.now() + WARM_UP_MS; performance.now() < until;) {
    const ms = await timeOf(loop, run, calls);
    const fitting = (calls * BATCH_MS) / Math.max(ms, 0.01);
    // Not at once: the first calls are slow, and how slow says little.
    calls = wholeSteps(Math.min(fitting, calls * 10), loop.step);
  }
  const perCall: number[] = [];
  const until = performance.now() + LONGEST_MS;
  while (perCall.length < BATCHES && (perCall.length < FEWEST_BATCHES || performance.now() < until)) {
    collectGarbage();
    for (const settled = performance.now() + SETTLE_MS; performance.now() < settled;) {
      await loop.run(run, wholeSteps(calls / 10, loop.step));
    }
    perCall.push(((await timeOf(loop, run, calls)) / calls) * 1e6);
  }
  return { ns: median(perCall), calls };
}

async function timeOf(loop: Loop, run: () => Promise<unknown>, calls: number): Promise<number> {
  const start = performance.now();
  await loop.run(run, calls);
  return performance.now() - start;
}

function wholeSteps(calls: number, step: number): number {
  return Math.max(1, Math.round(calls / step)) * step;
}
