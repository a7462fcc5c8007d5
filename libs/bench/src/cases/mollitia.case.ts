import type { Module } from 'mollitia';
import type { BenchCase } from '../bench-case.js';
import { answer } from './answer.js';
import { succeeding } from './succeeding.js';

type Mollitia = typeof import('mollitia');

const COUNT = { slidingWindowSize: 100, minimumNumberOfCalls: 20 };
const TIME = { slidingWindowSize: 10_000, minimumNumberOfCalls: 20 };

/** mollitia's circuit breakers, and its retry, circuit breaker, timeout and bulkhead. */
export const mollitia: readonly BenchCase[] = [
  ...calls('breaker, count', ({ SlidingCountBreaker }) => [new SlidingCountBreaker(COUNT)]),
  ...calls('breaker, time', ({ SlidingTimeBreaker }) => [new SlidingTimeBreaker(TIME)]),
  ...calls('retry + breaker + bulkhead + timeout', (lib) => [
    new lib.Retry({ attempts: 2 }),
    new lib.SlidingCountBreaker(COUNT),
    new lib.Bulkhead({ concurrentSize: 10, queueSize: 200 }),
    new lib.Timeout({ delay: 1000 }),
  ]),
  {
    group: 'refusal',
    name: 'mollitia: breaker, open',
    peer: 'mollitia',
    prepare: () =>
      prepare((lib) => [new lib.SlidingCountBreaker({ state: lib.BreakerState.OPENED, openStateDelay: 3_600_000 })]),
  },
  {
    group: 'idle',
    name: 'mollitia: breaker, count',
    peer: 'mollitia',
    prepare: async () => {
      const { Circuit, SlidingCountBreaker } = await import('mollitia');
      return () => new Circuit({ func: answer, options: { modules: [new SlidingCountBreaker(COUNT)] } });
    },
  },
];

function calls(name: string, modules: (lib: Mollitia) => Module[]) {
  return succeeding({ name: `mollitia: ${name}`, peer: 'mollitia', prepare: () => prepare(modules) });
}

async function prepare(modules: (lib: Mollitia) => Module[]): Promise<() => Promise<unknown>> {
  const lib = await import('mollitia');
  const circuit = new lib.Circuit({ func: answer, options: { modules: modules(lib) } });
  return () => circuit.execute();
}
