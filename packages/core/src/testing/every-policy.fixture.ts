import { catalog } from '../policies/catalog.js';
import type { PolicyName, PolicyOptions } from '../policies/policy-options.js';
import type { ResilientProvider } from '../provider/resilient-provider.js';
import type { ProviderOptions } from '../provider/provider-options.js';

/** Settings of each kind under which a call that goes well is left in peace, by what is made of them. */
const HARMLESS: { readonly [Kind in PolicyName]: Readonly<Record<string, PolicyOptions[Kind]>> } = {
  fallback: { fallback: () => 'instead' },
  cache: { cache: { ttl: '1m' } },
  idempotency: { idempotency: {} },
  timeout: { 'total timeout': { total: '30m' }, 'attempt timeout': { attempt: '20m' } },
  retry: { retry: { attempts: 2, backoff: { kind: 'constant', initial: 10, jitter: 'none' } } },
  hedge: { hedge: { delay: 50 } },
  circuitBreaker: { circuitBreaker: { window: { consecutive: 1000 } } },
  adaptiveThrottle: { adaptiveThrottle: {} },
  rateLimit: { rateLimit: { limit: 1000, burst: 500 } },
  bulkhead: { bulkhead: { concurrency: 10, queue: 1000 } },
  chaos: { chaos: { fault: { rate: 0.01, status: 503 }, latency: { rate: 0.01, delay: 10 } } },
};

/** Each policy of the catalog with such settings. Not part of the testing entry. */
export const EVERY_POLICY: Readonly<Record<string, ProviderOptions>> = Object.fromEntries(
  catalog.kinds.flatMap(({ kind }) =>
    Object.entries(HARMLESS[kind as PolicyName]).map(([name, options]) => [name, { [kind]: options }]),
  ),
);

/** The fields of policies' snapshots that count the calls they hold. */
const HELD = ['active', 'abandoned', 'queued', 'inFlight', 'loading'];

/** The calls that a provider's policies hold: `[kind, what, how many]`. */
export function heldBy(provider: ResilientProvider): unknown[] {
  const { policies } = provider.snapshot();
  const held = policies.flatMap((policy) =>
    HELD.map((name) => [policy.kind, name, (policy as unknown as Record<string, unknown>)[name]]),
  );
  return held.filter(([, , count]) => count !== undefined && count !== 0);
}

/** Every pair of different names, in their order. */
export function pairsOf<T>(names: readonly T[]): (readonly [T, T])[] {
  return names.flatMap((one, i) => names.slice(i + 1).map((other) => [one, other] as const));
}
