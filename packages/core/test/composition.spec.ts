import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../src/provider/create-provider.js';
import type { ProviderOptions } from '../src/provider/provider-options.js';
import { catalog } from '../src/policies/catalog.js';
import type { Layer } from '../src/settings/merge-settings.js';
import { deferred } from '../src/testing/deferred.js';
import { httpError, outcomeOf, turn, watch } from '../src/testing/calls.fixture.js';
import { EVERY_POLICY, heldBy, pairsOf } from '../src/testing/every-policy.fixture.js';
import { TestClock } from '../src/testing/test-clock.js';

const PAIRS = pairsOf(Object.keys(EVERY_POLICY));

function bench(names: readonly string[], more: ProviderOptions = {}) {
  const clock = new TestClock();
  const layers = [...names.map((name) => EVERY_POLICY[name]), more] as readonly (Layer | undefined)[];
  const options = catalog.merge(...layers) as ProviderOptions;
  const provider = createProvider('payments', options, { clock, random: () => 0.99 });
  let calls = 0;
  /** Every call is about something else, so that nothing is answered from memory. */
  const execute = (work: () => unknown, signal?: AbortSignal) =>
    provider.execute(work, { args: [calls++], ...(signal && { signal }) });
  const shown = (kind: string) =>
    provider.snapshot().policies.find((policy) => policy.kind === kind) as Record<string, unknown> | undefined;
  return { clock, provider, execute, shown };
}

it('a provider says of every call that it holds where it is', async () => {
  const { execute, provider, clock } = bench(Object.keys(EVERY_POLICY), {
    bulkhead: { concurrency: 1 },
    hedge: { delay: '1h' },
  });
  const keyed = provider.execute(() => 'waits', { idempotencyKey: 'order-1' });
  const hanging = [watch(execute(() => deferred().promise)), watch(execute(() => 'waits')), watch(keyed)];
  await clock.advance(0);
  expect(hanging.some(({ settled }) => settled)).toBe(false);
  expect(heldBy(provider)).toEqual(
    expect.arrayContaining([
      ['cache', 'loading', 2],
      ['idempotency', 'inFlight', 1],
      ['bulkhead', 'active', 1],
      ['bulkhead', 'queued', 2],
    ]),
  );
  await clock.advance('25m');
  expect(heldBy(provider)).toContainEqual(['bulkhead', 'abandoned', 1]);
});

describe.each(PAIRS)('%s with %s', (one, other) => {
  it('gives the method’s value, whatever it is', async () => {
    const { execute } = bench([one, other]);
    const object = { any: 'thing' };
    for (const value of [object, undefined, null, 0, '', false, Number.NaN]) {
      expect(Object.is(await execute(async () => value), value)).toBe(true);
      expect(Object.is(await execute(() => value), value)).toBe(true);
    }
  });

  it('gives the method’s own error, untouched', async () => {
    const { execute } = bench([one, other]);
    const refused = Object.freeze(Object.assign(new Error('no such card'), { status: 402 }));
    const result = await outcomeOf(execute(() => Promise.reject(refused)));
    const given = 'error' in result ? result.error : result.value;
    expect(given).toBe(refused);
  });

  it('is aborted with its caller in the same turn, and leaves nothing behind', async () => {
    const { clock, execute, provider } = bench([one, other]);
    const caller = new AbortController();
    const work = deferred();
    let called = 0;
    const hanging = () => {
      called++;
      return work.promise;
    };
    const result = watch(execute(hanging, caller.signal));
    await clock.advance(0);
    const reason = new Error('the user left');
    caller.abort(reason);
    await turn();
    expect(result).toMatchObject({ settled: true, error: reason });
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    const before = called;
    work.reject(new Error('late'));
    await clock.advance('1h');
    expect(called).toBe(before);
    expect(clock.pendingTimers('referenced')).toBe(0);
    expect(heldBy(provider)).toEqual([]);
  });

  it('holds no call back once a storm is over', async () => {
    const { clock, execute, provider } = bench([one, other]);
    const works = [
      () => 'value',
      () => Promise.reject(httpError(500)),
      () => Promise.reject(httpError(429, { 'retry-after-ms': '20' })),
      () => clock.sleep(30),
      () => {
        throw new Error('thrown');
      },
      () => ({ status: 503, ok: false, headers: {} }),
    ];
    const callers = Array.from({ length: 60 }, () => new AbortController());
    const results = callers.map((caller, i) => watch(execute(works[i % works.length]!, caller.signal)));
    for (let i = 0; i < callers.length; i += 7) callers[i]!.abort(new Error('given up'));
    await clock.advance('1h');
    expect(results.filter(({ settled }) => !settled)).toEqual([]);
    expect(clock.pendingTimers('referenced')).toBe(0);
    expect(callers.flatMap(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([]);
    expect(heldBy(provider)).toEqual([]);
    expect(await execute(() => 'after')).toBe('after');
  });
});

/** Gates, outermost first, each with what makes it refuse the next call. */
const REFUSING = {
  circuitBreaker: ({ provider }: ReturnType<typeof bench>) => provider.circuitBreaker!.isolate(),
  rateLimit: ({ provider }: ReturnType<typeof bench>) =>
    provider.observe({ status: 429, headers: { 'retry-after': '60' } }),
  bulkhead: ({ execute }: ReturnType<typeof bench>) => {
    for (let i = 0; i < 10; i++) void execute(() => new Promise(() => undefined));
  },
} as const;

describe.each(pairsOf(Object.keys(REFUSING) as (keyof typeof REFUSING)[]))('%s above %s', (outer, inner) => {
  it('takes its refusals for nothing: no failure, no permit, no token', async () => {
    const made = bench([outer, inner], {
      ...(inner === 'bulkhead' && { bulkhead: { queue: 0 } }),
      // So few that what is not given back would soon be missed.
      ...(outer === 'rateLimit' && { rateLimit: { burst: 20 } }),
    });
    REFUSING[inner](made);
    const before = made.shown(outer)!;
    for (let i = 0; i < 50; i++) expect(await outcomeOf(made.execute(() => 'called'))).toHaveProperty('error.code');
    const after = made.shown(outer)!;
    const counted = ['state', 'window', 'consecutiveFailures', 'active', 'queued', 'failed', 'waitMs'];
    for (const name of counted) expect([name, after[name]]).toEqual([name, before[name]]);
  });
});
