import type { BenchCase } from '../bench-case.js';
import { answer } from './answer.js';
import { succeeding } from './succeeding.js';

/** limiter's token bucket, never refusing, and the call behind it. */
export const limiter: readonly BenchCase[] = [
  ...succeeding({
    name: 'limiter: removeTokens',
    peer: 'limiter',
    prepare: async () => {
      const bucket = (await prepare())();
      return async () => {
        await bucket.removeTokens(1);
        return answer();
      };
    },
  }),
  ...succeeding({
    name: 'limiter: tryRemoveTokens',
    peer: 'limiter',
    prepare: async () => {
      const bucket = (await prepare())();
      return async () => {
        if (!bucket.tryRemoveTokens(1)) throw new Error('refused');
        return answer();
      };
    },
  }),
  { group: 'idle', name: 'limiter: RateLimiter', peer: 'limiter', prepare },
];

async function prepare() {
  const { RateLimiter } = await import('limiter');
  return () => new RateLimiter({ tokensPerInterval: 1_000_000_000, interval: 'second' });
}
