import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Call } from '../src/engine/call.js';
import { createProvider } from '../src/provider/create-provider.js';
import type { CircuitBreakerOptions } from '../src/policies/circuit-breaker/circuit-breaker.options.js';
import type { ResilientProvider } from '../src/provider/resilient-provider.js';
import type { ProviderOptions } from '../src/provider/provider-options.js';
import { httpError, networkError, seededRandom, watch } from '../src/testing/calls.fixture.js';
import { heldBy } from '../src/testing/every-policy.fixture.js';
import { modelRuns } from '../src/testing/model-runs.js';
import { TestClock } from '../src/testing/test-clock.js';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const OPTIONS: fc.Arbitrary<ProviderOptions> = fc
  .record({
    timeout: maybe(
      fc.constantFrom({ attempt: 50 }, { total: 200 }, { attempt: 50, total: 200 }, {
        attempt: '1h',
        total: '2h',
      } as const),
    ),
    retry: maybe(
      fc.record({
        attempts: fc.integer({ min: 1, max: 4 }),
        backoff: fc.constantFrom({ initial: 0 }, { initial: 20 }),
        refusals: fc.boolean(),
        budget: fc.constantFrom<[false, { ratio: number; minPerSecond: number }]>(false, {
          ratio: 0.2,
          minPerSecond: 2,
        }),
      }),
    ),
    circuitBreaker: maybe(
      fc.record({
        window: fc.constantFrom<CircuitBreakerOptions['window'][]>({ consecutive: 2 }, { time: 1000 }, { count: 4 }),
        minimumCalls: fc.constant(3),
        openFor: fc.constantFrom<CircuitBreakerOptions['openFor'][]>(100, { initial: 50, max: 200, jitter: 'full' }),
        ramp: maybe(fc.constant({ over: 300 })),
        halfOpen: fc.record({ calls: fc.integer({ min: 1, max: 3 }), atMost: fc.constant(300) }),
      }),
    ),
    rateLimit: maybe(
      fc.record({ limit: fc.constantFrom(3, 50), per: fc.constant(100), wait: fc.constantFrom(0, 150, 3_600_000) }),
    ),
    bulkhead: maybe(
      fc
        .record({ concurrency: fc.integer({ min: 1, max: 4 }), queue: fc.integer({ min: 0, max: 3 }) })
        .chain((made) =>
          fc.constantFrom(made, { ...made, wait: 60 }, { ...made, wait: 3_600_000 }, { ...made, adaptive: true }),
        ),
    ),
    idempotency: maybe(fc.constantFrom({ wait: 0 }, { wait: 100 }, { wait: 3_600_000 })),
    fallback: maybe(fc.constant('instead')),
    cache: maybe(
      fc.constantFrom(
        { ttl: 40 },
        { ttl: 20, staleWhileRevalidate: 60, staleIfError: 200, earlyRefresh: true, errors: { ttl: 30 } },
      ),
    ),
    hedge: maybe(
      fc.constantFrom(
        { delay: 0 },
        { delay: 25, attempts: 3 },
        { delay: { quantile: 0.5, minimumCalls: 2, initial: 10 } },
      ),
    ),
    adaptiveThrottle: maybe(fc.constantFrom({ minimumCalls: 1 }, { k: 1, window: 100, minimumCalls: 2 })),
    chaos: maybe(
      fc.constantFrom(
        { fault: { rate: 0.3, code: 'ECONNRESET' } },
        { latency: { rate: 0.5, delay: { min: 0, max: 80 } }, outcome: { rate: 0.2, value: 'injected' } },
      ),
    ),
  })
  .map((made) => Object.fromEntries(Object.entries(made).filter(([, options]) => options !== undefined)));

const WORK = [
  'value',
  'late value',
  'throws',
  'rejects',
  'late error',
  'throttled',
  'not sent',
  'obeys',
  'ignores',
  'answers 503',
  'nested',
] as const;

interface Action {
  readonly work: (typeof WORK)[number];
  readonly afterMs: number;
  readonly abortAfterMs: number | undefined;
  readonly key: string | undefined;
  readonly idempotencyKey: string | undefined;
}

const ACTION: fc.Arbitrary<Action> = fc.record({
  work: fc.constantFrom(...WORK),
  afterMs: fc.constantFrom(0, 0, 1, 30, 120),
  abortAfterMs: maybe(fc.constantFrom(0, 10, 49, 50, 100)),
  key: maybe(fc.constantFrom('a', 'b')),
  idempotencyKey: maybe(fc.constantFrom('one', 'two')),
});

/** The ways in which a third party may behave. All of them have ended after half a second. */
function workOf(work: Action['work'], clock: TestClock, inner: ResilientProvider) {
  return async (call: Call): Promise<unknown> => {
    switch (work) {
      case 'value':
        return 'value';
      case 'late value':
        await clock.sleep(30);
        return 'value';
      case 'throws':
      case 'rejects':
        throw new Error('boom');
      case 'late error':
        await clock.sleep(70);
        throw httpError(500);
      case 'throttled':
        throw httpError(429, { 'retry-after-ms': '40' });
      case 'not sent':
        throw networkError('ECONNREFUSED');
      case 'obeys':
        return clock.sleep(500, call.signal);
      case 'ignores':
        await clock.sleep(500);
        throw new Error('late, and nobody waits for it');
      case 'answers 503':
        return { status: 503, ok: false, headers: {} };
      case 'nested':
        return inner.execute(() => clock.sleep(40));
    }
  };
}

async function storm(options: ProviderOptions, actions: readonly Action[], seed: number): Promise<void> {
  const clock = new TestClock();
  const parts = { clock, random: seededRandom(seed) };
  const provider = createProvider('payments', options, parts);
  const inner = createProvider('bank', { timeout: { attempt: 60 }, retry: { attempts: 2 } }, parts);
  const callers: AbortController[] = [];
  const longLived = new AbortController();
  const results = [];
  for (const { work, afterMs, abortAfterMs, key, idempotencyKey } of actions) {
    await clock.advance(afterMs);
    const caller = abortAfterMs === undefined ? longLived : new AbortController();
    callers.push(caller);
    const run = work === 'throws' ? throwing : workOf(work, clock, inner);
    const asked = {
      signal: caller.signal,
      args: [work],
      ...(key && { key }),
      ...(idempotencyKey && { idempotencyKey }),
    };
    results.push(watch(provider.execute(run, asked)));
    if (abortAfterMs === 0) caller.abort('left');
    else if (abortAfterMs !== undefined) clock.schedule(abortAfterMs, () => caller.abort('left'));
  }
  for (let i = 0; i < 100 && results.some(({ settled }) => !settled); i++) await clock.advance(100);
  expect(results.filter(({ settled }) => !settled)).toEqual([]);
  // Aborted work ends by itself; every limit that could still be counting is an hour long.
  await clock.advance(600);
  for (const { signal } of callers) expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(clock.pendingTimers('referenced')).toBe(0);
  expect(heldBy(provider)).toEqual([]);
  if (options.chaos !== undefined) provider.reconfigure({ chaos: { enabled: false } });
  // A refused patch is forgotten.
  await clock.advance('2m');
  await recovers(provider, clock);
}

/** No permit was lost: however it was treated, a provider that is well again is called again. */
async function recovers(provider: ResilientProvider, clock: TestClock): Promise<void> {
  for (const key of [undefined, 'a', 'b']) {
    for (let i = 0; i < 5; i++) {
      await clock.advance('1s');
      const result = watch(provider.execute(() => i, key === undefined ? {} : { key }));
      await clock.advance('1s');
      expect(result).toEqual({ settled: true, value: i });
    }
  }
  expect(provider.circuitBreaker?.state ?? 'closed').toBe('closed');
}

function throwing(): never {
  throw new Error('thrown before there was a promise');
}

describe('the engine', () => {
  // The runner fails a test that leaves a rejection unhandled.
  it('leaves no rejection, listener, timer, slot or permit behind, whatever policies, outcomes and aborts meet', async () => {
    const property = fc.asyncProperty(OPTIONS, fc.array(ACTION, { maxLength: 25, size: 'max' }), fc.nat(), storm);
    await fc.assert(property, { numRuns: modelRuns(150) });
  });
});
