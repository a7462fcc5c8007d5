import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../src/provider/create-provider.js';
import type { ProviderOptions } from '../src/provider/provider-options.js';
import { catalog } from '../src/policies/catalog.js';
import type { Layer } from '../src/settings/merge-settings.js';
import { httpError, watch } from '../src/testing/calls.fixture.js';
import { pairsOf } from '../src/testing/every-policy.fixture.js';
import { recordEvents } from '../src/testing/record-events.js';
import { TestClock } from '../src/testing/test-clock.js';

/**
 * Each policy that has something to tell, with settings under which it does when the provider hangs, is throttling or
 * down.
 */
const TELLING: Readonly<Record<string, ProviderOptions>> = {
  fallback: { fallback: 'instead' },
  'total timeout': { timeout: { total: 200 } },
  retry: { retry: { attempts: 2, backoff: { kind: 'constant', initial: 10, jitter: 'none' } } },
  hedge: { hedge: { delay: 40 } },
  circuitBreaker: { circuitBreaker: { window: { consecutive: 1 }, openFor: '1h' } },
  rateLimit: { rateLimit: { limit: 1000 } },
  bulkhead: { bulkhead: { concurrency: 1, queue: 0 } },
  'attempt timeout': { timeout: { attempt: 70 } },
};

const STORMS = {
  hangs: () => new Promise(() => undefined),
  throttles: () => Promise.reject(httpError(429, { 'retry-after-ms': '20' })),
  'is down': () => Promise.reject(httpError(503, { 'retry-after-ms': '20' })),
} as const;

type Storm = keyof typeof STORMS;

async function eventsOf(storm: Storm, ...names: readonly string[]): Promise<string> {
  const clock = new TestClock();
  const options = catalog.merge(...names.map((name) => TELLING[name] as Layer)) as ProviderOptions;
  const provider = createProvider('payments', options, { clock });
  const events = recordEvents(provider);
  const result = watch(provider.execute(STORMS[storm]));
  await clock.advance('1s');
  void result;
  return events.types.join(' ');
}

/**
 * Where one policy changes what another has to tell. Elsewhere a pair tells what each tells alone, the inner one first.
 */
const TOGETHER: Readonly<Record<Storm, Readonly<Record<string, string>>>> = {
  hangs: {
    'fallback + total timeout': 'timeout.expired fallback.used',
    'fallback + attempt timeout': 'timeout.expired fallback.used',
    'total timeout + circuitBreaker': 'timeout.expired circuitBreaker.opened',
    // Without another attempt, the total has nothing to end.
    'total timeout + attempt timeout': 'timeout.expired',
    'retry + attempt timeout': 'timeout.expired retry.scheduled timeout.expired',
    'hedge + bulkhead': 'hedge.sent bulkhead.refused',
    'hedge + attempt timeout': 'hedge.sent timeout.expired timeout.expired',
    'circuitBreaker + attempt timeout': 'timeout.expired circuitBreaker.opened',
  },
  throttles: { 'retry + rateLimit': 'rateLimit.paused retry.scheduled rateLimit.paused' },
  'is down': {},
};

const CASES = (Object.keys(STORMS) as Storm[]).flatMap((storm) =>
  pairsOf(Object.keys(TELLING)).map(([outer, inner]) => [storm, outer, inner] as const),
);

describe('what is told when the provider', () => {
  it.each(CASES)('%s: %s with %s', async (storm, outer, inner) => {
    const alone = [await eventsOf(storm, inner), await eventsOf(storm, outer)].filter((told) => told !== '').join(' ');
    expect(await eventsOf(storm, outer, inner)).toBe(TOGETHER[storm][`${outer} + ${inner}`] ?? alone);
  });

  it.each([
    ['hangs', 'total timeout', 'timeout.expired'],
    ['hangs', 'hedge', 'hedge.sent'],
    ['hangs', 'attempt timeout', 'timeout.expired'],
    ['throttles', 'fallback', 'fallback.used'],
    ['throttles', 'retry', 'retry.scheduled'],
    ['throttles', 'rateLimit', 'rateLimit.paused'],
    ['is down', 'fallback', 'fallback.used'],
    ['is down', 'retry', 'retry.scheduled'],
    ['is down', 'circuitBreaker', 'circuitBreaker.opened'],
  ] as const)('%s: %s alone', async (storm, name, told) => {
    expect(await eventsOf(storm, name)).toBe(told);
  });
});
