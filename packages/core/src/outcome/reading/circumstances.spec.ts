import { describe, expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { createProvider } from '../../provider/create-provider.js';
import { MemoryStore } from '../../store/memory-store.js';
import { httpError, networkError, outcomeOf } from '../../testing/calls.fixture.js';
import { deferred } from '../../testing/deferred.js';
import { TestClock } from '../../testing/test-clock.js';

const AT_ONCE = { backoff: { initial: 0 } } as const;
const ABORTED = () => new DOMException('aborted', 'AbortError');

describe('an abort', () => {
  it('that is not the call’s own counts against a provider that hangs: the method’s controller, a client’s time limit', async () => {
    const provider = createProvider(
      'slow',
      { circuitBreaker: { window: { consecutive: 3 } } },
      { clock: new TestClock() },
    );
    for (const error of [ABORTED(), networkError('ERR_CANCELED'), ABORTED()]) {
      await outcomeOf(provider.execute(() => Promise.reject(error)));
    }
    expect(provider.circuitBreaker!.state).toBe('open');
  });

  it('by the caller, or around the call, says nothing of the provider', async () => {
    const provider = createProvider(
      'slow',
      { circuitBreaker: { window: { consecutive: 1 } } },
      { clock: new TestClock() },
    );
    const controller = new AbortController();
    const left = outcomeOf(
      provider.execute(
        (call) => new Promise((_resolve, reject) => call.signal.addEventListener('abort', () => reject(ABORTED()))),
        { signal: controller.signal },
      ),
    );
    controller.abort(new Error('the user left'));
    expect(await left).toMatchObject({ error: { message: 'the user left' } });
    expect(provider.circuitBreaker!.state).toBe('closed');
  });
});

describe('a mistake in the program', () => {
  const mistake = () => {
    const order: { total?: { cents: number } } = {};
    return order.total!.cents;
  };

  it('before anything was sent is neither retried nor counted', async () => {
    const clock = new TestClock();
    const provider = createProvider(
      'payments',
      { retry: AT_ONCE, circuitBreaker: { window: { consecutive: 2 } } },
      { clock },
    );
    let runs = 0;
    for (let i = 0; i < 5; i++) await outcomeOf(provider.execute(() => (runs++, mistake())));
    expect([runs, provider.circuitBreaker!.state]).toEqual([5, 'closed']);
  });

  it('is one also where the error comes from another realm, such as a sandbox', async () => {
    const provider = createProvider('payments', { retry: AT_ONCE, circuitBreaker: { window: { consecutive: 2 } } });
    let runs = 0;
    for (let i = 0; i < 5; i++) await outcomeOf(provider.execute(() => (runs++, runInNewContext('undefined.total'))));
    expect([runs, provider.circuitBreaker!.state]).toEqual([5, 'closed']);
  });

  it('does not close a half-open circuit', async () => {
    const clock = new TestClock();
    const provider = createProvider(
      'payments',
      { circuitBreaker: { window: { consecutive: 1 }, openFor: '1s', halfOpen: { calls: 1 } } },
      { clock },
    );
    await outcomeOf(provider.execute(() => Promise.reject(httpError(500))));
    await clock.advance('1s');
    await outcomeOf(provider.execute(() => mistake()));
    expect(provider.circuitBreaker!.state).not.toBe('closed');
  });

  it('after a request is as unknown as any other error', async () => {
    const clock = new TestClock();
    const provider = createProvider('payments', { circuitBreaker: { window: { consecutive: 1 } } }, { clock });
    await outcomeOf(provider.execute((call) => (call.sending('GET'), mistake())));
    expect(provider.circuitBreaker!.state).toBe('open');
  });
});

describe('a bare 409 for a call with a key', () => {
  async function charge(ends: readonly unknown[], store = new MemoryStore({ clock: new TestClock() })) {
    const clock = new TestClock();
    const provider = createProvider('payments', { retry: { attempts: 5 }, idempotency: {} }, { clock, store });
    let attempts = 0;
    const run = () => {
      const end = ends[Math.min(attempts++, ends.length - 1)];
      return end instanceof Error ? Promise.reject(end) : Promise.resolve(end);
    };
    const result = outcomeOf(provider.execute(run, { idempotencyKey: 'order-1' }));
    await clock.advance('1m');
    return { result: await result, attempts, store };
  }

  it('after an attempt in doubt means that it is still in progress: waited for with the same key', async () => {
    const { result, attempts } = await charge([
      networkError('ECONNRESET'),
      httpError(409),
      httpError(409),
      { id: 'ch_1' },
    ]);
    expect([result, attempts]).toEqual([{ value: { id: 'ch_1' } }, 4]);
  });

  it('is never kept as final then, also not by a later call', async () => {
    const first = await charge([networkError('ECONNRESET'), httpError(409)]);
    expect(first.result).toMatchObject({ error: { message: 'status 409' } });
    const second = await charge([httpError(409), { id: 'ch_1' }], first.store);
    expect(second.result).toEqual({ value: { id: 'ch_1' } });
  });

  it('of a first attempt is a refusal like any other', async () => {
    expect((await charge([httpError(409)])).attempts).toBe(1);
  });

  it('beside a hedge that is under way means that one: its answer is waited for', async () => {
    const clock = new TestClock();
    const provider = createProvider('payments', { hedge: { delay: 100 } }, { clock });
    const slow = deferred<string>();
    let attempts = 0;
    const result = outcomeOf(
      provider.execute(() => (attempts++ === 0 ? slow.promise : Promise.reject(httpError(409))), {
        idempotencyKey: 'a',
      }),
    );
    await clock.advance(200);
    slow.resolve('charged');
    expect([await result, attempts]).toEqual([{ value: 'charged' }, 2]);
  });
});

describe('the tools of a user’s classifier', () => {
  it('are the engine’s own reading, and that of a status with its headers', async () => {
    const clock = new TestClock();
    const seen: unknown[] = [];
    const provider = createProvider(
      'api',
      {
        classify: (result, { standard, fromResponse }) => {
          seen.push(standard());
          return result.ok ? undefined : fromResponse({ status: 429, headers: { 'retry-after': '7' } });
        },
        rateLimit: { limit: 10 },
      },
      { clock },
    );
    await outcomeOf(provider.execute(() => Promise.reject(httpError(503))));
    expect(seen).toEqual([{ kind: 'unknown', status: 503, repeatable: true }]);
    expect(await outcomeOf(provider.execute(() => 1))).toMatchObject({ error: { retryAfterMs: 7000 } });
  });
});
