import type { BenchCase } from './bench-case.js';

const WARM_UP_MS = 500;
const BATCHES = 15;
const BATCH_MS = 40;

/** Nanoseconds of one call, awaited one after another: the median over batches. */
export async function measure({ prepare }: BenchCase): Promise<number> {
  const { run, close } = await prepare();
  let calls = 1000;
  for (const until = performance.now() + WARM_UP_MS; performance.now() < until;) {
    calls = Math.max(1000, Math.round((calls * BATCH_MS) / Math.max(1, await timeOf(run, calls))));
  }
  const perCall: number[] = [];
  for (let i = 0; i < BATCHES; i++) perCall.push(((await timeOf(run, calls)) / calls) * 1e6);
  await close();
  return median(perCall);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function timeOf(run: () => Promise<unknown>, calls: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) await run();
  return performance.now() - start;
}
