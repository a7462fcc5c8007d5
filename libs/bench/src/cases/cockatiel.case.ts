import {
  bulkhead,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import type { BenchCase } from '../bench-case.js';

function policies() {
  return {
    retry: retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
    breaker: circuitBreaker(handleAll, {
      halfOpenAfter: 5000,
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
    }),
    bulkhead: bulkhead(10, 10),
  };
}

/** cockatiel's retry, circuit breaker and bulkhead. */
export const cockatiel: BenchCase = {
  name: 'cockatiel: retry + breaker + bulkhead',
  prepare: async () => {
    const { retry: again, breaker, bulkhead: slots } = policies();
    const policy = wrap(again, breaker, slots);
    const work = async () => 42;
    return { run: () => policy.execute(work), close: async () => undefined };
  },
};

/** The same with a timeout for each attempt. */
export const cockatielWithTimeout: BenchCase = {
  name: 'cockatiel: … + attempt timeout',
  prepare: async () => {
    const { retry: again, breaker, bulkhead: slots } = policies();
    const policy = wrap(again, breaker, slots, timeout(1000, TimeoutStrategy.Aggressive));
    const work = async () => 42;
    return { run: () => policy.execute(work), close: async () => undefined };
  },
};
