import type { RateLimitHandle } from '../policies/rate-limit/rate-limit-handle.js';
import type { RateLimit } from '../policies/rate-limit/rate-limit.js';
import type { Clock } from '../time/clock.js';
import type { MethodLinker } from './method-linker.js';

/** The rate limits of a provider in the hands of its user; `undefined` where it has none. */
export function rateLimitOf(linker: MethodLinker, clock: Clock): RateLimitHandle | undefined {
  const limits = [...linker.live()]
    .map(({ policy }) => policy as RateLimit)
    .filter(({ reset, kind }) => kind === 'rateLimit' && reset !== undefined);
  const [first] = limits;
  if (first === undefined) return undefined;
  return {
    snapshot: () => first.snapshot(clock.now()),
    reset: () => {
      for (const limit of limits) limit.reset();
    },
  };
}
