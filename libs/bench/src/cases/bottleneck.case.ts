import type { BenchCase } from '../bench-case.js';
import { answer } from './answer.js';
import { succeeding } from './succeeding.js';

/** bottleneck's queue, ten calls at once. */
export const bottleneck: readonly BenchCase[] = [
  ...succeeding({
    name: 'bottleneck: schedule, maxConcurrent 10',
    peer: 'bottleneck',
    prepare: async () => {
      const queue = (await prepare())();
      return () => queue.schedule(answer);
    },
  }),
  { group: 'idle', name: 'bottleneck: maxConcurrent 10', peer: 'bottleneck', prepare },
];

async function prepare() {
  const { default: Bottleneck } = await import('bottleneck');
  return () => new Bottleneck({ maxConcurrent: 10 });
}
