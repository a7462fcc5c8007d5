import type { IBreaker } from 'cockatiel';
import type { BenchCase } from '../bench-case.js';
import { answer, fail } from './answer.js';
import { succeeding } from './succeeding.js';

type Cockatiel = typeof import('cockatiel');
type Policy = { execute<T>(work: () => Promise<T>): Promise<T> };

const HOUR_MS = 3_600_000;

/** cockatiel's circuit breakers, and its retry, circuit breaker and bulkhead with and without its timeouts. */
export const cockatiel: readonly BenchCase[] = [
  ...calls('breaker, consecutive', (lib) => breaker(lib, consecutive(lib))),
  ...calls('breaker, count', (lib) => breaker(lib, count(lib))),
  ...calls('breaker, sampling', (lib) => breaker(lib, sampling(lib))),
  ...calls('retry + breaker + bulkhead', stack),
  ...calls('retry + breaker + bulkhead + aggressive timeout', (lib) =>
    stack(lib, lib.timeout(1000, lib.TimeoutStrategy.Aggressive)),
  ),
  ...calls('retry + breaker + bulkhead + cooperative timeout', (lib) =>
    stack(lib, lib.timeout(1000, lib.TimeoutStrategy.Cooperative)),
  ),
  {
    group: 'refusal',
    name: 'cockatiel: breaker, open',
    peer: 'cockatiel',
    prepare: async () => {
      const lib = await import('cockatiel');
      const policy = breaker(lib, new lib.ConsecutiveBreaker(1));
      await policy.execute(fail).catch(() => undefined);
      return () => policy.execute(answer);
    },
  },
  idle('breaker, consecutive', (lib) => breaker(lib, consecutive(lib))),
  idle('breaker, count', (lib) => breaker(lib, count(lib))),
  idle('breaker, sampling', (lib) => breaker(lib, sampling(lib))),
  idle('retry + breaker + bulkhead + aggressive timeout', (lib) =>
    stack(lib, lib.timeout(1000, lib.TimeoutStrategy.Aggressive)),
  ),
];

function calls(name: string, policyOf: (lib: Cockatiel) => Policy) {
  return succeeding({
    name: `cockatiel: ${name}`,
    peer: 'cockatiel',
    prepare: async () => {
      const policy = policyOf(await import('cockatiel'));
      return () => policy.execute(answer);
    },
  });
}

function idle(name: string, policyOf: (lib: Cockatiel) => Policy): BenchCase {
  return {
    group: 'idle',
    name: `cockatiel: ${name}`,
    peer: 'cockatiel',
    prepare: async () => {
      const lib = await import('cockatiel');
      return () => policyOf(lib);
    },
  };
}

function breaker({ circuitBreaker, handleAll }: Cockatiel, kind: IBreaker) {
  return circuitBreaker(handleAll, { halfOpenAfter: HOUR_MS, breaker: kind });
}

function consecutive({ ConsecutiveBreaker }: Cockatiel): IBreaker {
  return new ConsecutiveBreaker(5);
}

function count({ CountBreaker }: Cockatiel): IBreaker {
  return new CountBreaker({ threshold: 0.5, size: 100 });
}

function sampling({ SamplingBreaker }: Cockatiel): IBreaker {
  return new SamplingBreaker({ threshold: 0.5, duration: 10_000 });
}

function stack(lib: Cockatiel, timeout?: ReturnType<Cockatiel['timeout']>): Policy {
  const again = lib.retry(lib.handleAll, { maxAttempts: 2, backoff: new lib.ExponentialBackoff() });
  const circuit = breaker(lib, sampling(lib));
  const slots = lib.bulkhead(10, 200);
  return timeout === undefined ? lib.wrap(again, circuit, slots) : lib.wrap(again, circuit, slots, timeout);
}
