import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../call.js';
import { createProvider } from '../../create-provider.js';
import type { ExecuteOptions } from '../../provider.js';
import type { ProviderOptions } from '../../provider-options.js';
import { readSettings } from '../../settings/read-settings.js';
import { deferred } from '../../testing/deferred.js';
import { httpError, networkError, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { policyContract } from '../../testing/policy-contract.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import { retryHistory } from './retry-history.js';
import { retryKind } from './retry.kind.js';
import type { RetryOptions } from './retry.options.js';

const NO_JITTER = { jitter: 'none' } as const;

/** Runs a method whose attempts end one after the other as given, the last one for ever. */
async function tryOut(
  ends: readonly unknown[],
  retry: RetryOptions = { backoff: NO_JITTER },
  options: ExecuteOptions & { more?: ProviderOptions; sends?: string } = {},
) {
  const clock = new TestClock();
  const provider = createProvider('payments', { retry, ...options.more }, { clock, random: () => 0.5 });
  const events = recordEvents(provider);
  const calledAt: number[] = [];
  const calls: Call[] = [];
  const result = watch(
    provider.execute(async (call) => {
      const end = ends[Math.min(calledAt.length, ends.length - 1)];
      calledAt.push(clock.now());
      calls.push(call);
      if (options.sends !== undefined) call.sending(options.sends);
      if (end instanceof Error) throw end;
      return end;
    }, options),
  );
  await clock.advance('1d');
  return { result, calledAt, calls, events, provider };
}

describe('retry', () => {
  policyContract(() => retryKind.specs(readSettings(retryKind.schema, {}, '').settings));

  it('calls once what succeeds', async () => {
    const { result, calledAt } = await tryOut(['ok']);
    expect([result.value, calledAt.length]).toEqual(['ok', 1]);
  });

  it('calls again what fails, after the backoff, and gives the result', async () => {
    const { result, calledAt, events } = await tryOut([
      httpError(503, { 'retry-after': '0' }),
      networkError('ECONNREFUSED'),
      'ok',
    ]);
    expect(result.value).toBe('ok');
    expect(calledAt).toEqual([0, 100, 300]);
    expect(events.ofType('retry.scheduled').map(({ detail }) => detail)).toEqual([
      { attempt: 1, outcome: 'transient', waitMs: 100 },
      { attempt: 2, outcome: 'not-sent', waitMs: 200 },
    ]);
  });

  it('gives up after so many attempts, with the last real error, untouched', async () => {
    const errors = [networkError('ECONNRESET'), Object.freeze(httpError(500)), Object.freeze(httpError(502))];
    const { result, calledAt } = await tryOut(errors);
    expect(result.error).toBe(errors[2]);
    expect(calledAt).toHaveLength(3);
    expect(retryHistory(result.error)).toEqual({ attempts: 3, elapsedMs: 300 });
  });

  it('keeps no history of what was tried once', async () => {
    const { result } = await tryOut([httpError(404)]);
    expect(retryHistory(result.error)).toBeUndefined();
    expect(retryHistory('not even an error')).toBeUndefined();
  });

  it('tells the method which attempt it is, with a signal of its own', async () => {
    const { calls } = await tryOut([httpError(500), httpError(500), 'ok']);
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(calls.map(({ signal }) => signal)).size).toBe(3);
    expect(calls.every(({ signal }) => !signal.aborted)).toBe(true);
  });

  it('repeats an answer that was returned rather than thrown, and returns the last one', async () => {
    const busy = { status: 503, ok: false, headers: {} };
    const fine = { status: 200, ok: true, headers: {} };
    expect((await tryOut([busy, fine])).result.value).toBe(fine);
    expect((await tryOut([busy])).result.value).toBe(busy);
  });

  it('asks the user’s own classifier about every value, also about one that is no object', async () => {
    const classify: ProviderOptions['classify'] = (result) =>
      result.ok && result.value === null ? 'transient' : undefined;
    const { result, calledAt } = await tryOut([null, null, 'ok'], undefined, { more: { classify } });
    expect([result.value, calledAt.length]).toEqual(['ok', 3]);
  });

  it('does not lose an error that the user’s classifier calls a success', async () => {
    const notFound = httpError(404);
    const { result, calledAt } = await tryOut([notFound], undefined, { more: { classify: () => 'success' } });
    expect([result.error, calledAt.length]).toEqual([notFound, 1]);
  });

  describe('repeats only what is safe:', () => {
    const POST = httpError(500, {}, 'post');
    const timeout = Object.assign(new Error('timeout'), { code: 'ECONNABORTED', config: { method: 'post' } });
    it.each([
      ['a POST that may have been done: not', [POST], {}, 1],
      ['a POST that timed out: not', [timeout], {}, 1],
      ['a POST with an idempotency key: yes', [POST], { idempotencyKey: 'order-1' }, 3],
      [
        'a POST that was certainly not sent: yes',
        [Object.assign(networkError('ECONNREFUSED'), { config: { method: 'post' } })],
        {},
        3,
      ],
      ['a POST that was throttled: yes', [httpError(429, {}, 'post')], {}, 3],
      ['a POST that the provider says it has not done: yes', [httpError(503, { 'retry-after': '1' }, 'post')], {}, 3],
      [
        'a GET, PUT or DELETE that may have been done: yes',
        [httpError(500), httpError(500, {}, 'PUT'), httpError(500, {}, 'delete')],
        {},
        3,
      ],
      ['an error that nothing is known about: yes', [new Error('boom')], {}, 3],
      [
        'an error without a method, where the client said that it sends a POST: not',
        [networkError('ECONNRESET')],
        { sends: 'POST' },
        1,
      ],
      [
        'the same with an idempotency key: yes',
        [networkError('ECONNRESET')],
        { sends: 'POST', idempotencyKey: 'order-1' },
        3,
      ],
      ['what the provider refuses for good: not', [httpError(400)], {}, 1],
      ['a credential that is refused: not', [httpError(401)], {}, 1],
      ['what the method itself gave up: not', [new DOMException('aborted', 'AbortError')], {}, 1],
      ['what breaks the protocol: not', [networkError('DEPTH_ZERO_SELF_SIGNED_CERT')], {}, 1],
    ] as [string, unknown[], ExecuteOptions & { sends?: string }, number][])(
      '%s',
      async (_name, ends, options, times) => {
        expect((await tryOut(ends, undefined, options)).calledAt).toHaveLength(times);
      },
    );

    it('an attempt at a POST that our own timeout cut off: not', async () => {
      const clock = new TestClock();
      const provider = createProvider('payments', { retry: {}, timeout: { attempt: '1s' } }, { clock });
      let calls = 0;
      const result = watch(
        provider.execute((call) => {
          calls++;
          call.sending('POST');
          return deferred().promise;
        }),
      );
      await clock.advance('1m');
      expect([calls, (result.error as { code: string }).code]).toEqual([1, 'TIMEOUT']);
    });

    it('whatever the user declares idempotent, or not', async () => {
      expect((await tryOut([POST], { idempotent: true })).calledAt).toHaveLength(3);
      expect((await tryOut([new Error('boom')], { idempotent: false })).calledAt).toHaveLength(1);
      expect((await tryOut([networkError('ECONNREFUSED')], { idempotent: false })).calledAt).toHaveLength(3);
    });
  });

  describe('the engine’s own refusals', () => {
    it('are not repeated: an open circuit burns no attempt', async () => {
      const { result, calledAt, events } = await tryOut(
        [httpError(500)],
        { attempts: 9, backoff: NO_JITTER },
        {
          more: { circuitBreaker: { window: { consecutive: 2 } } },
        },
      );
      expect(calledAt).toHaveLength(2);
      expect(events.ofType('retry.scheduled')).toHaveLength(2);
      expect(result.settled).toBe(true);
    });

    it('do not hide the error of an attempt that was made: the operation may have been done', async () => {
      const down = httpError(500);
      const { result } = await tryOut(
        [down],
        { attempts: 9, backoff: NO_JITTER },
        {
          more: { circuitBreaker: { window: { consecutive: 2 } } },
        },
      );
      expect(result.error).toBe(down);
      expect(retryHistory(down)).toMatchObject({ attempts: 2 });
    });

    it('are waited for where that is wanted and they say for how long', async () => {
      const more: ProviderOptions = { circuitBreaker: { window: { consecutive: 1 }, openFor: '5s' } };
      const { result, calledAt } = await tryOut(
        [httpError(500), 'ok'],
        { attempts: 3, backoff: NO_JITTER, refusals: true },
        { more },
      );
      expect([result.value, calledAt]).toEqual(['ok', [0, 5000]]);
    });
  });

  describe('Retry-After', () => {
    const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';
    it.each([
      ['whole seconds', { 'retry-after': '3' }, 3000],
      ['decimal seconds', { 'Retry-After': '2.5' }, 2500],
      ['milliseconds', { 'retry-after-ms': '1234' }, 1234],
      [
        'an HTTP date, against the response’s own',
        { 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT', date: DATE },
        7000,
      ],
      ['seconds since the epoch', { 'retry-after': '1767225604', date: DATE }, 4000],
      ['less than the backoff: a lower bound', { 'retry-after': '0' }, 100],
      ['nonsense: the backoff', { 'retry-after': 'soon' }, 100],
    ])('is obeyed as %s', async (_name, headers, waitMs) => {
      const { calledAt } = await tryOut([httpError(503, headers), 'ok']);
      expect(calledAt).toEqual([0, waitMs]);
    });

    it('is read against the response’s clock, whatever ours says', async () => {
      const headers = { 'retry-after': 'Tue, 05 May 2020 10:00:07 GMT', date: 'Tue, 05 May 2020 10:00:00 GMT' };
      expect((await tryOut([httpError(503, headers), 'ok'])).calledAt).toEqual([0, 7000]);
    });

    it('that is longer than anybody would wait lets the error surface at once', async () => {
      const { result, calledAt } = await tryOut([httpError(429, { 'retry-after': '61' }), 'ok']);
      expect(calledAt).toHaveLength(1);
      expect(result.error).toMatchObject({ response: { status: 429 } });
      expect((await tryOut([httpError(429, { 'retry-after': '61' }), 'ok'], { maxRetryAfter: '2m' })).calledAt).toEqual(
        [0, 61_000],
      );
    });
  });

  describe('the deadline', () => {
    it('is not slept into: what could not begin before it surfaces at once', async () => {
      const clock = new TestClock();
      const options: ProviderOptions = {
        retry: { backoff: { initial: '5s', max: '5s', jitter: 'none' } },
        timeout: { total: '5s' },
      };
      const provider = createProvider('payments', options, { clock });
      const down = httpError(500);
      const result = watch(provider.execute(() => Promise.reject(down)));
      await clock.advance(0);
      expect(result.error).toBe(down);
    });

    it('is compared with each wait anew', async () => {
      const { result, calledAt } = await tryOut([httpError(503, { 'retry-after': '4' })], undefined, {
        more: { timeout: { total: '5s' } },
      });
      expect(calledAt).toEqual([0, 4000]);
      expect(result.error).toMatchObject({ response: { status: 503 } });
    });
  });

  describe('the caller’s abort', () => {
    it('during a backoff rejects in the same turn with the caller’s reason, and no further call is made', async () => {
      const clock = new TestClock();
      const provider = createProvider(
        'payments',
        { retry: { backoff: { initial: '400ms' } } },
        { clock, random: () => 0.9 },
      );
      const caller = new AbortController();
      let calls = 0;
      const result = watch(
        provider.execute(() => (calls++, Promise.reject(httpError(500))), { signal: caller.signal }),
      );
      await clock.advance(30);
      const reason = new Error('the user left');
      caller.abort(reason);
      await turn();
      expect(result.error).toBe(reason);
      expect(clock.pendingTimers()).toBe(0);
      await clock.advance('1m');
      expect(calls).toBe(1);
      expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    });

    it('during an attempt is not retried', async () => {
      const clock = new TestClock();
      const provider = createProvider('payments', { retry: {} }, { clock });
      const caller = new AbortController();
      let calls = 0;
      const result = watch(provider.execute(() => (calls++, deferred().promise), { signal: caller.signal }));
      await turn();
      caller.abort('left');
      await clock.advance('1m');
      expect([result.error, calls]).toEqual(['left', 1]);
    });
  });

  describe('the budget', () => {
    it('is shared by the provider’s methods, and beyond it the original error surfaces', async () => {
      const clock = new TestClock();
      const options: ProviderOptions = {
        retry: { attempts: 2, backoff: { initial: 0 }, budget: { minPerSecond: 3 } },
        methods: { charge: {} },
      };
      const provider = createProvider('payments', options, { clock });
      const events = recordEvents(provider);
      let calls = 0;
      const down = httpError(500);
      const fail = (operation: string) => provider.execute(() => (calls++, Promise.reject(down)), { operation });
      const results = await Promise.all(
        ['charge', 'refund', 'charge', 'refund', 'charge'].map((name) => outcomeOf(fail(name))),
      );
      expect(results).toEqual(Array.from({ length: 5 }, () => ({ error: down })));
      expect(calls).toBe(8);
      expect(events.ofType('retry.overBudget')).toHaveLength(2);
    });

    it('is earned by successes', async () => {
      const clock = new TestClock();
      const retry: RetryOptions = { attempts: 2, backoff: { initial: 0 }, budget: { ratio: 0.5, minPerSecond: 0 } };
      const provider = createProvider('payments', { retry }, { clock });
      let calls = 0;
      const fail = () => outcomeOf(provider.execute(() => (calls++, Promise.reject(httpError(500)))));
      await fail();
      expect(calls).toBe(1);
      for (let i = 0; i < 4; i++) await provider.execute(() => 'ok');
      for (let i = 0; i < 3; i++) await fail();
      expect(calls).toBe(1 + 3 + 2);
    });

    it('can be done without', async () => {
      const { calledAt } = await tryOut([httpError(500)], { attempts: 100, backoff: { initial: 0 }, budget: false });
      expect(calledAt).toHaveLength(100);
    });

    it('takes new rates over at the next call', async () => {
      const clock = new TestClock();
      const retry: RetryOptions = { attempts: 2, backoff: { initial: 0 }, budget: { ratio: 0, minPerSecond: 0 } };
      const provider = createProvider('payments', { retry }, { clock });
      let calls = 0;
      const fail = () => outcomeOf(provider.execute(() => (calls++, Promise.reject(httpError(500)))));
      await fail();
      provider.reconfigure({ retry: { budget: { minPerSecond: 5 } } });
      await fail();
      expect(calls).toBe(3);
      provider.reconfigure({ retry: { budget: false } });
      expect(provider.snapshot().policies[0]).not.toHaveProperty('budget');
    });
  });

  it('lets the event loop turn between attempts without a delay', async () => {
    const provider = createProvider('payments', { retry: { attempts: 1000, backoff: { initial: 0 }, budget: false } });
    let calls = 0;
    let timerFired = false;
    setTimeout(() => (timerFired = true), 1);
    await provider
      .execute(async () => {
        calls++;
        if (timerFired) return 'the loop turned';
        const busyUntil = performance.now() + 0.2;
        while (performance.now() < busyUntil);
        throw new Error('again');
      })
      .catch(() => undefined);
    expect(timerFired).toBe(true);
    expect(calls).toBeLessThan(1000);
  });

  it('counts what it did', async () => {
    const { provider } = await tryOut([httpError(500), 'ok']);
    expect(provider.snapshot().policies).toEqual([
      { kind: 'retry', operation: 'execute', retries: 1, recovered: 1, exhausted: 0, overBudget: 0, budget: 10 },
    ]);
  });
});
