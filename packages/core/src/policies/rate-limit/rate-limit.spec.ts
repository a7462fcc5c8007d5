import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { readSettings } from '../../settings/read-settings.js';
import { deferred } from '../../testing/deferred.js';
import { httpError, liveCall, outcomeOf, seededRandom, turn, watch } from '../../testing/calls.fixture.js';
import { policyContract } from '../../testing/policy-contract.js';
import { recordEvents } from '../../testing/record-events.js';
import { MemoryStore } from '../../store/memory-store.js';
import { TestClock } from '../../testing/test-clock.js';
import type { RateLimit } from './rate-limit.js';
import { rateLimitKind } from './rate-limit.kind.js';
import type { RateLimitOptions } from './rate-limit.options.js';
import type { RateLimitSnapshot } from './rate-limit.telemetry.js';
import { isRateLimitedError } from './rate-limited.error.js';

function bench(rateLimit: RateLimitOptions, more: ProviderOptions = {}) {
  const clock = new TestClock();
  const provider = createProvider('crm', { rateLimit, ...more }, { clock });
  const events = recordEvents(provider);
  const startedAt: number[] = [];
  const call = (signal?: AbortSignal) =>
    watch(provider.execute(() => startedAt.push(clock.now()), { ...(signal && { signal }) }));
  const snapshot = () => provider.snapshot().policies.find(({ kind }) => kind === 'rateLimit') as RateLimitSnapshot;
  return { clock, provider, events, startedAt, call, snapshot };
}

describe('rate limit', () => {
  policyContract(rateLimitKind, { options: { limit: 10_000, burst: 5000 } });

  it('lets two hundred at once through no faster than the limit allows', async () => {
    const { call, clock, startedAt } = bench({ limit: 10 });
    const calls = Array.from({ length: 200 }, () => call());
    await clock.advance(0);
    expect(startedAt).toHaveLength(10);
    expect(calls.filter(({ error }) => isRateLimitedError(error))).toHaveLength(190);
  });

  it('refuses with how long it would have been', async () => {
    const { call, clock, events } = bench({ limit: 1, per: '1m' });
    call();
    await clock.advance('20s');
    const refused = call();
    await turn();
    expect(refused.error).toMatchObject({
      name: 'RateLimitedError',
      code: 'RATE_LIMITED',
      why: 'quota-spent',
      provider: 'crm',
      retryAfterMs: 40_000,
      message: 'crm: rate limited (quota spent); next slot in 40000 ms',
    });
    expect(events.ofType('rateLimit.refused')).toMatchObject([
      { detail: { why: 'quota-spent', retryAfterMs: 40_000 } },
    ]);
    await clock.advance('40s');
    expect(call().error).toBeUndefined();
  });

  it('refuses without a stack: building one is most of what it would cost', async () => {
    const { call } = bench({ limit: 1, per: '1m' });
    call();
    const refused = call();
    await turn();
    expect((refused.error as Error).stack).not.toContain('\n');
  });

  it.each([1, 2, 3])('holds in any window while callers wait, under random arrivals (%i)', async (seed) => {
    const random = seededRandom(seed);
    const { call, clock, startedAt } = bench({ limit: 20, per: '1s', burst: 5, wait: '3s', queue: 50 });
    for (let i = 0; i < 600; i++) {
      call();
      if (random() < 0.5) await clock.advance(random() < 0.05 ? random() * 3000 : random() * 80);
    }
    await clock.advance('10s');
    for (let from = 0; from + 20 < startedAt.length; from++) {
      expect(startedAt[from + 20]! - startedAt[from]!).toBeGreaterThan(1000);
    }
    expect(startedAt.length).toBeGreaterThan(200);
  });

  describe('those who wait', () => {
    it('go first come, first served, at the provider’s pace', async () => {
      const { provider, clock } = bench({ limit: 5, burst: 1, wait: '5s' });
      const order: [string, number][] = [];
      const all = ['a', 'b', 'c', 'd'].map((name) => provider.execute(() => void order.push([name, clock.now()])));
      await clock.advance('5s');
      await Promise.all(all);
      expect(order.map(([name]) => name)).toEqual(['a', 'b', 'c', 'd']);
      expect(order.map(([, at]) => at).every((at, i) => i === 0 || at - order[i - 1]![1] >= 200)).toBe(true);
    });

    it('go on in their caller’s async context', async () => {
      const { provider, clock } = bench({ limit: 5, burst: 1, wait: '5s' });
      const context = new AsyncLocalStorage<number>();
      const seen: unknown[] = [];
      for (const request of [0, 1, 2]) {
        context.run(request, () => void provider.execute(() => seen.push([request, context.getStore()])));
      }
      await clock.advance('5s');
      expect(seen).toEqual([
        [0, 0],
        [1, 1],
        [2, 2],
      ]);
    });

    it('are joined by newcomers behind them, not overtaken', async () => {
      const { provider, clock } = bench({ limit: 5, burst: 1, wait: '5s' });
      const order: string[] = [];
      const run = (name: string) => watch(provider.execute(() => order.push(name)));
      ['a', 'b', 'c'].map(run);
      await clock.advance(249);
      run('newcomer');
      await clock.advance('5s');
      expect(order).toEqual(['a', 'b', 'c', 'newcomer']);
    });

    it('are as many as the queue allows', async () => {
      const { call, clock, snapshot } = bench({ limit: 1, wait: '1h', queue: 2 });
      const calls = [call(), call(), call(), call()];
      await turn();
      expect(calls[3]!.error).toMatchObject({ code: 'RATE_LIMITED', why: 'queue-full' });
      expect(snapshot()).toMatchObject({ queued: 2, waited: 2, refused: 1 });
      await clock.advance('1h');
      expect(calls.slice(0, 3).every(({ settled, error }) => settled && error === undefined)).toBe(true);
    });

    it('do not wait in vain: what would take too long is refused at once', async () => {
      const { call, clock } = bench({ limit: 1, per: '1s', wait: '2500ms' });
      const calls = [call(), call(), call(), call()];
      await turn();
      expect(calls[3]!.error).toMatchObject({ why: 'quota-spent', retryAfterMs: 3000 });
      await clock.advance('2s');
      expect(calls.slice(0, 3).every(({ settled, error }) => settled && error === undefined)).toBe(true);
    });

    it('are refused at once when their turn would come at the very end of the wait, and not when it comes before', async () => {
      for (const [wait, why] of [
        [1000, 'quota-spent'],
        [1001, undefined],
      ] as const) {
        const { call, clock } = bench({ limit: 1, per: '1s', wait });
        call();
        const waiting = call();
        await turn();
        expect((waiting.error as { why?: string } | undefined)?.why).toBe(why);
        await clock.advance(1000);
        expect(waiting.settled).toBe(true);
        expect((waiting.error as { why?: string } | undefined)?.why).toBe(why);
      }
    });

    it('go on when their turn comes in the moment in which they have waited too long', async () => {
      const { call, clock, startedAt, snapshot } = bench({ limit: 4, burst: 1, wait: 263 });
      call();
      const waiting = call();
      // A token is there after 262.5 ms, and a timer fires after 263.
      await clock.advance(263);
      expect(waiting).toEqual({ settled: true, value: 2 });
      expect(startedAt).toEqual([0, 263]);
      expect(snapshot()).toMatchObject({ refused: 0, queued: 0 });
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it('do not wait past a deadline that they have late in the life of the process', async () => {
      const { call, clock } = bench({ limit: 1, per: '10s', wait: '1h' }, { timeout: { total: '5s' } });
      await clock.advance('1h');
      call();
      const refused = call();
      await turn();
      expect(refused.error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 10_000 });
    });

    it('do not wait past their deadline, and are told how long it would have been', async () => {
      const { call } = bench({ limit: 1, per: '10s', wait: '1h' }, { timeout: { total: '5s' } });
      call();
      const refused = call();
      await turn();
      expect(refused.error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 10_000 });
    });

    it('leave in the same turn when their caller aborts, and nothing keeps the process', async () => {
      const { call, clock, startedAt, snapshot } = bench({ limit: 1, per: '1m', wait: '1h' });
      call();
      const caller = new AbortController();
      const waiting = call(caller.signal);
      await turn();
      expect(clock.pendingTimers('referenced')).toBe(2);
      caller.abort('left');
      await turn();
      expect(waiting.error).toBe('left');
      expect(snapshot()).toMatchObject({ queued: 0 });
      expect(clock.pendingTimers('referenced')).toBe(0);
      expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
      await clock.advance('1h');
      expect(startedAt).toHaveLength(1);
    });

    it('are shown for all keys together', async () => {
      const { provider, snapshot } = bench({ limit: 2, per: '1m', burst: 1, wait: '1h', priority: 'background' });
      for (const key of ['a', 'a', 'a', 'b', 'b', undefined, undefined]) {
        void outcomeOf(provider.execute(() => 1, { ...(key !== undefined && { key }) }));
      }
      await turn();
      expect(snapshot()).toMatchObject({ keys: 2, queued: 4, queuedInBackground: 4 });
      provider.close();
      expect(snapshot()).toMatchObject({ queued: 0, queuedInBackground: 0 });
    });

    it('are refused at once when the wait turns out longer than they may wait', async () => {
      const { call, clock, provider } = bench({ limit: 10, burst: 1, wait: '1s' });
      call();
      const waiting = call();
      await turn();
      provider.observe({ status: 429, headers: { 'retry-after': '30' } });
      await turn();
      expect(waiting.error).toMatchObject({ why: 'paused-by-provider', retryAfterMs: 30_000 });
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it('are refused at once when a call under way is told to wait for longer than they may', async () => {
      const { provider, call, clock } = bench({ limit: 2, per: '1s', wait: '2s' });
      const answer = deferred();
      void outcomeOf(provider.execute(() => answer.promise));
      call();
      const waiting = call();
      await turn();
      answer.reject(httpError(429, { 'retry-after': '30' }));
      await turn();
      expect(waiting.error).toMatchObject({ why: 'paused-by-provider', retryAfterMs: 30_000 });
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it('stay where a pause delays them by less than 100 ms, and are refused when they have waited as long as they may', async () => {
      for (const [pauseMs, isRefusedAtOnce] of [
        [1099, false],
        [1100, true],
      ] as const) {
        const { provider, call, clock, snapshot } = bench({ limit: 2, per: '950ms', margin: 0, wait: '1s' });
        await clock.advance('1h');
        const answer = deferred();
        void outcomeOf(provider.execute(() => answer.promise));
        call();
        await turn();
        const waiting = call();
        await turn();
        answer.reject(httpError(429, { 'retry-after-ms': `${pauseMs}` }));
        await turn();
        expect(waiting.settled).toBe(isRefusedAtOnce);
        await clock.advance('1s');
        const retryAfterMs = isRefusedAtOnce ? pauseMs : pauseMs - 1000;
        expect(waiting.error).toMatchObject({ why: 'paused-by-provider', retryAfterMs });
        expect(snapshot()).toMatchObject({ queued: 0, refused: 1 });
      }
    });

    it('wait for as long, and as many, as new settings allow', async () => {
      const { provider, call, clock, startedAt } = bench({ limit: 1, per: '1s' });
      call();
      expect([call(), call()].map((refused) => refused.settled)).toEqual([false, false]);
      await turn();
      provider.reconfigure({ rateLimit: { wait: '1m', queue: 2 } });
      const calls = [call(), call(), call()];
      await turn();
      expect(calls[2]!.error).toMatchObject({ why: 'queue-full' });
      await clock.advance('5s');
      expect(startedAt).toHaveLength(3);
    });

    it('are refused when the provider is closed', async () => {
      const { call, clock, provider, events, snapshot } = bench({ limit: 1, per: '1m', wait: '1h' });
      call();
      const waiting = call();
      await turn();
      provider.close();
      await turn();
      expect(waiting.error).toMatchObject({
        code: 'RATE_LIMITED',
        why: 'closed',
        provider: 'crm',
        operation: 'execute',
        message: 'crm: rate limited (closed)',
      });
      expect(snapshot()).toMatchObject({ refused: 1 });
      expect(events.ofType('rateLimit.refused')).toMatchObject([{ operation: 'execute', detail: { why: 'closed' } }]);
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it.each([undefined, 'tenant'])('are none once the provider is closed (key: %s)', async (key) => {
      const { clock, provider } = bench({ limit: 2, per: '1m', burst: 1, wait: '1h' });
      provider.close();
      const call = () => watch(provider.execute(() => 'done', { ...(key !== undefined && { key }) }));
      const [first, second] = [call(), call()];
      await turn();
      expect(first.value).toBe('done');
      expect(second.error).toMatchObject({ code: 'RATE_LIMITED', why: 'closed', retryAfterMs: undefined });
      expect(clock.pendingTimers('referenced')).toBe(0);
    });
  });

  describe('a 429', () => {
    it('closes the gate for all until its Retry-After', async () => {
      const { provider, call, clock, events } = bench({ limit: 1000 });
      await outcomeOf(provider.execute(() => Promise.reject(httpError(429, { 'retry-after': '7' }))));
      const refused = call();
      await clock.advance(6999);
      expect(refused.error).toMatchObject({ why: 'paused-by-provider', retryAfterMs: 7000 });
      expect(call().settled).toBe(false);
      await clock.advance(1);
      expect(call().error).toBeUndefined();
      expect(events.ofType('rateLimit.paused')).toMatchObject([{ detail: { pauseMs: 7000 } }]);
    });

    it('is told once for each pause, and counted each time', async () => {
      const { provider, clock, events, snapshot } = bench({ limit: 1000 });
      const answers = [deferred(), deferred()];
      const calls = answers.map(({ promise }) => outcomeOf(provider.execute(() => promise)));
      for (const { reject } of answers) reject(httpError(429, { 'retry-after': '7' }));
      await Promise.all(calls);
      expect(events.ofType('rateLimit.paused')).toHaveLength(1);
      expect(snapshot()).toMatchObject({ throttled: 2, waitMs: 7000 });
      await clock.advance('7s');
      provider.observe({ status: 429, headers: { 'retry-after': '3' } });
      expect(events.ofType('rateLimit.paused')).toMatchObject([
        { detail: { pauseMs: 7000 } },
        { detail: { pauseMs: 3000 } },
      ]);
    });

    it('is told again when it draws the pause out, and not when by less than a second', () => {
      const { provider, clock, events, snapshot } = bench({ limit: 1000 });
      const answered = (retryAfter: string) =>
        provider.observe({ status: 429, headers: { 'retry-after': retryAfter } });
      answered('1');
      answered('600');
      clock.block(999);
      answered('600');
      clock.block(1);
      answered('600');
      answered('5');
      expect(events.ofType('rateLimit.paused')).toMatchObject([
        { detail: { pauseMs: 1000 } },
        { detail: { pauseMs: 600_000 } },
        { detail: { pauseMs: 600_000 } },
      ]);
      expect(snapshot()).toMatchObject({ throttled: 5, waitMs: 600_000 });
    });

    it('that asks for no wait is a pause like one that does not say for how long', () => {
      const { provider, events, snapshot } = bench({ limit: 1000 });
      for (let i = 0; i < 3; i++) provider.observe({ status: 429, headers: { 'retry-after': '0' } });
      expect(events.ofType('rateLimit.paused')).toMatchObject([{ detail: { pauseMs: 1000 } }]);
      expect(snapshot()).toMatchObject({ throttled: 3, waitMs: 1000 });
    });

    it('is counted once when its call both hands it on and fails with it', async () => {
      const { provider, snapshot } = bench({ limit: 1000 });
      const headers = { 'retry-after': '7' };
      const work = () => {
        provider.observe({ status: 429, headers });
        return Promise.reject(httpError(429, headers));
      };
      await outcomeOf(provider.execute(work));
      expect(snapshot()).toMatchObject({ throttled: 1 });
    });

    it('that was returned rather than thrown does so too', async () => {
      const { provider, call } = bench({ limit: 1000 });
      await provider.execute(() => new Response('', { status: 429, headers: { 'retry-after': '7' } }));
      const refused = call();
      await turn();
      expect(refused.error).toMatchObject({ retryAfterMs: 7000 });
    });

    it('that does not say for how long closes it for a second', async () => {
      const { provider, call, clock } = bench({ limit: 1000 });
      await outcomeOf(provider.execute(() => Promise.reject(httpError(429))));
      const refused = call();
      await clock.advance('1s');
      expect(refused.error).toMatchObject({ retryAfterMs: 1000 });
      await provider.execute(() => 'ok');
    });

    it('that asks for less than another leaves the longer pause', async () => {
      const { provider, call } = bench({ limit: 1000 });
      const answers = [deferred(), deferred()];
      const calls = answers.map(({ promise }) => outcomeOf(provider.execute(() => promise)));
      answers[0]!.reject(httpError(429, { 'retry-after': '60' }));
      answers[1]!.reject(httpError(429, { 'retry-after': '5' }));
      await Promise.all(calls);
      const refused = call();
      await turn();
      expect(refused.error).toMatchObject({ retryAfterMs: 60_000 });
    });

    it('lets those who may wait go on when the pause is over, paced', async () => {
      const { provider, call, clock, startedAt } = bench({ limit: 10, burst: 1, wait: '1m' });
      await outcomeOf(provider.execute(() => Promise.reject(httpError(429, { 'retry-after': '7' }))));
      call();
      call();
      await clock.advance('1m');
      expect(startedAt[0]).toBe(7000);
      expect(startedAt[1]).toBeGreaterThan(7000);
    });

    it('lets a retry through that waited for it, although the gate refuses those who may not wait', async () => {
      const { provider, clock } = bench({ limit: 1000 }, { retry: {} });
      let calls = 0;
      const result = watch(
        provider.execute(() => (++calls === 1 ? Promise.reject(httpError(429, { 'retry-after': '7' })) : 'ok')),
      );
      await clock.advance('7s');
      expect(result.value).toBe('ok');
    });

    it('is no failure for the circuit breaker', async () => {
      const { provider } = bench({ limit: 1000 }, { circuitBreaker: { window: { consecutive: 1 } } });
      await outcomeOf(provider.execute(() => Promise.reject(httpError(429))));
      expect(provider.circuitBreaker?.state).toBe('closed');
    });

    it.each([
      ['NaN', Number.NaN],
      ['infinity', Number.POSITIVE_INFINITY],
    ])(
      'whose wait is %s by the user’s own word closes it for a second, and not for ever',
      async (_name, retryAfterMs) => {
        const classify = () => ({ kind: 'throttled', retryAfterMs }) as const;
        const { call, clock, startedAt } = bench({ limit: 1000 }, { classify });
        call();
        await turn();
        const refused = call();
        await clock.advance('1s');
        call();
        await turn();
        expect(refused.error).toMatchObject({ why: 'paused-by-provider', retryAfterMs: 1000 });
        expect(startedAt).toEqual([0, 1000]);
      },
    );

    it('that says twice how long to wait is understood', async () => {
      const { provider, call } = bench({ limit: 1000 });
      provider.observe({
        status: 429,
        headers: new Headers([
          ['retry-after', '5'],
          ['retry-after', '5'],
        ]),
      });
      const refused = call();
      await turn();
      expect(refused.error).toMatchObject({ retryAfterMs: 5000 });
    });

    it('does not close the gate for ever, whatever it asks', async () => {
      const { provider, call } = bench({ limit: 1000 });
      await outcomeOf(provider.execute(() => Promise.reject(httpError(429, { 'retry-after': '9'.repeat(400) }))));
      const refused = call();
      await turn();
      expect(refused.error).toMatchObject({ retryAfterMs: 86_400_000 });
      expect(JSON.stringify(provider.snapshot())).not.toContain('null');
    });
  });

  describe('what the provider’s headers say', () => {
    const remaining = (left: number, resetS: number) => ({
      status: 200,
      headers: { ratelimit: `"default";r=${left};t=${resetS}` },
    });
    const admitted = async (call: () => unknown, times: number, startedAt: unknown[]) => {
      const before = startedAt.length;
      for (let i = 0; i < times; i++) call();
      await turn();
      return startedAt.length - before;
    };

    it('lowers what is let through, until the reset', async () => {
      const { provider, call, clock, startedAt } = bench({ limit: 1000, burst: 500 });
      provider.observe(remaining(3, 10));
      expect(await admitted(call, 10, startedAt)).toBe(3);
      const refused = call();
      await turn();
      expect(refused.error).toMatchObject({ why: 'quota-spent', retryAfterMs: 10_000 });
      await clock.advance('10s');
      expect(await admitted(call, 10, startedAt)).toBe(10);
    });

    it('never raises it above the own limit', async () => {
      const { provider, call, startedAt } = bench({ limit: 10, burst: 2 });
      provider.observe(remaining(1_000_000, 10));
      expect(await admitted(call, 10, startedAt)).toBe(2);
    });

    it('only lowers it within one window, because responses arrive out of order', async () => {
      const { provider, call, clock, startedAt } = bench({ limit: 1000, burst: 500 });
      provider.observe(remaining(2, 60));
      provider.observe(remaining(9, 60));
      expect(await admitted(call, 10, startedAt)).toBe(2);
      await clock.advance('60s');
      provider.observe(remaining(9, 60));
      expect(await admitted(call, 10, startedAt)).toBe(9);
    });

    it.each([
      ['a bare number beyond twice the longest period', '1m', { 'x-ratelimit-reset': '121' }],
      ['a bare number in milliseconds', '1s', { 'x-ratelimit-reset': '600000' }],
      ['a moment in another age', '1h', { 'x-ratelimit-reset': '999999999999999' }],
      ['a moment beyond a day', '1h', { 'x-ratelimit-reset': '2026-01-02T00:00:01Z' }],
      ['so many seconds', '1s', { ratelimit: '"default";r=0;t=999999999999999' }],
    ] as const)('is not believed where its reset is %s: it is misread, or none of ours', (_name, per, headers) => {
      const { provider, snapshot } = bench({ limit: 1000, per });
      provider.observe({ status: 200, headers: { 'x-ratelimit-remaining': '0', ...headers } });
      expect(snapshot()).toMatchObject({ waitMs: 0 });
    });

    it.each([
      ['a bare number within a minute', '1s', { 'x-ratelimit-reset': '60' }, 60_000],
      ['a bare number within twice the longest period', '1h', { 'x-ratelimit-reset': '7200' }, 7_200_000],
      ['a moment within a day', '1s', { 'x-ratelimit-reset': '2026-01-02T00:00:00Z' }, 86_400_000],
      ['a moment within twice a longer period', '30d', { 'x-ratelimit-reset': '2026-01-20T00:00:00Z' }, 1_641_600_000],
      ['microseconds since the epoch', '1m', { 'x-ratelimit-reset': '1767225660000000' }, 60_000],
      ['nanoseconds since the epoch', '1m', { 'x-ratelimit-reset': '1767225660000000000' }, 60_000],
      ['not said: then it is the period of the settings', '7s', {}, 7000],
      [
        'not said: then it is the shortest period of the settings',
        undefined,
        {},
        20_000,
        {
          quotas: [
            { limit: 1000, per: '1h' },
            { bucket: 40, refill: 2 },
          ],
        },
      ],
      [
        'a bare number within twice the longest of several periods',
        undefined,
        { 'x-ratelimit-reset': '7200' },
        7_200_000,
        { quotas: [{ limit: 1000 }, { limit: 1000, per: '1h' }] },
      ],
      [
        'a bare number within twice the time in which a bucket fills',
        undefined,
        { 'x-ratelimit-reset': '200' },
        200_000,
        { bucket: 100, refill: 1 },
      ],
    ] as const)(
      'is believed where its reset is %s',
      (_name, per, headers, waitMs, quotas: RateLimitOptions = { limit: 1000, per }) => {
        const { provider, snapshot } = bench(quotas);
        provider.observe({ status: 200, headers: { 'x-ratelimit-remaining': '0', ...headers } });
        expect(snapshot()).toMatchObject({ waitMs });
      },
    );

    it('on a 429 gives way to its Retry-After', () => {
      const { provider, snapshot } = bench({ limit: 1000 });
      const headers = { 'retry-after': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '6' };
      provider.observe({ status: 429, headers });
      expect(snapshot()).toMatchObject({ waitMs: 1000 });
    });

    it('on a 429 without Retry-After closes the gate until the last of the spent quotas is whole', () => {
      const { provider, snapshot } = bench({ limit: 1000 });
      provider.observe({
        status: 429,
        headers: {
          'x-ratelimit-limit-requests': '200',
          'x-ratelimit-remaining-requests': '0',
          'x-ratelimit-reset-requests': '7m12s',
        },
      });
      expect(snapshot()).toMatchObject({ waitMs: 432_000 });
    });

    it.each([
      [418, { 'retry-after': '720' }, 720_000],
      [403, { 'retry-after': '60' }, 60_000],
      [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' }, 30_000],
      [403, {}, 0],
      [418, {}, 0],
      [503, { 'retry-after': '60' }, 0],
    ])('closes the gate on a %i with %j', (status, headers, waitMs) => {
      const { provider, snapshot } = bench({ limit: 1000 });
      provider.observe({ status, headers: headers as Record<string, string> });
      expect(snapshot()).toMatchObject({ waitMs });
    });

    it('is that of another moment where a cache has kept the answer', () => {
      const { provider, snapshot } = bench({ limit: 1000 });
      provider.observe({
        status: 200,
        headers: { age: '20', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' },
      });
      expect(snapshot()).toMatchObject({ waitMs: 0 });
    });

    it('is remembered when other settings change', () => {
      const { provider, snapshot } = bench({ limit: 1000 });
      provider.observe(remaining(0, 60));
      provider.reconfigure({ rateLimit: { limit: 500, wait: '1s' } });
      expect(snapshot()).toMatchObject({ waitMs: 60_000 });
    });

    it('is forgotten when it is to be ignored from now on', () => {
      const { provider, snapshot } = bench({ limit: 1000 });
      provider.observe(remaining(0, 60));
      provider.reconfigure({ rateLimit: { observeHeaders: false } });
      expect(snapshot()).toMatchObject({ waitMs: 0 });
    });

    describe('of one of several resources', () => {
      const of = (resource: string, left: number) => ({
        status: 200,
        headers: {
          'x-ratelimit-remaining': `${left}`,
          'x-ratelimit-reset': '40',
          'x-ratelimit-resource': resource,
        },
      });
      const refused = { error: { why: 'quota-spent', retryAfterMs: 40_000 } };

      it('stops those operations alone whose answers have named it', async () => {
        const { provider } = bench({ limit: 1000 });
        const run = (operation: string, answer = of('core', 4000)) =>
          outcomeOf(provider.execute(() => provider.observe(answer), { operation }));
        await run('list');
        await run('search', of('search', 0));
        expect(await run('search')).toMatchObject(refused);
        expect(await run('list')).toEqual({ value: undefined });
        expect(await run('another')).toEqual({ value: undefined });
        await run('list', of('core', 0));
        expect(await run('list')).toMatchObject(refused);
        expect(await run('another')).toMatchObject(refused);
      });

      it('has those operations wait in line for the limit itself, whose resource is not spent', async () => {
        const { provider, clock } = bench({ limit: 2, per: '1s', wait: '10s' });
        const run = (work: () => unknown) => provider.execute(work, { operation: 'search' });
        await run(() => provider.observe(of('search', 100)));
        await run(() => 1);
        const waiting = watch(run(() => clock.now()));
        await clock.advance('2s');
        expect(waiting).toEqual({ settled: true, value: 1000 });
      });

      it('lets what costs nothing wait for a pause alone, and for no resource that is spent', async () => {
        const { provider, clock } = bench({ limit: 100, per: '1s', wait: '10s', cost: 0 });
        const run = (work: () => unknown) => provider.execute(work, { operation: 'search' });
        await run(() => provider.observe({ ...of('search', 0), status: 200 }));
        expect(await run(() => clock.now())).toBe(0);
        provider.observe({ status: 429, headers: { 'retry-after': '3' } });
        const waiting = watch(run(() => clock.now()));
        await clock.advance('5s');
        expect(waiting).toEqual({ settled: true, value: 3000 });
      });

      describe('that throttles calls', () => {
        const throttled = (resource: string, more: object = {}) => {
          const { headers } = of(resource, 0);
          return Object.assign(new Error('forbidden'), { status: 403, headers: { ...headers, ...more } });
        };
        const settings = { limit: 1000, profile: 'github' } as const;

        it.each([
          ['seen on the wire as well', true],
          ['known by the error of the call alone', false],
        ])('does so for its own operations, %s', async (_name, isSeen) => {
          const { provider, snapshot } = bench(settings);
          const run = (operation: string, error?: ReturnType<typeof throttled>) =>
            outcomeOf(
              provider.execute(
                () => {
                  if (error === undefined) return provider.observe(of('core', 4000));
                  if (isSeen) provider.observe(error);
                  throw error;
                },
                { operation },
              ),
            );
          await run('list');
          await run('search', throttled('search'));
          expect(snapshot()).toMatchObject({ throttled: 1, waitMs: 0 });
          expect(await run('search')).toMatchObject(refused);
          expect(await run('list')).toEqual({ value: undefined });
          await run('list', throttled('core'));
          expect(await run('list')).toMatchObject({ error: { retryAfterMs: 40_000 } });
          expect(await run('another')).toMatchObject({ error: { why: 'paused-by-provider' } });
        });

        it('is held no longer once another answer says that more is there', async () => {
          const { provider, clock } = bench(settings);
          const search = (work: () => unknown) => outcomeOf(provider.execute(work, { operation: 'search' }));
          await search(() => Promise.reject(throttled('search')));
          await clock.advance('10s');
          provider.observe(of('search', 30));
          expect(await search(() => 'found')).toEqual({ value: 'found' });
        });

        it('closes the gate for all where it asks for no wait', async () => {
          const { provider } = bench(settings);
          const run = (operation: string, work: () => unknown) => outcomeOf(provider.execute(work, { operation }));
          await run('search', () => Promise.reject(throttled('search', { 'retry-after': '0' })));
          expect(await run('list', () => 1)).toMatchObject({ error: { why: 'paused-by-provider' } });
        });

        it('closes the gate for all where the provider’s answers are not to be observed', async () => {
          const { provider } = bench({ ...settings, observeHeaders: false });
          const run = (operation: string, work: () => unknown) => outcomeOf(provider.execute(work, { operation }));
          await run('search', () => Promise.reject(throttled('search')));
          expect(await run('list', () => 1)).toMatchObject({ error: { why: 'paused-by-provider' } });
        });

        it('closes the gate for all where too many operations are known to tell one more apart', async () => {
          const { provider } = bench({ ...settings, limit: 10_000 });
          const run = (operation: string, work: () => unknown) => outcomeOf(provider.execute(work, { operation }));
          for (let i = 0; i < 1000; i++) await run(`operation ${i}`, () => provider.observe(of('core', 4000)));
          await run('search', () => Promise.reject(throttled('search')));
          expect(await run('list', () => 1)).toMatchObject({ error: { why: 'paused-by-provider' } });
        });

        it('is held for as long as it asks to wait, and no longer', async () => {
          const { provider, clock } = bench(settings);
          const search = (work: () => unknown) => outcomeOf(provider.execute(work, { operation: 'search' }));
          await search(() => Promise.reject(throttled('search', { 'retry-after': '7' })));
          expect(await search(() => 1)).toMatchObject({ error: { why: 'quota-spent', retryAfterMs: 7000 } });
          await clock.advance('7s');
          expect(await search(() => 'found')).toEqual({ value: 'found' });
        });

        it.each([
          ['by a call that has no name', {}, throttled('search')],
          [
            'for another limit than its quota',
            { operation: 'search' },
            throttled('search', { 'x-ratelimit-remaining': '9', 'retry-after': '40' }),
          ],
        ])('closes the gate for all where that is told %s', async (_name, options, error) => {
          const { provider } = bench(settings);
          await outcomeOf(provider.execute(() => Promise.reject(error), options));
          expect(await outcomeOf(provider.execute(() => 1, { operation: 'list' }))).toMatchObject({
            error: { why: 'paused-by-provider', retryAfterMs: 40_000 },
          });
        });
      });
    });

    describe('read by a function of the settings', () => {
      it('stands in place of all else, by header and by body', async () => {
        const { provider, snapshot } = bench({
          limit: 1000,
          quotas: ({ header, body }) => [
            { remaining: Number(header('X-Left')), resetMs: 9000 },
            { name: 'body', remaining: (body as { left: number }).left },
          ],
        });
        const headers = { 'x-left': '0', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' };
        provider.observe({ status: 200, headers, body: { left: 5 } });
        expect(snapshot()).toMatchObject({ waitMs: 9000 });
      });

      it.each([
        { remaining: Number.NaN },
        { remaining: Number.NEGATIVE_INFINITY },
        { remaining: 0, resetMs: Number.NaN },
        { remaining: 0, resetMs: Number.POSITIVE_INFINITY },
      ])('is not believed where it says %j', (said) => {
        const { provider, snapshot } = bench({ limit: 1000, profile: { quotas: () => [said] } });
        provider.observe({ status: 200, headers: {} });
        expect(snapshot()).toMatchObject({ waitMs: 0 });
      });

      it('says nothing where it throws, which is an event', () => {
        const profile = {
          quotas: () => {
            throw new Error('no such header');
          },
        };
        const { provider, events, snapshot } = bench({ limit: 1000, profile });
        provider.observe(remaining(0, 60));
        expect(snapshot()).toMatchObject({ waitMs: 0 });
        expect(events.ofType('rateLimit.profileFailed')).toMatchObject([{ detail: { error: 'no such header' } }]);
      });
    });

    it('of a window that is over changes nothing in the next', async () => {
      const { provider, call, startedAt } = bench({ limit: 1000, burst: 500 });
      provider.observe(remaining(2, 60));
      provider.observe(remaining(0, 0));
      expect(await admitted(call, 10, startedAt)).toBe(2);
    });

    it('counts calls that were under way when the response was made', async () => {
      const { provider, call, startedAt } = bench({ limit: 1000, burst: 500 });
      const work = Array.from({ length: 4 }, () => deferred());
      for (const { promise } of work) void provider.execute(() => promise);
      await turn();
      // One of the four is the call to which this response belongs.
      provider.observe(remaining(5, 10));
      expect(await admitted(call, 10, startedAt)).toBe(2);
      for (const { resolve } of work) resolve(1);
    });

    it('does not count calls that have ended', async () => {
      const { provider, call, startedAt } = bench({ limit: 1000, burst: 500 });
      for (let i = 0; i < 5; i++) call();
      await turn();
      const work = deferred();
      for (let i = 0; i < 2; i++) void provider.execute(() => work.promise);
      await turn();
      provider.observe(remaining(3, 10));
      expect(await admitted(call, 10, startedAt)).toBe(2);
      work.resolve(1);
    });

    it('holds for each of several quotas, not for the last one named', async () => {
      const { provider, call, clock, startedAt } = bench({ limit: 1000, burst: 500 });
      provider.observe({ status: 200, headers: { ratelimit: '"burst";r=0;t=5, "daily";r=900;t=3600' } });
      expect(await admitted(call, 10, startedAt)).toBe(0);
      await clock.advance('5s');
      expect(await admitted(call, 10, startedAt)).toBe(10);
    });

    it('lets those who wait go on when a new window comes sooner', async () => {
      const { provider, call, clock } = bench({ limit: 1000, wait: '1m' });
      provider.observe(remaining(0, 30));
      const waiting = call();
      await clock.advance('10s');
      expect(waiting.settled).toBe(false);
      provider.observe(remaining(50, 60));
      await turn();
      expect(waiting.settled).toBe(true);
    });

    it('is ignored where that is wanted', async () => {
      const { provider, call, startedAt } = bench({ limit: 1000, burst: 500, observeHeaders: false });
      provider.observe(remaining(0, 60));
      provider.observe({ status: 429, headers: { 'retry-after': '60' } });
      expect(await admitted(call, 10, startedAt)).toBe(10);
    });
  });

  it('stays open after a pause that is long over, and grows the next one while 429s go on', async () => {
    const { provider, clock, snapshot } = bench({ limit: 1000, pause: '2s', maxPause: '5s' });
    const throttled = () => outcomeOf(provider.execute(() => Promise.reject(httpError(429))));
    const lasted: number[] = [];
    for (let i = 0; i < 4; i++) {
      await throttled();
      lasted.push(snapshot().waitMs);
      await clock.advance(lasted.at(-1)!);
    }
    expect(lasted).toEqual([2000, 4000, 5000, 5000]);
    await provider.execute(() => 'ok');
    await throttled();
    expect(snapshot()).toMatchObject({ waitMs: 2000 });
  });

  it('tells all in line at once that a pause has made their wait hopeless, and only them', async () => {
    const { provider, call, clock, startedAt } = bench({ limit: 1, per: '10s', wait: '1h' });
    const calls = Array.from({ length: 5 }, () => call());
    await turn();
    const patient = bench({ limit: 1, per: '10s', wait: '3h' });
    const others = Array.from({ length: 5 }, () => patient.call());
    await turn();
    for (const { observe } of [provider, patient.provider].map((each) => ({ observe: each.observe.bind(each) }))) {
      observe({ status: 429, headers: { 'retry-after': '7200' } });
    }
    await turn();
    expect(calls.slice(1).map(({ error }) => (error as { why: string }).why)).toEqual(
      Array(4).fill('paused-by-provider'),
    );
    expect(others.slice(1).some(({ settled }) => settled)).toBe(false);
    expect(clock.pendingTimers('referenced')).toBe(0);
    expect(startedAt).toHaveLength(1);
  });

  it('stays open where one object of Stripe’s is locked: only the calls for that are made again', async () => {
    const { provider, clock, snapshot } = bench({ limit: 100, profile: 'stripe' }, { retry: { attempts: 2 } });
    const locked = { statusCode: 429, headers: { 'stripe-should-retry': 'true' }, code: 'lock_timeout' };
    const capture = watch(
      provider.execute(({ attempt }) => {
        if (attempt > 1) return 'captured';
        provider.observe({ status: 429, headers: locked.headers });
        throw Object.assign(new Error('This object cannot be accessed right now'), locked);
      }),
    );
    await turn();
    expect(snapshot()).toMatchObject({ waitMs: 0, throttled: 0 });
    expect(await outcomeOf(provider.execute(() => 'another'))).toEqual({ value: 'another' });
    await clock.advance('5s');
    expect(capture.value).toBe('captured');
    provider.observe({ status: 429, headers: { 'stripe-rate-limited-reason': 'endpoint-rate' } });
    expect(snapshot()).toMatchObject({ waitMs: 1000, throttled: 1 });
  });

  it('takes what a call really cost, once it says so', async () => {
    const { provider, snapshot } = bench({ limit: 1000, per: '1m', cost: 400 });
    await provider.execute((call) => call.settle(900));
    expect(snapshot().quotas[0]).toMatchObject({ used: 900 });
    const refused = await outcomeOf(provider.execute(() => 1));
    expect(refused).toMatchObject({ error: { why: 'quota-spent' } });
    const keyed = await outcomeOf(provider.execute((call) => call.settle(100), { key: 'tenant' }));
    expect(keyed).toEqual({ value: undefined });
    expect(await outcomeOf(provider.execute(() => 'ok', { key: 'tenant' }))).toEqual({ value: 'ok' });
    await expect(provider.execute((call) => call.settle(-1), { key: 'other' })).rejects.toThrow(
      'a call cannot have cost -1; expected a whole number from 0',
    );
  });

  it.each([
    [46, 46],
    [1.2, 2],
    [0, 0],
    [-5, 1],
    [Number.NaN, 1],
    [Number.POSITIVE_INFINITY, 1],
    ['7', 1],
  ])('takes a cost of %s, as the provider’s body has it, for %s', async (actualQueryCost, used) => {
    const { provider, snapshot } = bench({ limit: 1000, per: '1m', profile: 'shopify-graphql' });
    const body = { extensions: { cost: { actualQueryCost } } };
    expect(await outcomeOf(provider.execute(() => provider.observe({ status: 200, headers: {}, body })))).toEqual({
      value: undefined,
    });
    expect(snapshot().quotas[0]).toMatchObject({ used });
  });

  it('lets others go on when a call turns out to have cost less', async () => {
    const { provider, clock, startedAt, call } = bench({ limit: 1000, per: '1m', cost: 600, wait: '1h' });
    const working = deferred();
    void provider.execute(async (own) => {
      await working.promise;
      own.settle(100);
    });
    call();
    await turn();
    expect(startedAt).toEqual([]);
    working.resolve(1);
    await clock.advance(0);
    expect(startedAt).toEqual([0]);
  });

  it('takes a new limit over at the next call without granting a second burst', async () => {
    const { provider, call, clock, startedAt } = bench({ limit: 100, burst: 20 });
    for (let i = 0; i < 30; i++) call();
    await turn();
    provider.reconfigure({ rateLimit: { limit: 200 } });
    for (let i = 0; i < 30; i++) call();
    await turn();
    expect(startedAt).toHaveLength(20);
    await clock.advance('1s');
    for (let i = 0; i < 300; i++) call();
    await turn();
    expect(startedAt).toHaveLength(40);
  });

  it('has a key make room only when nothing is held back for it', async () => {
    const { settings } = readSettings(rateLimitKind.schema, { limit: 2, per: '1s', burst: 1, wait: '1h' }, '');
    const clock = new TestClock();
    const parts = { provider: 'crm', clock, store: new MemoryStore({ clock }), emit: () => undefined };
    const gate = rateLimitKind.specs(settings)[0]!.create(parts as never) as RateLimit;
    expect(gate.idle(0)).toBe(true);
    gate.enter(liveCall(undefined, undefined, clock));
    expect(gate.idle(0)).toBe(false);
    expect(gate.idle(1049)).toBe(false);
    expect(gate.idle(1050)).toBe(true);
    const waiting = liveCall(undefined, undefined, clock);
    const turnOfIt = outcomeOf(Promise.resolve(gate.enter(waiting)));
    expect(gate.idle(1050)).toBe(false);
    waiting.abort('left');
    expect(await turnOfIt).toEqual({ error: 'left' });
    expect(gate.idle(1050)).toBe(true);
    gate.observe({ status: 429, headers: { 'retry-after': '7' } });
    expect(gate.idle(6999)).toBe(false);
    expect(gate.idle(7000)).toBe(true);
  });

  it('sets no timer while no call waits', async () => {
    const { call, clock } = bench({ limit: 1000 });
    for (let i = 0; i < 100; i++) call();
    await turn();
    expect(clock.pendingTimers()).toBe(0);
  });
});
