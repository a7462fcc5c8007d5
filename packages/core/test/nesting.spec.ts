import { describe, expect, it } from '@jest/globals';
import type { Call } from '../src/engine/call.js';
import { currentCall } from '../src/engine/current-call.js';
import { createProvider } from '../src/provider/create-provider.js';
import type { LiveCall } from '../src/engine/live-call.js';
import type { ProviderOptions } from '../src/provider/provider-options.js';
import { deferred } from '../src/testing/deferred.js';
import { networkError, watch } from '../src/testing/calls.fixture.js';
import { TestClock } from '../src/testing/test-clock.js';

const NO_JITTER = { kind: 'constant', initial: 100, jitter: 'none' } as const;

function bench(outer: ProviderOptions, inner: ProviderOptions = {}) {
  const clock = new TestClock();
  const parts = { clock, random: () => 0.5, trackCalls: true };
  const checkout = createProvider('checkout', outer, parts);
  const payments = createProvider('payments', inner, parts);
  return { clock, checkout, payments };
}

describe('work that goes on although it was aborted', () => {
  it.each([
    [
      'an attempt that timed out and was called again',
      { timeout: { attempt: '1s' }, retry: { backoff: NO_JITTER } },
      2,
    ],
    ['an attempt that lost against its hedge', { hedge: { delay: 100 } }, 2],
    ['an operation whose time ran out', { timeout: { total: '1s' } }, 0],
    ['an operation whose caller left', {}, 0],
  ] as [string, ProviderOptions, number][])('makes no more calls: %s', async (_name, options, winner) => {
    const { clock, checkout, payments } = bench(options);
    const caller = new AbortController();
    const charged: number[] = [];
    const refusals: unknown[] = [];
    let attempts = 0;
    const result = watch(
      checkout.execute(
        async (call) => {
          const attempt = ++attempts;
          await clock.sleep(attempt === 1 ? 1500 : 50);
          const charge = payments.execute(() => (charged.push(attempt), attempt));
          void charge.catch((reason: unknown) => refusals.push([reason, call.signal.reason]));
          return charge;
        },
        { signal: caller.signal },
      ),
    );
    await clock.advance('1200ms');
    caller.abort(new Error('the user left'));
    await clock.advance('1m');
    expect(charged).toEqual(winner === 0 ? [] : [winner]);
    expect(result.value).toBe(winner === 0 ? undefined : winner);
    expect(refusals).toHaveLength(1);
    for (const [reason, given] of refusals as [unknown, unknown][]) expect(reason).toBe(given);
  });

  it('is undone by the caller: a fallback may make calls, and so may the code that catches the error', async () => {
    const undone: string[] = [];
    const { clock, checkout, payments } = bench({
      timeout: { total: '1s' },
      fallback: () => payments.execute(() => undone.push('by the fallback')),
    });
    await checkout.execute(() => 'ok');
    const refund = () => payments.execute(() => undone.push('by the caller'));
    const hang = () => deferred().promise;
    watch(checkout.execute(hang));
    watch(checkout.execute(hang, { policies: ['timeout'] }).catch(refund));
    await clock.advance('1s');
    expect(undone).toEqual(['by the fallback', 'by the caller']);
  });

  it('is not what goes on afterwards: what it has opened may make calls once its work has ended', async () => {
    const { clock, checkout, payments } = bench({ timeout: { total: '1s' } });
    const beats: unknown[] = [];
    const beat = async () => {
      for (let i = 0; i < 2; i++) {
        await clock.sleep(1700);
        beats.push(await payments.execute(() => 'beat').catch((reason: unknown) => reason));
      }
    };
    const result = watch(checkout.execute(() => (void beat(), clock.sleep(2000))));
    await clock.advance('1m');
    expect(beats).toEqual([result.error, 'beat']);
  });

  it('finds its call, whose signal says why', async () => {
    const { clock, checkout } = bench({ timeout: { total: '1s' } });
    let found: Call | undefined;
    const result = watch(checkout.execute(async () => (await clock.sleep(1500), (found = currentCall()))));
    await clock.advance('2s');
    expect(found?.signal.reason).toBe(result.error);
  });
});

describe('a call that begins the next one and does not wait for it', () => {
  it('ends with all that belongs to it, however long that goes on', async () => {
    const { checkout } = bench({ timeout: { total: '1m' } });
    const end = deferred();
    let left = 20_000;
    let error: unknown;
    const poll = (): Promise<void> =>
      checkout.execute(async (call) => {
        await Promise.resolve();
        call.sending('GET');
        if (--left === 0) end.resolve(undefined);
        else poll().catch((reason: unknown) => end.resolve((error = reason)));
      });
    await poll();
    await end.promise;
    expect([left, error]).toEqual([0, undefined]);
  });

  it('does not hold on to the one in which it was begun', async () => {
    const { checkout, payments } = bench({ timeout: { total: '1m' } }, { timeout: { attempt: '1s' } });
    const calls: LiveCall[] = [];
    const note = (call: Call) => calls.push(call as LiveCall);
    const during = checkout.execute((outer) => {
      note(outer);
      return payments.execute((inner) => [note(inner), (inner as LiveCall).parent === outer]);
    });
    expect(await during).toEqual([2, true]);
    expect(calls.map(({ parent }) => parent)).toEqual([undefined, undefined]);
  });
});

describe('a POST without a key that is sent in a call within', () => {
  const post = (end: () => Promise<unknown>) => {
    const sent = { posts: 0 };
    const work = (call: Call) => {
      sent.posts++;
      call.sending('POST');
      return end();
    };
    return { sent, work };
  };
  const twice = { retry: { backoff: NO_JITTER } };

  it.each([
    ['timed out there', {}, { timeout: { attempt: '1s' }, ...twice }],
    ['was aborted with the outer attempt', { timeout: { attempt: '1s' } }, {}],
  ] as [string, ProviderOptions, ProviderOptions][])(
    'and %s is not repeated by the outer retry',
    async (_name, outer, inner) => {
      const { clock, checkout, payments } = bench({ ...outer, ...twice }, inner);
      const { sent, work } = post(() => deferred().promise);
      const result = watch(checkout.execute(() => payments.execute(work)));
      await clock.advance('1m');
      expect([sent.posts, (result.error as { code: string }).code]).toEqual([1, 'TIMEOUT']);
    },
  );

  it('is not repeated either under a key that is the outer call’s', async () => {
    const { clock, checkout, payments } = bench(twice);
    const { sent, work } = post(() => Promise.reject(networkError('ECONNRESET')));
    watch(checkout.execute(() => payments.execute(work), { idempotencyKey: 'order-1' }));
    await clock.advance('1m');
    expect(sent.posts).toBe(1);
  });

  it('is not repeated under a key that the inner call has for itself alone', async () => {
    const { clock, checkout, payments } = bench(twice, { idempotency: {} });
    const { sent, work } = post(() => Promise.reject(networkError('ECONNRESET')));
    watch(checkout.execute(() => payments.execute(work)));
    await clock.advance('1m');
    expect(sent.posts).toBe(1);
  });

  it('is repeated by the outer retry when none of the inner attempts was sent', async () => {
    const { clock, checkout, payments } = bench(
      { retry: { ...twice.retry, nested: true } },
      { retry: { attempts: 2, backoff: NO_JITTER } },
    );
    const { sent, work } = post(() => Promise.reject(networkError('ECONNREFUSED')));
    watch(checkout.execute(() => payments.execute(work)));
    await clock.advance('1m');
    expect(sent.posts).toBe(3 * 2);
  });

  it('is repeated when it has a key that is the same each time, or was certainly not sent', async () => {
    for (const [code, idempotencyKey] of [
      ['ECONNRESET', 'order-1'],
      ['ECONNREFUSED', undefined],
    ] as const) {
      const { clock, checkout, payments } = bench(twice);
      const { sent, work } = post(() => Promise.reject(networkError(code)));
      watch(checkout.execute(() => payments.execute(work, { idempotencyKey })));
      await clock.advance('1m');
      expect(sent.posts).toBe(3);
    }
  });
});
