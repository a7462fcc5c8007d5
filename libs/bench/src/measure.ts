import type { BenchCase } from './bench-case.js';
import { bytesPerCall } from './measuring/bytes-per-call.js';
import type { Cost } from './measuring/cost.js';
import { idleCost } from './measuring/idle-cost.js';
import { loops } from './measuring/loops.js';
import { nsPerCall } from './measuring/ns-per-call.js';

/** Measures the cost of one case in this process. Needs `--expose-gc`. */
export async function measure(subject: BenchCase): Promise<Cost> {
  if (subject.group === 'idle') return idleCost(subject);
  const run = await subject.prepare();
  const loop = loops[subject.group];
  const { ns, calls } = await nsPerCall(loop, run);
  return { ns, bytes: await bytesPerCall(loop, run, calls) };
}
