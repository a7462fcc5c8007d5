import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Call } from '../src/engine/call.js';
import { createProvider } from '../src/provider/create-provider.js';
import { httpError, networkError } from '../src/testing/calls.fixture.js';
import { modelRuns } from '../src/testing/model-runs.js';
import { TestClock } from '../src/testing/test-clock.js';
import { PlainEngine, type PlainOptions, type PlannedCall, type Treatment } from './plain-engine.fixture.js';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** Hardly ever the same twice: what falls into one moment may come in any order. */
const times = (min: number, max: number) =>
  fc.noBias(fc.integer({ min: 0, max: 1e9 })).map((part) => min + (part / 1e9) * (max - min));

const OPTIONS = fc
  .record({
    retry: maybe(
      fc.record({
        attempts: fc.integer({ min: 1, max: 4 }),
        backoff: fc
          .oneof(fc.constant(0), times(1, 60))
          .map((initial) => ({ kind: 'constant', jitter: 'none', initial }) as const),
        budget: fc.constant(false as const),
        maxRetryAfter: fc.constantFrom(100, 60_000),
      }),
    ),
    circuitBreaker: maybe(
      fc.record({
        window: fc
          .record({ count: maybe(fc.integer({ min: 2, max: 8 })), consecutive: fc.integer({ min: 1, max: 5 }) })
          .map(defined),
        failureRate: fc.constantFrom(0.3, 0.5, 0.75, 1),
        minimumCalls: fc.integer({ min: 1, max: 10 }),
        openFor: times(10, 400),
        halfOpen: fc.record({
          calls: fc.integer({ min: 1, max: 4 }),
          successRate: fc.constantFrom(0.34, 0.5, 0.75, 1),
          atMost: times(50, 300),
        }),
      }),
    ),
    bulkhead: maybe(
      fc
        .record({
          concurrency: fc.integer({ min: 1, max: 4 }),
          queue: fc.integer({ min: 0, max: 4 }),
          wait: maybe(times(10, 150)),
        })
        .map(defined),
    ),
    timeout: maybe(
      fc.oneof(
        fc.record({ attempt: times(20, 120) }),
        fc.record({ total: times(50, 400) }),
        fc.record({ attempt: times(20, 120), total: times(121, 500) }),
      ),
    ),
    fallback: maybe(fc.constant('instead')),
  })
  .map(defined);

const TREATMENT: fc.Arbitrary<Treatment> = fc
  .record({
    ends: fc.constantFrom<Treatment['ends'][]>(
      'ok',
      'ok',
      'ok',
      '500',
      '500',
      '503',
      '429',
      '404',
      'ECONNREFUSED',
      'never',
    ),
    afterMs: times(1, 180),
    heeds: fc.boolean(),
    retryAfterMs: maybe(fc.constantFrom(5, 40, 90, 500)),
  })
  .map(defined);

const CALLS: fc.Arbitrary<readonly PlannedCall[]> = fc.array(
  fc
    .record({
      atMs: times(0, 1500),
      abortAfterMs: fc.option(times(0, 200), { nil: undefined, freq: 6 }),
      attempts: fc.array(TREATMENT, { minLength: 1, maxLength: 4 }),
    })
    .map(defined),
  { maxLength: 40, size: 'max' },
);

/** Without what is not given, as settings have it. */
function defined<T extends object>(made: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)) as never;
}

/** The method of the attempt `name`, treated so. */
function method({ ends, afterMs, heeds, retryAfterMs }: Treatment, name: string, clock: TestClock) {
  const failure = () => {
    const error = ends === 'ECONNREFUSED' ? networkError(ends) : httpError(Number(ends), asking(retryAfterMs));
    return Object.assign(error, { message: `${ends} of ${name}` });
  };
  return ({ signal }: Call) =>
    new Promise<string>((resolve, reject) => {
      const settle = () => (ends === 'ok' ? resolve(`ok of ${name}`) : reject(failure()));
      const timer = ends === 'never' ? undefined : clock.schedule(afterMs, settle);
      if (!heeds) return;
      signal.addEventListener('abort', () => {
        timer?.cancel();
        reject(signal.reason);
      });
    });
}

function asking(retryAfterMs: number | undefined): Record<string, string> {
  return retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) };
}

function shown(error: unknown): string {
  if (typeof error === 'string') return error;
  const { code, why, scope, message } = error as Record<string, string | undefined>;
  if (code === 'CIRCUIT_OPEN') return code;
  return why === undefined && scope === undefined ? String(message) : `${code} ${why ?? scope}`;
}

/** Sends calls through the engine. */
async function real(options: PlainOptions, calls: readonly PlannedCall[]) {
  const clock = new TestClock();
  const provider = createProvider('payments', options, { clock });
  const ended = new Map<number, string>();
  const begun: string[] = [];
  for (const [index, { atMs, abortAfterMs, attempts }] of calls.entries()) {
    clock.schedule(atMs, () => {
      const caller = new AbortController();
      if (abortAfterMs !== undefined) clock.schedule(abortAfterMs, () => caller.abort('left'));
      let number = 0;
      const run = (call: Call) => {
        const treatment = attempts[Math.min(++number, attempts.length) - 1]!;
        begun.push(`${index}.${number} at ${clock.now().toFixed(6)}`);
        return method(treatment, `${index}.${number}`, clock)(call);
      };
      void provider
        .execute(run, abortAfterMs === undefined ? {} : { signal: caller.signal })
        .catch(shown)
        .then((how) => ended.set(index, `${how} at ${clock.now().toFixed(6)}`));
    });
  }
  await clock.advance('1m');
  return { ended, begun };
}

async function plain(options: PlainOptions, calls: readonly PlannedCall[]) {
  const clock = new TestClock();
  const engine = new PlainEngine(options, clock);
  for (const [index, call] of calls.entries()) clock.schedule(call.atMs, () => void engine.run(index, call));
  await clock.advance('1m');
  return { ended: engine.ended, begun: engine.begun };
}

describe('retry, circuit, bulkhead, timeouts and fallback together', () => {
  const runs = modelRuns(150);

  it(`call the method when a plain engine would, and end as its calls do (${runs} runs)`, async () => {
    const property = fc.asyncProperty(OPTIONS, CALLS, async (options, calls) => {
      expect(await real(options, calls)).toEqual(await plain(options, calls));
    });
    await fc.assert(property, { numRuns: runs });
  });
});
