import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../engine/call.js';
import { createProvider } from '../../provider/create-provider.js';
import type { ExecuteOptions } from '../../provider/resilient-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { readSettings } from '../../settings/read-settings.js';
import { httpError, networkError, turn, watch } from '../../testing/calls.fixture.js';
import { controllersMade } from '../../testing/controllers-made.fixture.js';
import { deferred, type Deferred } from '../../testing/deferred.js';
import { policyContract } from '../../testing/policy-contract.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import { HedgeLostError, isHedgeLostError } from './hedge-lost.error.js';
import { hedgeKind } from './hedge.kind.js';
import type { HedgeOptions } from './hedge.options.js';
import { snapshotOf } from '../../testing/snapshot-of.js';

/** A provider whose calls end when the test says so. */
function bench(hedge: HedgeOptions, more: ProviderOptions = {}) {
  const clock = new TestClock();
  const provider = createProvider('payments', { hedge, ...more }, { clock, random: () => 0.5 });
  const events = recordEvents(provider);
  const attempts: { call: Call; work: Deferred; at: number }[] = [];
  const begin = (options: ExecuteOptions & { sends?: string } = {}) =>
    watch(
      provider.execute((call) => {
        const work = deferred();
        attempts.push({ call, work, at: clock.now() });
        if (options.sends !== undefined) call.sending(options.sends);
        return work.promise;
      }, options),
    );
  const end = async (attempt: number, result: unknown) => {
    const { work } = attempts[attempt]!;
    if (result instanceof Error || result instanceof DOMException) work.reject(result);
    else work.resolve(result);
    await turn();
  };
  const snapshot = () => snapshotOf(provider, 'hedge');
  const sentAt = () => attempts.map(({ at }) => at);
  const aborted = () => attempts.map(({ call }) => call.signal.aborted);
  return { clock, provider, events, attempts, begin, end, snapshot, sentAt, aborted };
}

const settingsOf = (hedge: HedgeOptions) => readSettings(hedgeKind.schema, hedge, 'hedge');

describe('hedge', () => {
  policyContract(hedgeKind);
  policyContract(hedgeKind, { options: { delay: 100, attempts: 3 } });

  it('sends nothing beside an attempt that answers in time', async () => {
    const { clock, attempts, begin, end, snapshot, events } = bench({ delay: 100 });
    const result = begin();
    await clock.advance(99);
    await end(0, 'first');
    await clock.advance('1h');
    expect([result.value, attempts.length]).toEqual(['first', 1]);
    expect(snapshot()).toEqual({
      kind: 'hedge',
      operation: 'execute',
      hedges: 0,
      wins: 0,
      overBudget: 0,
      delayMs: 100,
    });
    expect(events.all).toEqual([]);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('sends another attempt after the delay, and takes the first answer', async () => {
    const { clock, attempts, begin, end, snapshot, events, sentAt, aborted } = bench({ delay: 100 });
    const result = begin();
    await clock.advance(250);
    expect(sentAt()).toEqual([0, 100]);
    await end(1, 'second');
    expect(result.value).toBe('second');
    expect(aborted()).toEqual([true, false]);
    expect(events.all.map(({ type, operation, detail }) => [type, operation, detail])).toEqual([
      ['hedge.sent', 'execute', { attempt: 1, hedge: 1, why: 'slow' }],
      ['hedge.won', 'execute', { attempt: 1, hedge: 1 }],
    ]);
    expect(snapshot()).toMatchObject({ hedges: 1, wins: 1, overBudget: 0 });
    expect(attempts.map(({ call }) => call.attempt)).toEqual([1, 1]);
  });

  it('counts no win when the first attempt answers after all', async () => {
    const { clock, begin, end, snapshot, aborted } = bench({ delay: 100 });
    const result = begin();
    await clock.advance(100);
    await end(0, 'first');
    expect(result.value).toBe('first');
    expect(aborted()).toEqual([false, true]);
    expect(snapshot()).toMatchObject({ hedges: 1, wins: 0 });
  });

  it('tells who has lost in the reason of its signal, and hears no more of it', async () => {
    const { clock, attempts, begin, end } = bench({ delay: 100 });
    const result = begin({ operation: 'charge' });
    await clock.advance(100);
    await end(0, 'first');
    const { reason } = attempts[1]!.call.signal as { reason: unknown };
    expect(isHedgeLostError(reason)).toBe(true);
    expect(reason).toBeInstanceOf(HedgeLostError);
    expect(reason).toMatchObject({
      name: 'HedgeLostError',
      code: 'HEDGE_LOST',
      message: 'payments: another attempt at charge was first',
      provider: 'payments',
      operation: 'charge',
    });
    await end(1, new Error('late'));
    expect(result).toEqual({ settled: true, value: 'first' });
  });

  it('sends one after each delay, but no more than so many attempts', async () => {
    const { clock, begin, end, sentAt, aborted, events } = bench({ delay: 100, attempts: 3 });
    const result = begin();
    await clock.advance(200);
    expect(clock.pendingTimers('referenced')).toBe(0);
    await clock.advance('1h');
    expect(sentAt()).toEqual([0, 100, 200]);
    await end(1, 'second');
    expect(result.value).toBe('second');
    expect(aborted()).toEqual([true, false, true]);
    expect(events.ofType('hedge.sent').map(({ detail }) => detail['hedge'])).toEqual([1, 2]);
  });

  it('gives every attempt the same key, arguments and deadline', async () => {
    const { clock, attempts, begin } = bench({ delay: 100 }, { timeout: { total: '5s' } });
    begin({ idempotencyKey: 'order-1', key: 'tenant' });
    await clock.advance(100);
    for (const { call } of attempts) {
      expect(call).toMatchObject({ idempotencyKey: 'order-1', key: 'tenant', deadline: 5000, operation: 'execute' });
    }
    expect(attempts[0]!.call.signal).not.toBe(attempts[1]!.call.signal);
  });

  it('aborts no attempt that has answered: a body may still be streaming', async () => {
    const { clock, attempts, begin, end } = bench({ delay: 100 });
    const caller = new AbortController();
    begin({ signal: caller.signal });
    await clock.advance(100);
    const { work } = attempts[0]!;
    work.resolve('first');
    await end(1, 'in the same turn');
    caller.abort('later');
    await clock.advance('1h');
    expect(attempts[0]!.call.signal.aborted).toBe(false);
  });

  describe('of a failure', () => {
    it('that may pass sends the next attempt at once, and the delay begins anew', async () => {
      const { clock, begin, end, sentAt, events } = bench({ delay: 100, attempts: 3 });
      const result = begin();
      await clock.advance(40);
      await end(0, httpError(503, { 'x-should-retry': 'true' }));
      expect(sentAt()).toEqual([0, 40]);
      await clock.advance(99);
      expect(sentAt()).toEqual([0, 40]);
      await clock.advance(1);
      expect(sentAt()).toEqual([0, 40, 140]);
      await end(2, 'third');
      expect(result.value).toBe('third');
      expect(events.ofType('hedge.sent').map(({ detail }) => detail)).toEqual([
        { attempt: 1, hedge: 1, why: 'failed' },
        { attempt: 1, hedge: 2, why: 'slow' },
      ]);
    });

    it('that begins the delay of its own call anew leaves those of other calls as they are', async () => {
      const { clock, begin, end, sentAt } = bench({ delay: 100, attempts: 3 });
      begin();
      await clock.advance(10);
      begin();
      await clock.advance(10);
      await end(0, httpError(503, { 'x-should-retry': 'true' }));
      expect(sentAt()).toEqual([0, 10, 20]);
      await clock.advance(90);
      expect(sentAt()).toEqual([0, 10, 20, 110]);
      await clock.advance(10);
      expect(sentAt()).toEqual([0, 10, 20, 110, 120]);
    });

    it.each([
      ['certainly not sent', networkError('ECONNREFUSED')],
      ['transient', httpError(503, { 'retry-after': '0' })],
      ['unknown', httpError(500)],
    ])('that is %s is not the end while another attempt is under way', async (_name, error) => {
      const { clock, begin, end, attempts } = bench({ delay: 100 });
      const result = begin();
      await clock.advance(100);
      await end(0, error);
      expect([result.settled, attempts.length]).toEqual([false, 2]);
      await end(1, 'second');
      expect(result.value).toBe('second');
    });

    it.each([
      ['permanent', httpError(404)],
      ['a credential', httpError(401)],
      ['of the protocol', networkError('CERT_HAS_EXPIRED')],
    ])('that another attempt would not mend (%s) is an answer', async (_name, error) => {
      const { clock, begin, end, aborted, attempts, snapshot } = bench({ delay: 100, attempts: 3 });
      const result = begin();
      await clock.advance(100);
      await end(1, error);
      expect(result.error).toBe(error);
      expect(aborted()).toEqual([true, false]);
      expect(snapshot()).toMatchObject({ hedges: 1, wins: 0 });
      await clock.advance('1h');
      expect(attempts).toHaveLength(2);
    });

    it('of all of them surfaces as the last one, untouched', async () => {
      const { clock, begin, end } = bench({ delay: 100 });
      const errors = [Object.freeze(httpError(502)), Object.freeze(httpError(500))] as const;
      const result = begin();
      await clock.advance(100);
      await end(1, errors[0]);
      expect(result.settled).toBe(false);
      await end(0, errors[1]);
      expect(result.error).toBe(errors[1]);
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it('that may have been done is not hidden by one that certainly was not', async () => {
      const { clock, begin, end } = bench({ delay: 100 });
      const reset = networkError('ECONNRESET');
      const result = begin();
      await clock.advance(100);
      await end(0, reset);
      await end(1, networkError('ECONNREFUSED'));
      expect(result.error).toBe(reset);
    });

    it('that was returned rather than thrown is one, too', async () => {
      const { clock, begin, end, sentAt } = bench({ delay: 100 });
      const busy = { status: 500, ok: false, headers: {} };
      const result = begin();
      await clock.advance(10);
      await end(0, busy);
      expect(sentAt()).toEqual([0, 10]);
      await end(1, busy);
      expect(result.value).toBe(busy);
    });

    it('that the user’s classifier calls a success is one, and still an error', async () => {
      const { begin, end, attempts, snapshot } = bench({ delay: 100 }, { classify: () => 'success' });
      const notFound = httpError(404);
      const result = begin();
      await turn();
      await end(0, notFound);
      expect([result.error, attempts.length, snapshot()['wins']]).toEqual([notFound, 1, 0]);
    });
  });

  describe('a server that asks to wait', () => {
    it.each([
      ['by Retry-After', httpError(503, { 'retry-after': '1' })],
      ['by a 429', httpError(429)],
      [
        'by gRPC pushback',
        Object.assign(new Error('busy'), { code: 14, details: 'busy', metadata: { get: () => ['5'] } }),
      ],
      ['for ever', Object.assign(new Error('busy'), { code: 14, details: 'busy', metadata: { get: () => ['-1'] } })],
    ])('%s is sent no more, and who is under way may still answer', async (_name, error) => {
      const { clock, begin, end, attempts } = bench({ delay: 100, attempts: 3 });
      const result = begin();
      await clock.advance(100);
      await end(0, error);
      await clock.advance('1h');
      expect([attempts.length, result.settled]).toEqual([2, false]);
      await end(1, 'second');
      expect(result.value).toBe('second');
    });

    it('has its error surface when no other is under way', async () => {
      const { begin, end, attempts } = bench({ delay: 100, attempts: 3 });
      const busy = httpError(429);
      const result = begin();
      await turn();
      await end(0, busy);
      expect([result.error, attempts.length]).toEqual([busy, 1]);
    });

    it('says so to the retry, whichever attempt it told', async () => {
      const { clock, begin, end, sentAt } = bench({ delay: 100 }, { retry: { attempts: 2, backoff: { initial: 0 } } });
      begin();
      await clock.advance(100);
      await end(0, httpError(429, { 'retry-after': '3' }));
      await end(1, httpError(500));
      await clock.advance(2999);
      expect(sentAt()).toEqual([0, 100]);
      await clock.advance(1);
      expect(sentAt()).toEqual([0, 100, 3100]);
    });

    it('says so also when the graver failure came first', async () => {
      const { clock, begin, end, sentAt } = bench({ delay: 100 }, { retry: { attempts: 2, backoff: { initial: 0 } } });
      begin();
      await clock.advance(100);
      await end(0, httpError(500));
      await end(1, httpError(503, { 'retry-after': '3' }));
      await clock.advance(3000);
      expect(sentAt()).toEqual([0, 100, 3100]);
    });

    it('has the retry wait for the longest that was asked for', async () => {
      const { clock, begin, end, sentAt } = bench({ delay: 100 }, { retry: { attempts: 2, backoff: { initial: 0 } } });
      begin();
      await clock.advance(100);
      await end(0, httpError(429, { 'retry-after': '3' }));
      await end(1, httpError(429, { 'retry-after': '1' }));
      await clock.advance(3000);
      expect(sentAt()).toEqual([0, 100, 3100]);
    });

    it('and forbids any more is obeyed by the retry, too', async () => {
      const { clock, begin, end, sentAt } = bench({ delay: 100 }, { retry: { attempts: 2, backoff: { initial: 0 } } });
      const never = Object.assign(new Error('busy'), { code: 14, details: 'busy', metadata: { get: () => ['-1'] } });
      const result = begin();
      await clock.advance(100);
      await end(0, never);
      await end(1, httpError(500));
      await clock.advance('1h');
      expect([result.settled, sentAt()]).toEqual([true, [0, 100]]);
    });

    it('that forbids any more has nothing sent, and its error surfaces', async () => {
      const { clock, begin, end, sentAt } = bench({ delay: 100, attempts: 3 });
      const never = httpError(503, { 'x-should-retry': 'false' });
      const result = begin();
      await clock.advance(10);
      await end(0, never);
      await clock.advance('1h');
      expect([result.error, sentAt()]).toEqual([never, [0]]);
    });
  });

  describe('sends only what may be in flight twice:', () => {
    it.each([
      ['a POST: not', {}, { sends: 'POST' }, 1],
      ['a POST with an idempotency key: yes', {}, { sends: 'POST', idempotencyKey: 'order-1' }, 2],
      ['a POST that is idempotent by settings: yes', { idempotent: true }, { sends: 'POST' }, 2],
      ['a GET: yes', {}, { sends: 'GET' }, 2],
      ['a GET that is not, by settings: not', { idempotent: false }, { sends: 'GET' }, 1],
      ['what nothing is known about: yes, it was asked for', {}, {}, 2],
    ] as [string, HedgeOptions, ExecuteOptions & { sends?: string }, number][])(
      '%s',
      async (_name, hedge, options, sent) => {
        const { clock, begin, attempts, end } = bench({ delay: 100, ...hedge });
        const result = begin(options);
        await clock.advance('1h');
        expect(attempts).toHaveLength(sent);
        await end(0, 'first');
        expect(result.value).toBe('first');
        expect(clock.pendingTimers('referenced')).toBe(0);
      },
    );

    it('asks of every attempt that is under way', async () => {
      const { clock, begin, attempts } = bench({ delay: 100, attempts: 3 });
      begin();
      await clock.advance(100);
      attempts[1]!.call.sending('POST');
      await clock.advance('1h');
      expect(attempts).toHaveLength(2);
    });

    it('a POST that may have been done: not, and its error surfaces', async () => {
      const { begin, end, attempts } = bench({ delay: 100 });
      const lost = networkError('ECONNRESET');
      const result = begin({ sends: 'POST' });
      await turn();
      await end(0, lost);
      expect([result.error, attempts.length]).toEqual([lost, 1]);
    });

    it('a POST that was certainly not sent: at once', async () => {
      const { begin, end, attempts } = bench({ delay: 100 });
      begin({ sends: 'POST' });
      await turn();
      await end(0, networkError('ECONNREFUSED'));
      expect(attempts).toHaveLength(2);
    });

    it('a POST that was done before a GET failed, whatever is known of the GET: not', async () => {
      for (const error of [httpError(500), networkError('ECONNREFUSED')]) {
        const { clock, begin, end, attempts } = bench({ delay: 100 });
        const result = begin({ sends: 'POST' });
        await turn();
        attempts[0]!.call.sending('GET');
        await end(0, error);
        await clock.advance('1h');
        expect([result.error, attempts.length]).toEqual([error, 1]);
      }
    });

    it('a POST that a call in its method has sent: not', async () => {
      const clock = new TestClock();
      const checkout = createProvider('checkout', { hedge: { delay: 100 } }, { clock });
      const payments = createProvider('payments', {}, { clock });
      let posts = 0;
      const charge = (call: Call) => {
        posts++;
        call.sending('POST');
        return deferred().promise;
      };
      void checkout.execute(() => payments.execute(charge));
      await clock.advance('1h');
      expect(posts).toBe(1);
    });

    it('and a retry above knows that an attempt below has sent a POST', async () => {
      const { clock, begin, end, attempts } = bench(
        { delay: 100 },
        { retry: { attempts: 3, backoff: { initial: 0 }, budget: false } },
      );
      const lost = networkError('ECONNRESET');
      const result = begin();
      await clock.advance(100);
      attempts[0]!.call.sending('POST');
      attempts[1]!.call.sending('GET');
      await end(1, networkError('ECONNRESET'));
      await end(0, lost);
      await clock.advance('1m');
      expect([result.error, attempts.length]).toEqual([lost, 2]);
    });
  });

  describe('the gates', () => {
    it('are passed by every attempt, and a loser keeps its slot until its work has settled', async () => {
      const { clock, begin, end, provider, attempts } = bench({ delay: 100 }, { bulkhead: { concurrency: 2 } });
      begin();
      await clock.advance(100);
      expect(snapshotOf(provider, 'bulkhead')).toMatchObject({ active: 2, abandoned: 0 });
      await end(1, 'second');
      expect(snapshotOf(provider, 'bulkhead')).toMatchObject({ active: 1, abandoned: 1 });
      await end(0, new Error('late'));
      expect(snapshotOf(provider, 'bulkhead')).toMatchObject({ active: 0, abandoned: 0, admitted: 2 });
      expect(attempts).toHaveLength(2);
    });

    it('refuse a hedge quietly: the first attempt goes on, and no more are sent', async () => {
      const { clock, begin, end, events, snapshot } = bench(
        { delay: 100, attempts: 3 },
        { bulkhead: { concurrency: 1 } },
      );
      const result = begin();
      await clock.advance('1h');
      expect(result.settled).toBe(false);
      expect(events.ofType('bulkhead.refused')).toHaveLength(1);
      expect(snapshot()).toMatchObject({ hedges: 1 });
      await end(0, 'first');
      expect(result.value).toBe('first');
    });

    it('that refused a hedge do not hide what became of the first attempt', async () => {
      const { clock, begin, end } = bench({ delay: 100, attempts: 3 }, { bulkhead: { concurrency: 1 } });
      const lost = httpError(500);
      const result = begin();
      await clock.advance(100);
      await end(0, lost);
      expect(result.error).toBe(lost);
    });

    it('that refuse the first attempt have nothing sent beside it', async () => {
      const { clock, begin, end, attempts, snapshot } = bench({ delay: 100 }, { bulkhead: { concurrency: 1 } });
      begin();
      const refused = begin();
      await clock.advance(0);
      expect(refused.error).toMatchObject({ code: 'BULKHEAD_FULL' });
      expect([attempts.length, snapshot()['hedges']]).toEqual([1, 0]);
      await end(0, 'first');
    });

    it('have a refusal waited for by the retry where that is wanted', async () => {
      const { clock, begin, end, sentAt } = bench(
        { delay: '1m' },
        {
          circuitBreaker: { window: { consecutive: 1 }, openFor: '5s' },
          retry: { attempts: 2, refusals: true, backoff: { initial: 0 } },
        },
      );
      begin();
      await turn();
      await end(0, httpError(404));
      begin();
      await turn();
      await end(1, networkError('CERT_HAS_EXPIRED'));
      begin();
      await clock.advance('5s');
      expect(sentAt()).toEqual([0, 0, 5000]);
    });

    it('let a loser that waits in line go at once', async () => {
      const { clock, begin, end, provider } = bench({ delay: 100 }, { bulkhead: { concurrency: 1, queue: 1 } });
      const result = begin();
      await clock.advance(100);
      expect(snapshotOf(provider, 'bulkhead')).toMatchObject({ queued: 1 });
      await end(0, 'first');
      expect(result.value).toBe('first');
      expect(snapshotOf(provider, 'bulkhead')).toMatchObject({ active: 0, queued: 0 });
    });

    it('do not take a loser for the provider’s failure', async () => {
      const { clock, begin, end, provider } = bench({ delay: 100 }, { circuitBreaker: { window: { consecutive: 1 } } });
      for (let i = 0; i < 3; i++) {
        begin();
        await clock.advance(100);
        await end(2 * i + 1, 'second');
        await end(2 * i, new Error('late'));
      }
      expect(provider.circuitBreaker?.state).toBe('closed');
    });

    it('time each attempt for itself', async () => {
      const { clock, begin, attempts, sentAt } = bench({ delay: 100 }, { timeout: { attempt: 250 } });
      const result = begin();
      await clock.advance(250);
      expect(sentAt()).toEqual([0, 100]);
      expect([attempts[0]!.call.signal.aborted, result.settled]).toEqual([true, false]);
      await clock.advance(100);
      expect(result.error).toMatchObject({ code: 'TIMEOUT', scope: 'attempt' });
    });
  });

  describe('who aborts', () => {
    it('as caller is rejected in the same turn with their own reason, and every attempt is aborted with it', async () => {
      const { clock, begin, attempts, aborted } = bench({ delay: 100 });
      const caller = new AbortController();
      const result = begin({ signal: caller.signal });
      await clock.advance(100);
      const reason = new Error('the user left');
      caller.abort(reason);
      await turn();
      expect(result.error).toBe(reason);
      expect(aborted()).toEqual([true, true]);
      expect(attempts.map(({ call }) => call.signal.reason as unknown)).toEqual([reason, reason]);
      expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
      await clock.advance('1h');
      expect(attempts).toHaveLength(2);
      expect(clock.pendingTimers()).toBe(0);
    });

    it('when told of a hedge has it not sent', async () => {
      const { clock, begin, attempts, provider } = bench({ delay: 100 });
      const caller = new AbortController();
      const reason = new Error('the user left');
      provider.events.on(({ type }) => type === 'hedge.sent' && caller.abort(reason));
      const result = begin({ signal: caller.signal });
      await clock.advance('1h');
      expect([result.error, attempts.length]).toEqual([reason, 1]);
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it('before the delay has nothing more sent', async () => {
      const { clock, begin, attempts } = bench({ delay: 100, attempts: 3 });
      const caller = new AbortController();
      const result = begin({ signal: caller.signal });
      await clock.advance(50);
      caller.abort('left');
      await turn();
      expect(result.error).toBe('left');
      expect(clock.pendingTimers('referenced')).toBe(0);
      await clock.advance('1h');
      expect(attempts).toHaveLength(1);
    });

    it('while the first attempt begins is rejected as well', async () => {
      const clock = new TestClock();
      const provider = createProvider('payments', { hedge: { delay: 100 } }, { clock });
      const caller = new AbortController();
      const result = watch(
        provider.execute(() => (caller.abort('left'), deferred().promise), { signal: caller.signal }),
      );
      await turn();
      expect(result.error).toBe('left');
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it('is not taken for the provider’s failure', async () => {
      const { clock, begin, provider } = bench({ delay: 100 }, { circuitBreaker: { window: { consecutive: 1 } } });
      const caller = new AbortController();
      begin({ signal: caller.signal });
      await clock.advance(100);
      caller.abort('left');
      await turn();
      expect(provider.circuitBreaker?.state).toBe('closed');
    });

    it('because of the total timeout aborts every attempt with it', async () => {
      const { clock, begin, attempts, aborted } = bench(
        { delay: 100, attempts: 3 },
        { timeout: { total: 150 }, retry: { attempts: 3, backoff: { initial: 0 } } },
      );
      const result = begin();
      await clock.advance(150);
      expect(result.error).toMatchObject({ code: 'TIMEOUT', scope: 'total' });
      expect(aborted()).toEqual([true, true]);
      expect(attempts[1]!.call.signal.reason).toBe(result.error);
      await clock.advance('1h');
      expect(attempts).toHaveLength(2);
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it('has no listener left after thousands of calls on one signal', async () => {
      const { provider } = bench({ delay: 100 });
      const { signal } = new AbortController();
      for (let i = 0; i < 5000; i++) await provider.execute(() => i, { signal });
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    });
  });

  describe('the budget', () => {
    it('is the one of the retries: what one spends, the other has not', async () => {
      const { clock, begin, end, attempts, provider, events } = bench(
        { delay: 100 },
        { retry: { attempts: 2, backoff: { initial: 0 }, budget: { ratio: 0, minPerSecond: 1 } } },
      );
      const lost = httpError(500);
      const result = begin();
      await clock.advance(100);
      expect(attempts).toHaveLength(2);
      await end(1, lost);
      await end(0, lost);
      expect(result.error).toBe(lost);
      expect(attempts).toHaveLength(2);
      expect(snapshotOf(provider, 'retry')).toMatchObject({ retries: 0, overBudget: 1, budget: 0 });
      expect(events.ofType('hedge.overBudget')).toHaveLength(0);
    });

    it('that is spent has no hedge sent, and leaves what is under way alone', async () => {
      const { clock, begin, end, attempts, snapshot, events } = bench(
        { delay: 100, attempts: 3 },
        { retry: { budget: { ratio: 0, minPerSecond: 0 } } },
      );
      const result = begin();
      await clock.advance('1h');
      expect([attempts.length, result.settled, attempts[0]!.call.signal.aborted]).toEqual([1, false, false]);
      expect(events.ofType('hedge.overBudget').map(({ operation, detail }) => [operation, detail])).toEqual([
        ['execute', { attempt: 1, hedge: 1, why: 'slow' }],
      ]);
      expect(snapshot()).toMatchObject({ hedges: 0, overBudget: 1 });
      await end(0, 'first');
      expect(result.value).toBe('first');
    });

    it('without a retry is a fifth of the successes and ten per second', async () => {
      const { clock, begin, attempts, provider } = bench({ delay: 100 });
      for (let i = 0; i < 11; i++) begin();
      await clock.advance(100);
      expect(attempts).toHaveLength(11 + 10);
      for (let i = 0; i < 10; i++) await provider.execute(() => 'ok');
      await clock.advance('1s');
      attempts.length = 0;
      for (let i = 0; i < 13; i++) begin();
      await clock.advance(100);
      expect(attempts).toHaveLength(13 + 12);
    });

    it('is earned once for each success, also where there is a retry', async () => {
      const retry = { budget: { ratio: 0.5, minPerSecond: 0 } };
      const { clock, begin, attempts, provider } = bench({ delay: 100 }, { retry });
      for (let i = 0; i < 4; i++) await provider.execute(() => 'ok');
      for (let i = 0; i < 3; i++) begin();
      await clock.advance(100);
      expect(attempts).toHaveLength(3 + 2);
    });

    it('that the provider does without limits no hedge', async () => {
      const { clock, begin, attempts } = bench({ delay: 100 }, { retry: { budget: false } });
      for (let i = 0; i < 12; i++) begin();
      await clock.advance(100);
      expect(attempts).toHaveLength(12 + 12);
    });

    it('that the settings name holds where a call has no retry at all', async () => {
      const clock = new TestClock();
      const retry = { budget: { ratio: 0, minPerSecond: 0 } };
      const provider = createProvider('payments', { retry, hedge: { delay: 100 } }, { clock });
      let attempts = 0;
      void provider.execute(() => (attempts++, new Promise(() => undefined)), { policies: ['hedge'] });
      await clock.advance(100);
      expect(attempts).toBe(1);
    });
  });

  it('is one attempt for the retry, which all of its attempts are numbered by', async () => {
    const { clock, begin, end, attempts, sentAt, events } = bench(
      { delay: 100 },
      { retry: { attempts: 2, backoff: { initial: 1000, jitter: 'none' } } },
    );
    const result = begin();
    await clock.advance(100);
    await end(0, httpError(500));
    await end(1, httpError(500));
    await clock.advance(1100);
    expect(sentAt()).toEqual([0, 100, 1100, 1200]);
    expect(attempts.map(({ call }) => call.attempt)).toEqual([1, 1, 2, 2]);
    await end(3, 'fourth');
    expect(result.value).toBe('fourth');
    expect(events.ofType('hedge.won').map(({ detail }) => detail)).toEqual([{ attempt: 2, hedge: 1 }]);
    expect(events.ofType('retry.scheduled')).toHaveLength(1);
  });

  it('runs a hedge in its caller’s async context, whichever call started the timer', async () => {
    const clock = new TestClock();
    const provider = createProvider('payments', { hedge: { delay: 100 } }, { clock });
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const ask = () => provider.execute(() => (seen.push(storage.getStore()), deferred().promise));
    storage.run('one', () => void watch(ask()));
    storage.run('two', () => void watch(ask()));
    await clock.advance(100);
    expect(seen).toEqual(['one', 'two', 'one', 'two']);
  });

  it('makes no signal for a call that never reads it', async () => {
    const { provider } = bench({ delay: 100 });
    expect(await controllersMade(() => provider.execute(() => 'fine'))).toBe(0);
    expect(await controllersMade(() => provider.execute(({ signal }) => signal.aborted))).toBe(1);
  });

  it('leaves an operation in doubt whose loser may have been done, for the policy that keeps a record of it', async () => {
    const more: ProviderOptions = { idempotency: {}, timeout: { total: '1m' }, retry: {} };
    const { clock, begin, end, attempts } = bench({ delay: 100 }, more);
    const refused = httpError(401);
    const result = begin({ idempotencyKey: 'order-1', args: ['one'] });
    await clock.advance(100);
    await end(1, refused);
    expect(result.error).toBe(refused);
    const another = begin({ idempotencyKey: 'order-1', args: ['another'] });
    await clock.advance(0);
    expect(another.error).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    expect(attempts).toHaveLength(2);
  });

  it('takes a 409 for the answer to its key, unless the attempt beside it may be what it conflicts with', async () => {
    const conflict = httpError(409);
    const alone = bench({ delay: 100 });
    const refused = alone.begin({ idempotencyKey: 'order-1' });
    await turn();
    await alone.end(0, conflict);
    expect(refused.error).toBe(conflict);
    const { clock, begin, end } = bench({ delay: 100 });
    const result = begin({ idempotencyKey: 'order-1' });
    await clock.advance(100);
    await end(1, conflict);
    expect(result.settled).toBe(false);
    await end(0, 'booked');
    expect(result.value).toBe('booked');
  });

  it('leaves no doubt where no attempt was under way beside the answer', async () => {
    const { begin, end, attempts } = bench({ delay: 100 }, { idempotency: {}, timeout: { total: '1m' }, retry: {} });
    begin({ idempotencyKey: 'order-1', args: ['one'] });
    await turn();
    await end(0, httpError(401));
    begin({ idempotencyKey: 'order-1', args: ['another'] });
    await turn();
    expect(attempts).toHaveLength(2);
  });

  describe('by observed quantile', () => {
    async function calm(delay: HedgeOptions['delay'], calls: number, tookMs: number) {
      const on = bench(delay === undefined ? {} : { delay });
      const steady = async (times: number, ms: number) => {
        for (let i = 0; i < times; i++) {
          const at = on.attempts.length;
          on.begin();
          await on.clock.advance(ms);
          await on.end(at, 'ok');
        }
      };
      await steady(calls, tookMs);
      on.attempts.length = 0;
      return { ...on, steady };
    }

    it('sends nothing beside the first until enough calls were seen', async () => {
      const { clock, begin, attempts, end, snapshot } = await calm(undefined, 19, 64);
      begin();
      await clock.advance('1h');
      expect(attempts).toHaveLength(1);
      expect(snapshot()).not.toHaveProperty('delayMs');
      await end(0, 'ok');
      expect(snapshot()).toHaveProperty('delayMs', 64);
    });

    it('sends another when one takes longer than 19 of 20 did', async () => {
      const { clock, begin, sentAt, snapshot } = await calm(undefined, 20, 64);
      expect(snapshot()).toMatchObject({ delayMs: 64 });
      const start = clock.now();
      begin();
      await clock.advance('1h');
      expect(sentAt()).toEqual([start, start + 64]);
    });

    it('rounds up to whole milliseconds', async () => {
      expect((await calm(undefined, 20, 100)).snapshot()).toMatchObject({ delayMs: 108 });
    });

    it('takes the quantile that is asked for, and begins after as many calls', async () => {
      const { steady, snapshot } = await calm({ quantile: 0.5, minimumCalls: 4 }, 2, 64);
      await steady(1, 8);
      expect(snapshot()).not.toHaveProperty('delayMs');
      await steady(1, 8);
      expect(snapshot()).toMatchObject({ delayMs: 8 });
    });

    it('has something to go by before that where it is told', async () => {
      const { clock, begin, sentAt, snapshot } = await calm({ initial: 500 }, 0, 0);
      begin();
      expect(snapshot()).toMatchObject({ delayMs: 500 });
      await clock.advance('1h');
      expect(sentAt()).toEqual([0, 500]);
    });

    it('stays within its limits', async () => {
      expect((await calm({ min: 100 }, 20, 64)).snapshot()).toMatchObject({ delayMs: 100 });
      expect((await calm({ max: 30 }, 20, 64)).snapshot()).toMatchObject({ delayMs: 30 });
    });

    it('sees the time until a hedge has won as time that the first attempt took: the slow do not vanish from sight', async () => {
      const { clock, begin, end, attempts, snapshot } = await calm({ quantile: 1, minimumCalls: 1 }, 1, 64);
      begin();
      await clock.advance(512);
      await end(1, 'second');
      expect(snapshot()).toMatchObject({ delayMs: 512 });
      expect(attempts).toHaveLength(2);
    });

    it('sees nothing in a first attempt that failed, was refused or was aborted', async () => {
      const { clock, begin, end, snapshot } = await calm({ quantile: 1, minimumCalls: 1 }, 1, 64);
      begin();
      await clock.advance(20);
      await end(0, httpError(404));
      const caller = new AbortController();
      begin({ signal: caller.signal });
      await clock.advance(600);
      caller.abort('left');
      begin();
      await clock.advance(600);
      await end(3, httpError(500));
      await clock.advance(600);
      await end(4, 'second');
      expect(snapshot()).toMatchObject({ delayMs: 64 });
    });

    it('sees nothing in a slow first attempt whose answer is a failure', async () => {
      const { clock, begin, end, snapshot } = await calm({ quantile: 1, minimumCalls: 1 }, 1, 64);
      begin();
      await clock.advance(300);
      await end(0, httpError(404));
      expect(snapshot()).toMatchObject({ delayMs: 64 });
    });

    it('goes on seeing first attempts that answer in time', async () => {
      const { steady, snapshot } = await calm({ quantile: 0.5, minimumCalls: 1 }, 1, 64);
      await steady(1, 8);
      expect(snapshot()).toMatchObject({ delayMs: 8 });
    });

    it('sees no answer that means a failure', async () => {
      const { clock, begin, end, snapshot } = await calm({ minimumCalls: 1 }, 0, 0);
      begin();
      await clock.advance(64);
      await end(0, { status: 503, ok: false, headers: {} });
      expect(snapshot()).not.toHaveProperty('delayMs');
    });

    it('does not see failures while it only looks on', async () => {
      const { begin, end, clock, snapshot } = await calm({ minimumCalls: 1 }, 0, 0);
      const result = begin();
      await clock.advance(64);
      await end(0, httpError(500));
      expect(result.error).toMatchObject({ response: { status: 500 } });
      expect(snapshot()).not.toHaveProperty('delayMs');
    });

    it('earns the budget while it only looks on', async () => {
      const { provider, clock, begin, attempts } = bench({ delay: { minimumCalls: 10, initial: 100 } });
      for (let i = 0; i < 5; i++) await provider.execute(() => 'ok');
      for (let i = 0; i < 12; i++) begin();
      await clock.advance(100);
      expect(attempts).toHaveLength(12 + 11);
    });
  });

  it('takes new settings over at the next call, and leaves those in flight alone', async () => {
    const { clock, begin, provider, sentAt, snapshot } = bench({ delay: 100 });
    begin();
    provider.reconfigure({ hedge: { delay: 30, attempts: 4 } });
    begin();
    await clock.advance(120);
    expect(sentAt()).toEqual([0, 0, 30, 60, 90, 100]);
    expect(snapshot()).toMatchObject({ hedges: 4, delayMs: 30 });
    provider.reconfigure({ hedge: { delay: { quantile: 0.5, initial: 70 } } });
    expect(snapshot()).toMatchObject({ hedges: 4, delayMs: 70 });
  });

  it('keeps what it has seen when the settings of a quantile change', async () => {
    const { clock, begin, end, provider, snapshot } = bench({ delay: { minimumCalls: 1 } });
    begin();
    await clock.advance(64);
    await end(0, 'ok');
    provider.reconfigure({ hedge: { delay: { max: 50 } } });
    expect(snapshot()).toMatchObject({ delayMs: 50 });
  });

  it('forgets what it has seen when the delay is fixed', async () => {
    const { clock, begin, end, provider, snapshot } = bench({ delay: { minimumCalls: 1 } });
    begin();
    await clock.advance(64);
    await end(0, 'ok');
    provider.reconfigure({ hedge: { delay: 10 } });
    begin();
    provider.reconfigure({ hedge: { delay: { quantile: 0.5 } } });
    expect(snapshot()).not.toHaveProperty('delayMs');
  });

  it('stands between the retry and the gates, one for each method', () => {
    expect(hedgeKind.specs(settingsOf({ delay: 5 }).settings)).toMatchObject([
      { kind: 'hedge', name: 'hedge', scope: 'method', settings: { delay: 5, attempts: 2 } },
      { kind: 'hedge', name: 'retryBudget', scope: 'provider', option: 'budget' },
    ]);
  });

  describe('its settings', () => {
    it('have defaults', () => {
      expect(settingsOf({}).settings).toEqual({ delay: { quantile: 0.95, min: 0, minimumCalls: 20 }, attempts: 2 });
      expect(settingsOf({ delay: { min: 5, max: 5 } }).faults).toBeUndefined();
      expect(settingsOf({ delay: '2s' }).settings).toEqual({ delay: 2000, attempts: 2 });
      expect(settingsOf({ delay: { max: '2s', initial: 100 }, attempts: 10, idempotent: true }).settings).toEqual({
        delay: { quantile: 0.95, min: 0, max: 2000, minimumCalls: 20, initial: 100 },
        attempts: 10,
        idempotent: true,
      });
    });

    it.each([
      [{ attempts: 1 }, 'hedge.attempts', '1 given; expected a whole number from 2 to 10'],
      [{ attempts: 11 }, 'hedge.attempts', '11 given; expected a whole number from 2 to 10'],
      [{ delay: 'soon' }, 'hedge.delay', expect.stringMatching(/^'soon' given; expected a duration/)],
      [{ delay: { quantile: 95 } }, 'hedge.delay.quantile', '95 given; expected a share above 0, at most 1'],
      [
        { delay: { minimumCalls: 501 } },
        'hedge.delay.minimumCalls',
        '501 given; expected a whole number from 1 to 500',
      ],
      [{ delay: { min: '2s', max: '1s' } }, 'hedge.delay.min', '2000 given; expected at most delay.max (1000 ms)'],
      [{ idempotent: 'yes' }, 'hedge.idempotent', "'yes' given; expected true or false"],
    ])('%j is refused', (given, path, message) => {
      expect(settingsOf(given as HedgeOptions).faults).toEqual([{ path, message }]);
    });
  });
});
