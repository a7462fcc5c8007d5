import type { Call, ProviderOptions, ResilientProvider } from '@breakwater/core';
import type { BenchCase, Limit } from '../bench-case.js';
import { ANSWER, answer } from './answer.js';
import { succeeding } from './succeeding.js';

const CONSECUTIVE = { circuitBreaker: { window: { consecutive: 5 }, openFor: '1h' } } as const;
const COUNT = { circuitBreaker: { window: { count: 100 }, openFor: '1h' } } as const;
const TIME = { circuitBreaker: { window: { time: '10s' }, openFor: '1h' } } as const;
const STACK = { ...TIME, retry: { attempts: 3 }, bulkhead: { concurrency: 10, queue: 200 } } as const;
const STACK_WITH_TIMEOUT = { ...STACK, timeout: { attempt: '1s' } } as const;
/** Never refuses: the next call may come after a nanosecond. */
const RATE = { rateLimit: { limit: 10_000_000, per: '10ms' } } as const;

interface Order {
  readonly id: string;
  readonly amount: number;
}

const REFUSAL: Limit = { timesBare: 1.2 };
const IDLE_BREAKER: Limit = { bytes: 700, timers: 0 };

/** The engine alone: `createProvider` and `execute`. */
export const breakwater: readonly BenchCase[] = [
  ...calls('breaker, consecutive window', CONSECUTIVE, { timesBare: 3, bytes: 700 }),
  ...calls('breaker, count window', COUNT, { timesBare: 3, bytes: 700 }),
  ...calls('breaker, time window', TIME, { timesBare: 3.4, bytes: 800 }),
  ...calls('retry + breaker + bulkhead', STACK, { timesBare: 4.5, bytes: 1100, together: { timesBare: 8.4 } }),
  ...calls('retry + breaker + bulkhead + timeout', STACK_WITH_TIMEOUT, { timesBare: 7.5, bytes: 1600 }),
  ...calls(
    'retry + breaker + bulkhead + timeout, signal read',
    STACK_WITH_TIMEOUT,
    { timesBare: 28 },
    answerUnlessAborted,
  ),
  ...calls('rate limit', RATE, { timesBare: 4 }),
  ...succeeding({
    name: 'breakwater: idempotency by key, in memory',
    prepare: async () => {
      const provider = await providerOf({
        idempotency: { key: (order: Order) => order.id, ttl: '1s', lease: '300ms' },
      });
      let orders = 0;
      return () => provider.execute(answer, { args: [{ id: `order-${orders++}`, amount: 500 }] });
    },
  }),
  refusal('breaker, open', CONSECUTIVE),
  refusal('retry + breaker + bulkhead + timeout, open', STACK_WITH_TIMEOUT),
  idle('provider with a breaker, consecutive window', CONSECUTIVE, IDLE_BREAKER),
  idle('provider with a breaker, count window', COUNT, IDLE_BREAKER),
  idle('provider with a breaker, time window', TIME, IDLE_BREAKER),
  idle('provider with retry, breaker, bulkhead, timeout', STACK_WITH_TIMEOUT),
  {
    group: 'idle',
    name: 'breakwater: one more key of a breaker, time window',
    limit: IDLE_BREAKER,
    // Made twice, of which a provider keeps a thousand.
    instances: 450,
    prepare: async () => {
      const provider = await providerOf(TIME);
      let keys = 0;
      return () => provider.execute(answer, { key: `tenant-${keys++}` });
    },
  },
];

function calls(
  name: string,
  options: ProviderOptions,
  { together, ...limit }: Limit & { readonly together?: Limit },
  work: (call: Call) => Promise<number> = answer,
) {
  return succeeding({
    name: `breakwater: ${name}`,
    limit,
    ...(together && { together }),
    prepare: async () => {
      const provider = await providerOf(options);
      return () => provider.execute(work);
    },
  });
}

function refusal(name: string, options: ProviderOptions): BenchCase {
  return {
    group: 'refusal',
    name: `breakwater: ${name}`,
    limit: REFUSAL,
    prepare: async () => {
      const provider = await providerOf(options);
      provider.circuitBreaker?.forceOpen();
      return () => provider.execute(answer);
    },
  };
}

function idle(name: string, options: ProviderOptions, limit?: Limit): BenchCase {
  return {
    group: 'idle',
    name: `breakwater: ${name}`,
    ...(limit && { limit }),
    prepare: async () => {
      const { createProvider } = await import('@breakwater/core');
      return () => createProvider('bench', options);
    },
  };
}

async function providerOf(options: ProviderOptions): Promise<ResilientProvider> {
  const { createProvider } = await import('@breakwater/core');
  return createProvider('bench', options);
}

async function answerUnlessAborted({ signal }: Call): Promise<number> {
  return signal.aborted ? 0 : ANSWER;
}
