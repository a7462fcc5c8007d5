import type { BenchCase, OnDemand } from '../bench-case.js';
import { cacheFolder } from '../workspace.js';
import { answer } from './answer.js';
import { bootNestjsResilience } from './boot-nestjs-resilience.js';
import { loadNestjsResilience, type NestjsResilience } from './load-nestjs-resilience.js';
import { succeeding } from './succeeding.js';

/** It fits Nest 8 to 10, which cannot stand beside the workspace's own. */
const ON_DEMAND: OnDemand = {
  folder: cacheFolder('nestjs-resilience'),
  packages: ['nestjs-resilience@2.1.3', '@nestjs/common@10', '@nestjs/core@10', 'reflect-metadata@0.1', 'rxjs@7'],
};

const PEER = { peer: 'nestjs-resilience', needs: ON_DEMAND } as const;

/** nestjs-resilience's decorator, with its circuit breaker and with four strategies. */
export const nestjsResilience: readonly BenchCase[] = [
  ...calls('breaker', (lib) => [new lib.CircuitBreakerStrategy()]),
  ...calls('bulkhead + timeout + breaker + retry', (lib) => [
    new lib.BulkheadStrategy({ maxConcurrent: 10, maxQueue: 200 }),
    new lib.TimeoutStrategy(1000),
    new lib.CircuitBreakerStrategy(),
    new lib.RetryStrategy({ maxRetries: 2 }),
  ]),
  {
    ...PEER,
    group: 'refusal',
    name: 'nestjs-resilience: breaker, open',
    prepare: async () => {
      let down = true;
      const opens = { requestVolumeThreshold: 1, sleepWindowInMilliseconds: 3_600_000 };
      const call = await bootNestjsResilience(
        ON_DEMAND.folder,
        (lib) => [new lib.CircuitBreakerStrategy(opens)],
        async () => {
          if (down) throw new Error('the provider is down');
        },
      );
      await call().catch(() => undefined);
      down = false;
      return call;
    },
  },
  {
    ...PEER,
    group: 'idle',
    name: 'nestjs-resilience: CircuitBreakerStrategy',
    prepare: async () => {
      const { CircuitBreakerStrategy } = loadNestjsResilience(ON_DEMAND.folder);
      return () => new CircuitBreakerStrategy();
    },
  },
];

function calls(name: string, strategies: (lib: NestjsResilience) => readonly object[]) {
  return succeeding({
    ...PEER,
    name: `nestjs-resilience: ${name}`,
    prepare: () => bootNestjsResilience(ON_DEMAND.folder, strategies, answer),
  });
}
