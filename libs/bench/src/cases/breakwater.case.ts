import { createProvider } from '@breakwater/core';
import type { BenchCase } from '../bench-case.js';

const POLICIES = {
  retry: { attempts: 3 },
  circuitBreaker: { window: { time: '10s' } },
  bulkhead: { concurrency: 10, queue: 10 },
} as const;

/** Retry, circuit breaker and bulkhead of the engine alone. */
export const breakwater: BenchCase = {
  name: 'breakwater: retry + breaker + bulkhead',
  prepare: async () => {
    const provider = createProvider('bench', POLICIES);
    const work = async () => 42;
    return { run: () => provider.execute(work), close: async () => provider.close() };
  },
};

/** The same with a timeout for each attempt. */
export const breakwaterWithTimeout: BenchCase = {
  name: 'breakwater: … + attempt timeout',
  prepare: async () => {
    const provider = createProvider('bench', { ...POLICIES, timeout: { attempt: '1s' } });
    const work = async () => 42;
    return { run: () => provider.execute(work), close: async () => provider.close() };
  },
};
