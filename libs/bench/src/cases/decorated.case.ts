import type { BenchCase } from '../bench-case.js';
import { succeeding } from './succeeding.js';

/** Methods of a Nest provider with retry, circuit breaker, rate limit, bulkhead and timeout as decorators. */
export const decorated: readonly BenchCase[] = [
  ...succeeding({
    name: 'breakwater: decorated Nest method, five policies',
    limit: { timesBare: 12, bytes: 1750 },
    together: { timesBare: 15 },
    prepare: async () => {
      const { client } = await boot();
      return () => client.call();
    },
  }),
  ...succeeding({
    name: 'breakwater: decorated Nest method, five policies, calls not tracked',
    limit: { timesBare: 10 },
    prepare: async () => {
      const { client } = await boot(false);
      return () => client.call();
    },
  }),
  ...succeeding({
    name: 'breakwater: decorated Nest method, five policies, signal read',
    prepare: async () => {
      const { client } = await boot();
      return () => client.callWithSignal();
    },
  }),
  {
    group: 'refusal',
    name: 'breakwater: decorated Nest method, five policies, open',
    limit: { timesBare: 1.2 },
    prepare: async () => {
      const { client, open } = await boot();
      open();
      return () => client.call();
    },
  },
];

async function boot(trackCalls = true) {
  const { bootDecoratedClient } = await import('./boot-decorated-client.js');
  return bootDecoratedClient(trackCalls);
}
