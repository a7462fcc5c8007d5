import type { BenchCase } from '../bench-case.js';
import { answer } from './answer.js';
import { succeeding } from './succeeding.js';

/** rate-limiter-flexible in memory, never refusing, and the call behind it. */
export const rateLimiterFlexible: readonly BenchCase[] = [
  ...succeeding({
    name: 'rate-limiter-flexible: RateLimiterMemory.consume',
    peer: 'rate-limiter-flexible',
    prepare: async () => {
      const limiter = (await prepare())();
      return async () => {
        await limiter.consume('bench');
        return answer();
      };
    },
  }),
  { group: 'idle', name: 'rate-limiter-flexible: RateLimiterMemory', peer: 'rate-limiter-flexible', prepare },
];

async function prepare() {
  const { RateLimiterMemory } = await import('rate-limiter-flexible');
  return () => new RateLimiterMemory({ points: 1_000_000_000, duration: 1 });
}
