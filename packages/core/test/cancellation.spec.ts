import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../src/provider/create-provider.js';
import type { ProviderOptions } from '../src/provider/provider-options.js';
import { catalog } from '../src/policies/catalog.js';
import type { Layer } from '../src/settings/merge-settings.js';
import { deferred } from '../src/testing/deferred.js';
import { httpError, outcomeOf, turn, watch } from '../src/testing/calls.fixture.js';
import { EVERY_POLICY } from '../src/testing/every-policy.fixture.js';
import { TestClock } from '../src/testing/test-clock.js';

type Execute = (work: () => unknown, signal?: AbortSignal, what?: string) => Promise<unknown>;

/** Where a call may be waiting: what makes it wait there, and what the method does for it. */
interface Place {
  readonly options: ProviderOptions;
  readonly before?: (execute: Execute, hanging: () => unknown) => unknown;
  readonly work?: (hanging: () => unknown) => () => unknown;
}

const down = () => Promise.reject(httpError(500));
const instant = () => 'done';

const PLACES: Readonly<Record<string, Place>> = {
  'in the method': { options: {} },
  'in a bulkhead’s queue': {
    options: { bulkhead: { concurrency: 1, queue: 1 } },
    before: (execute, hanging) => void execute(hanging).catch(() => undefined),
  },
  'in a rate limit’s line': {
    options: { rateLimit: { limit: 1, burst: 1, per: '10m', wait: '20m' } },
    before: (execute) => execute(instant, undefined, 'another'),
  },
  'between two attempts': {
    options: { retry: { attempts: 2, backoff: { kind: 'constant', initial: '1m', max: '1m', jitter: 'none' } } },
    work: () => down,
  },
  'between two attempts without a wait': {
    options: { retry: { attempts: 1000, backoff: { initial: 0 }, budget: false } },
    work: () => down,
  },
  'in an attempt and its hedge': { options: { hedge: { delay: 0 } } },
  'in an injected delay': { options: { chaos: { latency: { rate: 1, delay: '1m' } } } },
  'for another’s load of the same': {
    options: { cache: { ttl: '1m' } },
    before: (execute, hanging) => void execute(hanging).catch(() => undefined),
  },
  'for another’s call of the same key': {
    options: { idempotency: { wait: '10m' } },
    before: (execute, hanging) => void execute(hanging).catch(() => undefined),
  },
  'for its fallback': { options: { fallback: () => new Promise(() => undefined) }, work: () => down },
};

const CASES = Object.keys(PLACES).flatMap((place) =>
  ['nothing else', ...Object.keys(EVERY_POLICY)].map((beside) => [place, beside] as const),
);

describe('a call that is aborted while it waits', () => {
  it.each(CASES)('%s, beside %s, ends in the same turn with its caller’s reason', async (at, beside) => {
    const { options, before, work = (hanging) => hanging } = PLACES[at]!;
    const clock = new TestClock();
    const merged = catalog.merge(EVERY_POLICY[beside] as Layer | undefined, options as Layer) as ProviderOptions;
    const provider = createProvider('payments', merged, { clock, random: () => 0.5 });
    const others = new AbortController();
    const execute: Execute = (run, signal = others.signal, what = 'the same') =>
      provider.execute(run, { signal, args: [what], ...('idempotency' in options && { idempotencyKey: what }) });
    const held = deferred();
    held.promise.catch(() => undefined);
    await before?.(execute, () => held.promise);
    await turn();

    let called = 0;
    const caller = new AbortController();
    const counted = work(() => held.promise);
    const result = watch(execute(() => (called++, counted()), caller.signal));
    await turn();
    expect(result.settled).toBe(false);
    const reason = new Error('the user left');
    const listening = getEventListeners(caller.signal, 'abort').length;
    caller.abort(reason);
    for (let i = 0; i < 20; i++) await Promise.resolve();
    expect({ listening, ...result }).toEqual({ listening: 1, settled: true, error: reason });

    const calledBefore = called;
    others.abort(new Error('enough'));
    held.reject(new Error('late'));
    await clock.advance('1h');
    expect(called).toBe(calledBefore);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    expect(clock.pendingTimers('referenced')).toBe(0);
  });

  it.each(CASES.filter(([place]) => place === 'in the method'))(
    '%s, beside %s: one that was aborted before it began is charged nowhere',
    async (_place, beside) => {
      const clock = new TestClock();
      const provider = createProvider('payments', EVERY_POLICY[beside] ?? {}, { clock });
      const reason = new Error('gone already');
      let called = false;
      const gone = () => provider.execute(() => (called = true), { signal: AbortSignal.abort(reason), args: [1] });
      expect(await outcomeOf(gone())).toEqual({ error: reason });
      const before = provider.snapshot();
      expect(await outcomeOf(gone())).toEqual({ error: reason });
      expect([called, provider.snapshot()]).toEqual([false, before]);
    },
  );
});
