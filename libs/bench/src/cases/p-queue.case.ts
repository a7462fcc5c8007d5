import type { BenchCase } from '../bench-case.js';
import { answer } from './answer.js';
import { succeeding } from './succeeding.js';

/** p-queue, ten calls at once, with and without a timeout for each. */
export const pQueue: readonly BenchCase[] = [
  ...calls('concurrency 10', {}),
  ...calls('concurrency 10, timeout', { timeout: 1000 }),
  { group: 'idle', name: 'p-queue: concurrency 10', peer: 'p-queue', prepare: () => prepare({}) },
];

function calls(name: string, options: { timeout?: number }) {
  return succeeding({
    name: `p-queue: ${name}`,
    peer: 'p-queue',
    prepare: async () => {
      const queue = (await prepare(options))();
      return () => queue.add(answer);
    },
  });
}

async function prepare(options: { timeout?: number }) {
  const { default: Queue } = await import('p-queue');
  return () => new Queue({ concurrency: 10, ...options });
}
