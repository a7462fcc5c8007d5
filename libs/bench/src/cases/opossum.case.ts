import type CircuitBreaker from 'opossum';
import type { BenchCase } from '../bench-case.js';
import { answer } from './answer.js';
import { succeeding } from './succeeding.js';

const VARIANTS: readonly (readonly [name: string, options: CircuitBreaker.Options])[] = [
  ['opossum: defaults, timeout 10 s', {}],
  ['opossum: timeout false', { timeout: false }],
];

/** opossum's circuit breaker as it comes, and without its timeout. */
export const opossum: readonly BenchCase[] = [
  ...VARIANTS.flatMap(([name, options]) => succeeding({ name, peer: 'opossum', prepare: () => prepare(options) })),
  {
    group: 'refusal',
    name: 'opossum: defaults, open',
    peer: 'opossum',
    prepare: async () => {
      const { default: CircuitBreaker } = await import('opossum');
      const breaker = new CircuitBreaker(answer, { resetTimeout: 3_600_000 });
      breaker.open();
      return () => breaker.fire();
    },
  },
  ...VARIANTS.map(([name, options]): BenchCase => ({
    group: 'idle',
    name,
    peer: 'opossum',
    prepare: async () => {
      const { default: CircuitBreaker } = await import('opossum');
      return () => new CircuitBreaker(answer, options);
    },
  })),
];

async function prepare(options: CircuitBreaker.Options): Promise<() => Promise<unknown>> {
  const { default: CircuitBreaker } = await import('opossum');
  const breaker = new CircuitBreaker(answer, options);
  return () => breaker.fire();
}
