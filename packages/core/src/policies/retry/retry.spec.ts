import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../engine/call.js';
import { createProvider } from '../../provider/create-provider.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { ExecuteOptions, ResilientProvider } from '../../provider/resilient-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import type { Fault } from '../../settings/fault.js';
import { readSettings } from '../../settings/read-settings.js';
import { deferred } from '../../testing/deferred.js';
import { httpError, liveProvider, networkError, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { policyContract } from '../../testing/policy-contract.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import { retryHistory } from './retry-history.js';
import { retryKind } from './retry.kind.js';
import type { RetryOptions, RetrySettings } from './retry.options.js';

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
  policyContract(retryKind);

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

  it('ends after so many attempts, with the last real error, untouched', async () => {
    const errors = [networkError('ECONNRESET'), Object.freeze(httpError(500)), Object.freeze(httpError(502))];
    const { result, calledAt } = await tryOut(errors);
    expect(result.error).toBe(errors[2]);
    expect(calledAt).toHaveLength(3);
    expect(retryHistory(result.error)).toEqual({ attempts: 3, elapsedMs: 300 });
  });

  it('stands between the total timeout and the gates, one for each method', () => {
    const { settings } = readSettings(retryKind.schema, {}, '');
    expect(retryKind.specs(settings)).toMatchObject([
      { kind: 'retry', name: 'retry', scope: 'method', settings },
      {
        kind: 'retry',
        name: 'retryBudget',
        scope: 'provider',
        option: 'budget',
        settings: (settings as RetrySettings).budget,
      },
    ]);
  });

  it('waits a millisecond where that is what it is to wait', async () => {
    const backoff = { kind: 'constant', initial: 1, jitter: 'none' } as const;
    expect((await tryOut([httpError(500), 'ok'], { backoff })).calledAt).toEqual([0, 1]);
  });

  it('asks what a result means once', async () => {
    let asked = 0;
    const classify: ProviderOptions['classify'] = () => void asked++;
    await tryOut([httpError(500), 'ok'], undefined, { more: { classify } });
    expect(asked).toBe(2);
  });

  it('numbers the attempts also of a call that may be aborted', async () => {
    const { calls } = await tryOut([httpError(500)], undefined, { signal: new AbortController().signal });
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it('keeps the settings with which an operation began: new ones are for those that begin later', async () => {
    const clock = new TestClock();
    const backoff = { kind: 'constant', initial: 1000, jitter: 'none' } as const;
    const provider = createProvider('payments', { retry: { attempts: 5, backoff } }, { clock });
    let calls = 0;
    const down = () => (calls++, Promise.reject(httpError(500)));
    const before = watch(provider.execute(down));
    await clock.advance(500);
    provider.reconfigure({ retry: { attempts: 2 } });
    await clock.advance('1m');
    expect([before.settled, calls]).toEqual([true, 5]);
    void provider.execute(down).catch(() => undefined);
    await clock.advance('1m');
    expect(calls).toBe(7);
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
      ['what the method itself aborted, as where it limits the time: yes', [networkError('ABORT_ERR')], {}, 3],
      ['a mistake of the program before anything was sent: not', [new TypeError('x is not a function')], {}, 1],
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

    it.each([
      ['has failed', httpError(500)],
      ['was not sent', networkError('ECONNREFUSED')],
      ['was throttled', httpError(429)],
      ['is to be sent later', httpError(503, { 'retry-after': '1' })],
      ['nothing is known about', new Error('boom')],
    ])('a POST that was done before a GET that %s: not without a key', async (_name, error) => {
      const clock = new TestClock();
      for (const [idempotencyKey, expected] of [
        [undefined, 1],
        ['order-1', 3],
      ] as const) {
        const provider = createProvider('payments', { retry: { backoff: NO_JITTER } }, { clock });
        let posts = 0;
        const result = watch(
          provider.execute(
            async (call) => {
              posts++;
              call.sending('POST');
              await Promise.resolve();
              call.sending('GET');
              throw error;
            },
            { idempotencyKey },
          ),
        );
        await clock.advance('1m');
        expect([result.error, posts]).toEqual([error, expected]);
      }
    });

    it('whatever the user declares idempotent, or not', async () => {
      expect((await tryOut([POST], { idempotent: true })).calledAt).toHaveLength(3);
      expect((await tryOut([new Error('boom')], { idempotent: false })).calledAt).toHaveLength(1);
      expect((await tryOut([networkError('ECONNREFUSED')], { idempotent: false })).calledAt).toHaveLength(3);
    });

    it('what has handed on a part of its result: not, whatever the user’s own word is', async () => {
      const clock = new TestClock();
      const provider = createProvider('payments', { retry: { when: () => true } }, { clock });
      let attempts = 0;
      const result = watch(
        provider.execute(async (call) => {
          (call as LiveCall).partlyDelivered = ++attempts === 2;
          throw networkError('ECONNREFUSED');
        }),
      );
      await clock.advance('1d');
      expect([result.error, attempts]).toEqual([networkError('ECONNREFUSED'), 2]);
    });
  });

  describe('the engine’s own refusals', () => {
    it('of a call in its method are not waited for once that has sent a POST', async () => {
      const clock = new TestClock();
      const checkout = createProvider('checkout', { retry: { refusals: true } }, { clock });
      const payments = createProvider('payments', { circuitBreaker: { openFor: '1s' } }, { clock });
      payments.circuitBreaker!.forceOpen();
      let posts = 0;
      const result = watch(
        checkout.execute((call) => {
          posts++;
          call.sending('POST');
          return payments.execute(() => 'never');
        }),
      );
      await clock.advance('1m');
      expect([(result.error as { code: string }).code, posts]).toEqual(['CIRCUIT_OPEN', 1]);
    });

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

    it('are not waited for where they do not say for how long', async () => {
      const clock = new TestClock();
      const options: ProviderOptions = { retry: { refusals: true }, bulkhead: { concurrency: 1 } };
      const provider = createProvider('payments', options, { clock });
      const first = deferred();
      void provider.execute(() => first.promise);
      const events = recordEvents(provider);
      const second = watch(provider.execute(() => 'ok'));
      await clock.advance('1m');
      expect(second.error).toMatchObject({ code: 'BULKHEAD_FULL' });
      expect(events.ofType('retry.scheduled')).toHaveLength(0);
      first.resolve('ok');
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

    it('surface at once where the first attempt meets them, and count as no operation that was tried', async () => {
      const { provider, events } = openCircuit({ attempts: 3 });
      const { error } = (await outcomeOf(provider.execute(() => 'ok'))) as { error: unknown };
      expect(error).toMatchObject({ code: 'CIRCUIT_OPEN' });
      expect(retryHistory(error)).toBeUndefined();
      expect(events.ofType('retry.scheduled')).toHaveLength(0);
    });

    it('are waited for where the first attempt meets them, too', async () => {
      const { clock, provider } = openCircuit({ attempts: 3, backoff: NO_JITTER, refusals: true });
      const second = watch(provider.execute(() => 'ok'));
      await clock.advance('4999ms');
      expect(second.settled).toBe(false);
      await clock.advance(1);
      expect(second.value).toBe('ok');
    });

    it('are waited for no longer once the caller aborts, whose reason surfaces', async () => {
      const { clock, provider } = openCircuit({ attempts: 3, refusals: true });
      const caller = new AbortController();
      const second = watch(provider.execute(() => 'ok', { signal: caller.signal }));
      await clock.advance('1s');
      caller.abort(new Error('left'));
      await turn();
      expect(second.error).toMatchObject({ message: 'left' });
      expect(clock.pendingTimers()).toBe(0);
    });
  });

  /** A provider whose circuit is open for five seconds more. */
  function openCircuit(retry: RetryOptions, more: ProviderOptions = {}) {
    const clock = new TestClock();
    const circuitBreaker = { window: { consecutive: 1 }, openFor: '5s' } as const;
    const provider = createProvider('payments', { retry, circuitBreaker, ...more }, { clock, random: () => 0.5 });
    provider.circuitBreaker!.import({ state: 'open', openForMs: 5000 });
    return { clock, provider, events: recordEvents(provider) };
  }

  describe('above a hedge', () => {
    const hedge = { delay: '1h' } as const;

    it('waits as the provider asks, calls again and returns the result', async () => {
      const busy = httpError(503, { 'retry-after': '1' });
      const { result, calledAt } = await tryOut([busy, 'ok'], { backoff: NO_JITTER }, { more: { hedge } });
      expect([result.value, calledAt]).toEqual(['ok', [0, 1000]]);
    });

    it('has a refusal surface at once that it does not wait for', async () => {
      const { provider } = openCircuit({ attempts: 3 }, { hedge });
      expect(await outcomeOf(provider.execute(() => 'ok'))).toMatchObject({ error: { code: 'CIRCUIT_OPEN' } });
    });

    it('calls once what succeeds, and has an error surface that may not be repeated', async () => {
      expect((await tryOut(['ok'], {}, { more: { hedge } })).calledAt).toHaveLength(1);
      const wrong = httpError(400);
      const { result, calledAt } = await tryOut([wrong], {}, { more: { hedge } });
      expect([result.error, calledAt.length]).toEqual([wrong, 1]);
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
      ['milliseconds since the epoch', { 'retry-after': '1767225604500', date: DATE }, 4500],
      ['a moment that has passed: the backoff', { 'retry-after': 'Wed, 31 Dec 2025 23:59:00 GMT', date: DATE }, 100],
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

    it('that is longer than a call would wait lets the error surface at once', async () => {
      const { result, calledAt } = await tryOut([httpError(429, { 'retry-after': '61' }), 'ok']);
      expect(calledAt).toHaveLength(1);
      expect(result.error).toMatchObject({ response: { status: 429 } });
      expect((await tryOut([httpError(429, { 'retry-after': '61' }), 'ok'], { maxRetryAfter: '2m' })).calledAt).toEqual(
        [0, 61_000],
      );
    });
  });

  describe('gRPC pushback', () => {
    const pushedBack = (...values: string[]) =>
      Object.assign(new Error('14 UNAVAILABLE: busy'), {
        code: 14,
        details: 'busy',
        metadata: { get: (name: string) => (name === 'grpc-retry-pushback-ms' ? values : []) },
      });

    it.each([
      ['more than the backoff', '1234', 1234],
      ['less than the backoff', '7', 7],
      ['no wait at all', '0', 0],
    ])('is waited for exactly: %s', async (_name, value, waitMs) => {
      const { calledAt, result } = await tryOut([pushedBack(value), 'ok']);
      expect([result.value, calledAt]).toEqual(['ok', [0, waitMs]]);
    });

    it.each(['-1', 'never', ''])('of %j is obeyed: nothing is called again', async (value) => {
      const error = pushedBack(value);
      const { calledAt, result, events } = await tryOut([error, 'ok']);
      expect([result.error, calledAt]).toEqual([error, [0]]);
      expect(events.ofType('retry.scheduled')).toHaveLength(0);
    });

    it('is obeyed also when the operation has an idempotency key', async () => {
      expect((await tryOut([pushedBack('-1'), 'ok'], {}, { idempotencyKey: 'order-1' })).calledAt).toEqual([0]);
    });

    it('that is longer than a call would wait lets the error surface', async () => {
      expect((await tryOut([pushedBack('60001'), 'ok'])).calledAt).toEqual([0]);
      expect((await tryOut([pushedBack('60000'), 'ok'])).calledAt).toEqual([0, 60_000]);
    });

    it('is nothing where there is none: the call may have been done, and is repeated only with a key', async () => {
      expect((await tryOut([pushedBack(), 'ok'], undefined, { idempotencyKey: 'order-1' })).calledAt).toEqual([0, 100]);
      expect((await tryOut([pushedBack(), 'ok'])).calledAt).toEqual([0]);
    });
  });

  it('waits as decorrelated jitter has it: from the initial wait to three times the one before', async () => {
    const backoff = { kind: 'decorrelated', initial: 100, max: '10s' } as const;
    const { calledAt } = await tryOut([httpError(500)], { attempts: 4, backoff });
    expect(calledAt).toEqual([0, 200, 550, 1125]);
  });

  it('takes for the wait before what the backoff was, not what a server asked for', async () => {
    const backoff = { kind: 'decorrelated', initial: 100, max: '10s' } as const;
    const ends = [httpError(503, { 'retry-after': '5' }), httpError(500), 'ok'];
    expect((await tryOut(ends, { backoff })).calledAt).toEqual([0, 5000, 5350]);
  });

  describe('the time that an operation may take', () => {
    const steady = { kind: 'constant', initial: 100, jitter: 'none' } as const;

    it('has no attempt begin later', async () => {
      const down = httpError(500);
      const { calledAt, result, provider } = await tryOut([down], { attempts: 9, maxElapsed: 300, backoff: steady });
      expect([result.error, calledAt]).toEqual([down, [0, 100, 200, 300]]);
      expect(retryHistory(down)).toEqual({ attempts: 4, elapsedMs: 300 });
      expect(provider.snapshot().policies[0]).toMatchObject({ retries: 3, exhausted: 0 });
    });

    it('has no wait begin that would end later', async () => {
      const { calledAt, provider } = await tryOut([httpError(500)], { attempts: 9, maxElapsed: 299, backoff: steady });
      expect(calledAt).toEqual([0, 100, 200]);
      expect(provider.snapshot().policies[0]).toMatchObject({ retries: 2 });
      const asked = await tryOut([httpError(503, { 'retry-after': '1' })], { maxElapsed: 999, backoff: steady });
      expect(asked.calledAt).toEqual([0]);
    });

    it('counts the time that attempts take', async () => {
      const clock = new TestClock();
      await clock.advance('1h');
      const provider = createProvider(
        'payments',
        { retry: { attempts: 9, maxElapsed: 1000, backoff: { initial: 0 } } },
        { clock },
      );
      let calls = 0;
      const down = httpError(500);
      const result = watch(
        provider.execute(async () => {
          calls++;
          await clock.sleep(500);
          throw down;
        }),
      );
      await clock.advance('1m');
      expect([calls, result.error]).toEqual([3, down]);
      expect(retryHistory(down)).toEqual({ attempts: 3, elapsedMs: 1500 });
    });

    it('in total is looked at again after the wait: no attempt begins after the deadline', async () => {
      const clock = new TestClock();
      const options: ProviderOptions = {
        retry: { backoff: { kind: 'constant', initial: 900, jitter: 'none' } },
        timeout: { total: '1s' },
      };
      const provider = createProvider('payments', options, { clock });
      const calledAt: number[] = [];
      const down = httpError(500);
      const result = watch(provider.execute(() => (calledAt.push(clock.now()), Promise.reject(down))));
      await turn();
      clock.block(1500);
      await clock.advance(0);
      expect([result.error, calledAt]).toEqual([down, [0]]);
    });

    it('is looked at again after the wait: a timer may fire late', async () => {
      const clock = new TestClock();
      const retry: RetryOptions = { attempts: 9, maxElapsed: 300, backoff: steady };
      const provider = createProvider('payments', { retry }, { clock });
      const down = httpError(500);
      let calls = 0;
      const result = watch(provider.execute(() => (calls++, Promise.reject(down))));
      await turn();
      clock.block(301);
      await clock.advance(0);
      expect([calls, result.error]).toEqual([1, down]);
      expect(retryHistory(down)).toBeUndefined();
    });
  });

  describe('the user’s own word', () => {
    it('has an error called again that the engine would not', async () => {
      const notYet = httpError(404);
      const { result, calledAt } = await tryOut([notYet, notYet, 'ok'], {
        backoff: NO_JITTER,
        when: (ended) => !ended.ok,
      });
      expect([result.value, calledAt]).toEqual(['ok', [0, 100, 300]]);
    });

    it('has an error surface that the engine would have repeated', async () => {
      const down = httpError(503);
      const { result, calledAt } = await tryOut([down, 'ok'], { when: () => false });
      expect([result.error, calledAt]).toEqual([down, [0]]);
    });

    it('has a value called again that is not good yet, and the last one returned', async () => {
      const when: RetryOptions['when'] = (ended) => ended.ok && ended.value === 'pending';
      const { result, calledAt, provider } = await tryOut(['pending', 'pending', 'done'], { backoff: NO_JITTER, when });
      expect([result.value, calledAt.length]).toEqual(['done', 3]);
      expect(provider.snapshot().policies[0]).toMatchObject({ retries: 2, recovered: 1, exhausted: 0 });
      expect((await tryOut(['pending'], { when })).result.value).toBe('pending');
    });

    it('that a value is not good pays nothing into the budget', async () => {
      const retry: RetryOptions = {
        attempts: 2,
        backoff: { initial: 0 },
        budget: { ratio: 0.5, minPerSecond: 0 },
        when: ({ ok }) => ok,
      };
      const { provider, calledAt } = await tryOut(['pending'], retry);
      expect(calledAt).toHaveLength(1);
      expect(provider.snapshot().policies[0]).toMatchObject({ budget: 0, overBudget: 1 });
    });

    it('is asked once for each result, with the attempt', async () => {
      const asked: unknown[] = [];
      const down = httpError(500);
      await tryOut([down, 'ok'], { when: (ended, attempt) => void asked.push([ended, attempt]) });
      expect(asked).toEqual([
        [{ ok: false, error: down }, 1],
        [{ ok: true, value: 'ok' }, 2],
      ]);
    });

    it('leaves to the engine what it says nothing about', async () => {
      const when = () => undefined;
      expect((await tryOut([httpError(500), 'ok'], { when })).calledAt).toHaveLength(2);
      expect((await tryOut([httpError(404)], { when })).calledAt).toHaveLength(1);
      const promised = (async () => true) as unknown as NonNullable<RetryOptions['when']>;
      expect((await tryOut([httpError(404)], { when: promised })).calledAt).toHaveLength(1);
    });

    it('is not looked for where there is none', async () => {
      expect((await tryOut([httpError(500), 'ok'])).events.ofType('callback.failed')).toEqual([]);
    });

    it('counts nothing as recovered that was good at once', async () => {
      const { provider, result } = await tryOut(['ok'], { when: () => undefined, budget: false });
      expect(result.value).toBe('ok');
      expect(provider.snapshot().policies[0]).toMatchObject({ retries: 0, recovered: 0, exhausted: 0 });
    });

    it('still earns the budget with what is good', async () => {
      const retry: RetryOptions = { budget: { ratio: 1, minPerSecond: 0 }, when: () => undefined };
      expect((await tryOut(['ok'], retry)).provider.snapshot().policies[0]).toMatchObject({ budget: 1 });
    });

    it('stands against what is safe, and against a server that forbids it', async () => {
      const when: RetryOptions['when'] = ({ ok }) => !ok;
      const metadata = { get: () => ['-1'] };
      const forbidden = Object.assign(new Error('busy'), { code: 14, details: 'busy', metadata });
      expect((await tryOut([httpError(500, {}, 'post'), 'ok'], { when })).calledAt).toHaveLength(2);
      expect((await tryOut([forbidden, 'ok'], { when })).calledAt).toHaveLength(2);
      expect((await tryOut([httpError(404)], { when, attempts: 4 })).calledAt).toHaveLength(4);
    });

    it('is not asked about the engine’s own refusals', async () => {
      const asked: unknown[] = [];
      const { calledAt } = await tryOut(
        [httpError(500)],
        { attempts: 9, backoff: NO_JITTER, when: (ended) => (asked.push(ended), true) },
        { more: { circuitBreaker: { window: { consecutive: 2 } } } },
      );
      expect([calledAt.length, asked.length]).toEqual([2, 2]);
    });

    it('that throws is reported and has said nothing', async () => {
      const when = (ended: { ok: boolean }) => {
        if (ended.ok) throw 'not even an error';
        throw new TypeError('a bug in the predicate');
      };
      const { result, calledAt, events } = await tryOut([httpError(500), 'ok'], { when }, { operation: 'charge' });
      expect([result.value, calledAt.length]).toEqual(['ok', 2]);
      // At first, and then once a minute.
      expect(events.ofType('callback.failed').map(({ operation, detail }) => [operation, detail])).toEqual([
        ['charge', { callback: 'retry.when', reason: 'a bug in the predicate' }],
      ]);
    });

    it('that is promised is reported and has said nothing, also when the promise is broken', async () => {
      const when = (async () => {
        throw new Error('in the predicate');
      }) as unknown as NonNullable<RetryOptions['when']>;
      const { result, events } = await tryOut(['ok'], { when });
      expect(result.value).toBe('ok');
      expect(events.ofType('callback.failed').map(({ detail }) => detail)).toEqual([
        { callback: 'retry.when', reason: 'expected true, false or undefined at once, got a promise' },
      ]);
    });

    it('that is null has said nothing', async () => {
      const when = (() => null) as unknown as NonNullable<RetryOptions['when']>;
      const { result, calledAt, events } = await tryOut([httpError(503), 'ok'], { backoff: NO_JITTER, when });
      expect([result.value, calledAt.length]).toEqual(['ok', 2]);
      expect(events.ofType('callback.failed')).toEqual([]);
    });

    it('that is neither true nor false is reported and has said nothing', async () => {
      const when = (() => 'yes') as unknown as NonNullable<RetryOptions['when']>;
      const { result, calledAt, events } = await tryOut(['ok'], { when });
      expect([result.value, calledAt.length]).toEqual(['ok', 1]);
      expect(events.ofType('callback.failed').map(({ detail }) => detail)).toEqual([
        { callback: 'retry.when', reason: "expected true, false or undefined, got 'yes'" },
      ]);
    });

    it('is refused where it is no function', () => {
      expect(readSettings(retryKind.schema, { when: true }, 'retry').faults).toEqual([
        { path: 'retry.when', message: 'true given; expected a function' },
      ]);
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

  describe('a provider that is closed', () => {
    const slowly = { kind: 'constant', initial: '10s', jitter: 'none' } as const;
    it('has who waits for another attempt get the last error, and leaves no timer', async () => {
      const clock = new TestClock();
      const provider = createProvider('payments', { retry: { attempts: 9, backoff: slowly } }, { clock });
      const down = httpError(500);
      let calls = 0;
      const { signal } = new AbortController();
      const results = [undefined, signal].map((each) =>
        watch(provider.execute(() => (calls++, Promise.reject(down)), { signal: each })),
      );
      await clock.advance('15s');
      provider.close();
      await turn();
      expect(results.map(({ error }) => error)).toEqual([down, down]);
      expect([calls, retryHistory(down), clock.pendingTimers()]).toEqual([4, { attempts: 2, elapsedMs: 15_000 }, 0]);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    it('calls nothing again: not what fails afterwards, nor what a listener closes it for', async () => {
      const clock = new TestClock();
      const provider = createProvider('payments', { retry: { backoff: slowly } }, { clock });
      const work = deferred();
      const underWay = watch(provider.execute(() => work.promise));
      const stop = provider.events.on(() => provider.close());
      let calls = 0;
      const down = httpError(500);
      const waiting = watch(provider.execute(() => (calls++, Promise.reject(down))));
      await turn();
      stop();
      expect([waiting.error, calls]).toEqual([down, 1]);
      const events = recordEvents(provider);
      work.reject(down);
      await turn();
      expect([underWay.error, events.types, clock.pendingTimers()]).toEqual([down, [], 0]);
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

    it('while the event loop turns between attempts rejects in the same turn, too', async () => {
      const clock = new TestClock();
      const provider = createProvider('payments', { retry: { backoff: { initial: 0 } } }, { clock });
      const caller = new AbortController();
      let calls = 0;
      const result = watch(
        provider.execute(() => (calls++, Promise.reject(httpError(500))), { signal: caller.signal }),
      );
      for (let i = 0; i < 20; i++) await Promise.resolve();
      caller.abort('left');
      for (let i = 0; i < 20; i++) await Promise.resolve();
      expect(result.error).toBe('left');
      await clock.advance('1m');
      expect(calls).toBe(1);
    });

    it('is stronger than a word for another attempt', async () => {
      const clock = new TestClock();
      let asked = 0;
      const retry: RetryOptions = { when: () => (asked++, true) };
      const provider = createProvider('payments', { retry }, { clock });
      const caller = new AbortController();
      const result = watch(provider.execute(() => deferred().promise, { signal: caller.signal }));
      await turn();
      caller.abort('left');
      await clock.advance('1m');
      expect([result.error, asked]).toEqual(['left', 0]);
    });

    it('keeps no history on a reason that is the caller’s own', async () => {
      const clock = new TestClock();
      const provider = createProvider('payments', { retry: { backoff: NO_JITTER } }, { clock });
      const caller = new AbortController();
      const reason = new Error('the user left');
      const result = watch(provider.execute(() => Promise.reject(httpError(500)), { signal: caller.signal }));
      await clock.advance(150);
      caller.abort(reason);
      await turn();
      expect([result.error, retryHistory(reason)]).toEqual([reason, undefined]);
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
      expect(events.ofType('retry.overBudget').map(({ detail }) => detail)).toEqual([
        { attempt: 1, outcome: 'unknown' },
        { attempt: 1, outcome: 'unknown' },
      ]);
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

    it('that is spent cancels nothing in flight: an attempt that was paid for goes on', async () => {
      const clock = new TestClock();
      const retry: RetryOptions = { backoff: { initial: 0 }, budget: { ratio: 0, minPerSecond: 1 } };
      const provider = createProvider('payments', { retry }, { clock });
      const second = deferred();
      let signal: AbortSignal | undefined;
      const paid = watch(
        provider.execute((call) => {
          if (call.attempt === 1) throw httpError(500);
          signal = call.signal;
          return second.promise;
        }),
      );
      await clock.advance(0);
      const down = httpError(500);
      const unpaid = watch(provider.execute(() => Promise.reject(down)));
      await clock.advance(0);
      expect([unpaid.error, paid.settled, signal?.aborted]).toEqual([down, false, false]);
      second.resolve('ok');
      await turn();
      expect(paid.value).toBe('ok');
    });

    it('can be done without, also by what succeeds at once', async () => {
      expect((await tryOut(['ok'], { budget: false })).result.value).toBe('ok');
    });

    it('can be done without', async () => {
      const { calledAt } = await tryOut([httpError(500)], { attempts: 100, backoff: { initial: 0 }, budget: false });
      expect(calledAt).toHaveLength(100);
    });

    describe('of a provider whose methods have their own retries', () => {
      const NONE = { ratio: 0, minPerSecond: 0 };
      const fast = { attempts: 3, backoff: { initial: 0 } };
      const triesOf = async (provider: ResilientProvider, operation: string) => {
        let calls = 0;
        await outcomeOf(provider.execute(() => (calls++, Promise.reject(httpError(503))), { operation }));
        return calls;
      };

      it('is one for all, whichever of them is called first', async () => {
        const options = {
          retry: fast,
          methods: { charge: { retry: { budget: NONE } }, refund: { retry: { attempts: 2 } } },
        };
        for (const order of [
          ['charge', 'refund', 'list'],
          ['list', 'refund', 'charge'],
        ]) {
          const provider = createProvider('payments', options, { clock: new TestClock() });
          for (const operation of order) expect(await triesOf(provider, operation)).toBe(1);
        }
      });

      it('is refused where two name different ones', () => {
        const budget = { ratio: 0.5 };
        expect(() =>
          createProvider('payments', { retry: { ...fast, budget: NONE }, methods: { charge: { retry: { budget } } } }),
        ).toThrow(
          'payments.methods.charge.retry.budget: differs from that of payments, and the methods of a provider share one retry budget: name it once, at best in payments.retry',
        );
        const provider = liveProvider('payments', { retry: { ...fast, budget: NONE } });
        const plan = (own: Record<string, unknown>) => ({
          operation: 'Client.charge',
          policies: new Map([['retry', own]]),
        });
        const faults: Fault[] = [];
        provider.pipelineFor(plan({ budget: NONE }), faults);
        expect(faults).toEqual([]);
        provider.pipelineFor(plan({ budget: false }), faults);
        expect(faults.map(({ path }) => path)).toEqual(['Client.charge.retry.budget']);
        expect(() => provider.reconfigure({ retry: { budget } })).toThrow('Client.charge.retry.budget: differs');
        expect(provider.snapshot().policies).toMatchObject([{ budget: 0 }]);
      });
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
    const inVain = await tryOut([httpError(500)], { attempts: 2, backoff: { initial: 0 } });
    expect(inVain.provider.snapshot().policies[0]).toMatchObject({ retries: 1, recovered: 0, exhausted: 1 });
    const once = await tryOut([httpError(500)], { attempts: 1 });
    expect(once.provider.snapshot().policies[0]).toMatchObject({ retries: 0, exhausted: 0 });
  });

  it.each([
    [{ backoff: { initial: '11s' } }, 'retry.backoff.initial', '11000 given; expected at most backoff.max (10000 ms)'],
    [{ maxElapsed: 0 }, 'retry.maxElapsed', expect.stringMatching(/^0 given; expected a duration.* of at least 1 ms$/)],
    [
      { budget: true },
      'retry.budget',
      'true given; expected false or { ratio, minPerSecond }, for example { ratio: 0.2, minPerSecond: 10 }',
    ],
    [
      { backoff: { kind: 'random' } },
      'retry.backoff.kind',
      "'random' given; expected one of 'constant', 'linear', 'exponential', 'decorrelated'",
    ],
  ])('refuses the settings %j', (given, path, message) => {
    expect(readSettings(retryKind.schema, given, 'retry').faults).toEqual([{ path, message }]);
  });
});
