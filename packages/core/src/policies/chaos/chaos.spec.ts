import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../engine/call.js';
import { createClassifier } from '../../outcome/reading/classifier.js';
import { createProvider } from '../../provider/create-provider.js';
import type { Environment, FaultInjector } from '../../engine/policy.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { readSettings } from '../../settings/read-settings.js';
import { environmentOf, liveCall, outcomeOf, seededRandom, turn, watch } from '../../testing/calls.fixture.js';
import { policyContract } from '../../testing/policy-contract.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import { chaosKind } from './chaos.kind.js';
import type { ChaosOptions } from './chaos.options.js';
import { InjectedFaultError, isInjectedFault } from './injected-fault.error.js';

/** `dice` are thrown one after another, the last again and again. */
function bench(chaos: ChaosOptions, { dice = [0], ...more }: ProviderOptions & { dice?: number[] } = {}) {
  const clock = new TestClock();
  const thrown: number[] = [];
  const random = () => {
    const die = dice[Math.min(thrown.length, dice.length - 1)]!;
    thrown.push(die);
    return die;
  };
  const provider = createProvider('payments', { chaos, ...more }, { clock, random });
  const called: string[] = [];
  const call = (name = 'call', signal?: AbortSignal) =>
    watch(
      provider.execute(
        () => {
          called.push(name);
          return name;
        },
        { operation: name, ...(signal && { signal }) },
      ),
    );
  const snapshot = () => provider.snapshot().policies.filter(({ kind }) => kind === 'chaos');
  return { clock, provider, called, call, snapshot, thrown, events: recordEvents(provider) };
}

const drawingZero = (clock: TestClock): Environment => ({ ...environmentOf(clock), random: () => 0 });

const classify = (error: unknown) => createClassifier(new TestClock())({ ok: false, error });

const DOWN = { fault: { rate: 1, status: 500 } } as const;

describe('chaos', () => {
  const specsOf = (chaos: ChaosOptions) => chaosKind.specs(readSettings(chaosKind.schema, chaos, '').settings);

  describe('that hits nothing', () => {
    policyContract(chaosKind, {
      options: { latency: { rate: 0.5, delay: '1s' }, fault: { rate: 0.5, status: 500 } },
    });
  });

  describe('that delays by nothing but a turn', () => {
    policyContract(chaosKind, { options: { behavior: { rate: 1, run: async () => undefined } } });
  });

  it('is off unless configured', async () => {
    const { provider } = bench(DOWN);
    provider.reconfigure({ chaos: false });
    expect(await provider.execute(() => 'fine')).toBe('fine');
    const without = createProvider('payments', {}, { random: () => 0 });
    expect(await without.execute(() => 'fine')).toBe('fine');
  });

  it('hits the share of calls that its rate says: never at 0, always at 1', async () => {
    const share = async (rate: number) => {
      const provider = createProvider(
        'payments',
        { chaos: { fault: { rate, status: 500 } } },
        { random: seededRandom(1) },
      );
      let failed = 0;
      for (let i = 0; i < 2000; i++) if ('error' in (await outcomeOf(provider.execute(() => i)))) failed++;
      return failed / 2000;
    };
    expect(await share(0)).toBe(0);
    expect(await share(0.1)).toBeCloseTo(0.1, 1);
    expect(await share(1)).toBe(1);
  });

  it('throws the dice for each call and each injection anew, and only below the rate they hit', async () => {
    const { call, called, thrown } = bench(
      { fault: { rate: 0.5, status: 500 }, outcome: { rate: 0.25, value: 'made up' } },
      { dice: [0.499, 0.5, 0.249, 0.5, 0.25] },
    );
    const results = [call('a'), call('b'), call('c')];
    await turn();
    expect(results[0]!.error).toBeInstanceOf(InjectedFaultError);
    expect(results[1]!.value).toBe('made up');
    expect(results[2]!.value).toBe('c');
    expect(called).toEqual(['c']);
    expect(thrown).toHaveLength(5);
  });

  describe('faults', () => {
    it('look like what an HTTP client throws for an answer, and the method is not called', async () => {
      const { call, called } = bench({ fault: { rate: 1, status: 503, retryAfter: '1500ms' } });
      const result = call();
      await turn();
      expect(result.error).toBeInstanceOf(Error);
      expect(result.error).toMatchObject({
        name: 'InjectedFaultError',
        message: 'payments: chaos made this call fail with status 503',
        provider: 'payments',
        response: { status: 503, headers: { 'retry-after': '2', 'retry-after-ms': '1500' } },
      });
      expect(classify(result.error)).toMatchObject({ kind: 'transient', status: 503, retryAfterMs: 1500 });
      expect(called).toEqual([]);
    });

    it('ask no caller to wait when nothing is said about it', async () => {
      const result = bench(DOWN).call();
      await turn();
      expect(result.error).toMatchObject({ response: { status: 500, headers: {} } });
      expect(classify(result.error)).toMatchObject({ kind: 'unknown', status: 500, retryAfterMs: undefined });
    });

    it('look like a connection that failed', async () => {
      const { call } = bench({ fault: { rate: 1, code: 'ECONNREFUSED' } });
      const result = call();
      await turn();
      expect(result.error).toMatchObject({
        name: 'InjectedFaultError',
        message: 'payments: chaos made this call fail with ECONNREFUSED',
        code: 'ECONNREFUSED',
        response: undefined,
      });
      expect(classify(result.error)).toMatchObject({ kind: 'not-sent' });
    });

    it('are what the settings make of the call', async () => {
      const made = Object.freeze(new TypeError('made up'));
      const seen: unknown[] = [];
      const { call } = bench({ fault: { rate: 1, error: ({ operation }) => (seen.push(operation), made) } });
      const result = call('charge');
      await turn();
      expect(result.error).toBe(made);
      expect(seen).toEqual(['charge']);
    });

    it('can be told from real ones', async () => {
      const text = bench({ fault: { rate: 1, error: () => 'text' } }).call();
      const own = bench({ fault: { rate: 1, error: () => new Error('made up') } }).call();
      const answer = bench(DOWN).call();
      await turn();
      expect([text, own, answer].map(({ error }) => isInjectedFault(error))).toEqual([false, true, true]);
      expect(text.error).toBe('text');
      for (const real of [new Error('real'), undefined, null, 'text', {}]) expect(isInjectedFault(real)).toBe(false);
    });

    it('may be anything that can be thrown', async () => {
      const result = bench({ fault: { rate: 1, error: () => null } }).call();
      await turn();
      expect(result.error).toBe(null);
    });

    it('are known across copies of the package', async () => {
      const own = bench(DOWN).call();
      await turn();
      expect((own.error as Record<symbol, unknown>)[Symbol.for('breakwater.injected-fault')]).toBe(true);
      const foreign = Object.assign(new Error('other copy'), { [Symbol.for('breakwater.injected-fault')]: true });
      expect(isInjectedFault(foreign)).toBe(true);
    });

    it('are the provider’s to the circuit breaker, which opens', async () => {
      const { call, provider } = bench(DOWN, { circuitBreaker: { window: { consecutive: 3 } } });
      for (let i = 0; i < 3; i++) call();
      await turn();
      expect(provider.circuitBreaker!.state).toBe('open');
    });

    it('are retried, and a wait that they ask for is waited for', async () => {
      const { call, called, clock } = bench(
        { fault: { rate: 0.5, status: 503, retryAfter: '2s' } },
        { dice: [0, 0.9], retry: { attempts: 2 } },
      );
      const result = call();
      await clock.advance(1999);
      expect(called).toEqual([]);
      await clock.advance('1m');
      expect(result.value).toBe('call');
    });

    it('close the rate limit for all when they are a 429', async () => {
      const { call, clock } = bench(
        { fault: { rate: 0.5, status: 429, retryAfter: '10s' } },
        { dice: [0, 0.9], rateLimit: { limit: 100 } },
      );
      call();
      await turn();
      const refused = call();
      await clock.advance(9999);
      expect(refused.error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 10_000 });
    });

    it('do not happen to what a gate has refused: nothing was sent', async () => {
      const { call, snapshot } = bench(DOWN, { bulkhead: { concurrency: 1 }, circuitBreaker: true });
      const { provider } = bench(DOWN, { circuitBreaker: true });
      provider.circuitBreaker!.isolate();
      const refused = watch(provider.execute(() => 1));
      await turn();
      expect(refused.error).toMatchObject({ code: 'CIRCUIT_OPEN' });
      expect(provider.snapshot().policies.at(-1)).toMatchObject({ kind: 'chaos', faults: 0 });
      call();
      await turn();
      expect(snapshot()[0]).toMatchObject({ faults: 1 });
    });
  });

  describe('latency', () => {
    it('lets the call go on after the delay', async () => {
      const { call, called, clock, events } = bench({ latency: { rate: 1, delay: '2s' } });
      const result = call();
      await clock.advance(1999);
      expect(called).toEqual([]);
      await clock.advance(1);
      expect(result.value).toBe('call');
      expect(clock.pendingTimers()).toBe(0);
      expect(events.all.map(({ type, operation, detail }) => [type, operation, detail])).toEqual([
        ['chaos.injected', 'call', { what: 'latency', delayMs: 2000, attempt: 1 }],
      ]);
    });

    it.each([
      [0, 1000],
      [0.5, 2000],
      [0.999, 2998],
    ])('is between its least and its most: at %d it is %d ms', async (die, ms) => {
      const { call, clock } = bench({ latency: { rate: 1, delay: { min: '1s', max: '3s' } } }, { dice: [0, die] });
      const result = call();
      await clock.advance(ms - 1);
      expect(result.settled).toBe(false);
      await clock.advance(1);
      expect(result.value).toBe('call');
    });

    it('counts to the attempt’s timeout, which ends it at once: the method is never called, and no timer is left', async () => {
      const { call, called, clock, provider } = bench(
        { latency: { rate: 1, delay: '1h' } },
        { timeout: { attempt: '1s' }, bulkhead: { concurrency: 1 } },
      );
      const result = call();
      await clock.advance('1s');
      expect(result.error).toMatchObject({ code: 'TIMEOUT', scope: 'attempt' });
      expect(clock.pendingTimers('referenced')).toBe(0);
      expect(provider.snapshot().policies[0]).toMatchObject({ kind: 'bulkhead', active: 0, abandoned: 0 });
      await clock.advance('2h');
      expect(called).toEqual([]);
    });

    it('ends at once when the caller aborts', async () => {
      const { call, called, clock } = bench({
        latency: { rate: 1, delay: '1h' },
        behavior: { rate: 1, run: () => void called.push('behavior') },
        fault: { rate: 1, status: 500 },
      });
      const caller = new AbortController();
      const result = call('call', caller.signal);
      await turn();
      caller.abort('left');
      await turn();
      expect(result.error).toBe('left');
      expect(clock.pendingTimers()).toBe(0);
      expect(called).toEqual([]);
    });

    it('keeps the caller’s async context', async () => {
      const { provider, clock } = bench({ latency: { rate: 1, delay: '1s' } });
      const context = new AsyncLocalStorage<number>();
      const results = [1, 2].map((request) =>
        context.run(request, () => watch(provider.execute(() => context.getStore()))),
      );
      await clock.advance('1s');
      expect(results.map(({ value }) => value)).toEqual([1, 2]);
    });

    it('listens to a call only while it delays it', async () => {
      const clock = new TestClock();
      const [spec] = specsOf({ latency: { rate: 1, delay: '1s' } });
      const chaos = spec!.create(drawingZero(clock)) as FaultInjector;
      let listening = 0;
      const call = liveCall();
      call.onAbort = () => {
        listening++;
        return () => void listening--;
      };
      const result = watch(Promise.resolve(chaos.inject(call, () => 'value')));
      expect(listening).toBe(1);
      await clock.advance('1s');
      expect([result.value, listening]).toEqual(['value', 0]);
      chaos.close!();
      expect(listening).toBe(0);
    });

    it('ends when the provider is closed, leaving no timer', async () => {
      const { call, provider, clock } = bench({ latency: { rate: 1, delay: '1h' } });
      const results = [call(), call()];
      await turn();
      provider.close();
      await turn();
      expect(results.map(({ value }) => value)).toEqual(['call', 'call']);
      expect(clock.pendingTimers()).toBe(0);
    });
  });

  describe('outcomes', () => {
    it.each([['text'], [0], [false], [null], [undefined], [{ items: [] }]])(
      'answer with %j in place of the method',
      async (value) => {
        const { call, called } = bench({ outcome: { rate: 1, value } });
        const result = call();
        await turn();
        expect(result).toEqual({ settled: true, value });
        expect(called).toEqual([]);
      },
    );

    it('are undefined when nothing is said', async () => {
      const result = bench({ outcome: { rate: 1 } }).call();
      await turn();
      expect(result).toEqual({ settled: true, value: undefined });
    });

    it('are what a function makes of the call, each time anew', async () => {
      const { call } = bench({ outcome: { rate: 1, value: async ({ operation }: Call) => ({ operation }) } });
      const results = [call('a'), call('a')];
      await turn();
      expect(results.map(({ value }) => value)).toEqual([{ operation: 'a' }, { operation: 'a' }]);
      expect(results[0]!.value).not.toBe(results[1]!.value);
    });

    it('leave the user’s value as it is: it is not frozen with the settings, and no caller changes what the next one gets', async () => {
      const items = ['one'];
      const { call } = bench({ outcome: { rate: 1, value: { items } } });
      const first = call();
      await turn();
      (first.value as unknown as { items: string[] }).items.push('of the first');
      const second = call();
      await turn();
      expect(second.value).toEqual({ items: ['one'] });
      expect(items).toEqual(['one']);
      expect(Object.isFrozen(items)).toBe(false);
    });

    it('of one method take the place of the provider’s as a whole', async () => {
      const provider = createProvider('payments', {
        chaos: { outcome: { rate: 1, value: { stock: 1, note: 'of all' } } },
        methods: { refund: { chaos: { outcome: { rate: 1, value: { refunded: true } } } } },
      });
      expect(await provider.execute<unknown>(() => 'real', { operation: 'refund' })).toEqual({ refunded: true });
    });

    it('are taken for the provider’s answer, whatever it means', async () => {
      const { call, provider } = bench(
        { outcome: { rate: 1, value: { status: 500, ok: false, headers: {} } } },
        { circuitBreaker: { window: { consecutive: 1 } } },
      );
      call();
      await turn();
      expect(provider.circuitBreaker!.state).toBe('open');
    });
  });

  describe('behavior', () => {
    it('is done, and waited for, before the method is called', async () => {
      const order: string[] = [];
      const { provider, clock } = bench({
        behavior: {
          rate: 1,
          run: async ({ operation }) => {
            await clock.sleep(1000);
            order.push(`before ${operation}`);
          },
        },
      });
      void provider.execute(() => order.push('method'), { operation: 'charge' });
      await clock.advance(999);
      expect(order).toEqual([]);
      await clock.advance(1);
      expect(order).toEqual(['before charge', 'method']);
    });

    it('fails the call with what it throws', async () => {
      const { call, called } = bench({
        behavior: {
          rate: 1,
          run: () => {
            throw new Error('tripped');
          },
        },
      });
      const result = call();
      await turn();
      expect(result.error).toEqual(new Error('tripped'));
      expect(called).toEqual([]);
    });

    it('is not followed by the method when the call was aborted meanwhile', async () => {
      const { call, called, clock } = bench({ behavior: { rate: 1, run: () => clock.sleep(1000) } });
      const caller = new AbortController();
      const result = call('call', caller.signal);
      await turn();
      caller.abort('left');
      await clock.advance('1s');
      expect(result.error).toBe('left');
      expect(called).toEqual([]);
    });
  });

  it('injects latency first, then behavior, then a fault; a call that fails has no outcome', async () => {
    const seen: string[] = [];
    const { call, clock, events, snapshot } = bench({
      latency: { rate: 1, delay: '1s' },
      behavior: { rate: 1, run: () => void seen.push('behavior') },
      fault: { rate: 1, status: 500 },
      outcome: { rate: 1, value: 'made up' },
    });
    const result = call('charge');
    await turn();
    expect(seen).toEqual([]);
    await clock.advance('1s');
    expect(result.error).toBeInstanceOf(InjectedFaultError);
    expect(events.all.map(({ type, detail }) => [type, detail])).toEqual([
      ['chaos.injected', { what: 'latency', delayMs: 1000, attempt: 1 }],
      ['chaos.injected', { what: 'behavior', attempt: 1 }],
      ['chaos.injected', { what: 'fault', as: 500, attempt: 1 }],
    ]);
    expect(snapshot()).toEqual([
      { kind: 'chaos', operation: 'execute', enabled: true, delays: 1, behaviors: 1, faults: 1, outcomes: 0 },
    ]);
  });

  it('says what it injected, and never the value or the message', async () => {
    const events = async (chaos: ChaosOptions) => {
      const made = bench(chaos);
      made.call('charge');
      await turn();
      return made.events.all.map(({ type, operation, detail }) => [type, operation, detail]);
    };
    const injected = (detail: object) => [['chaos.injected', 'charge', { ...detail, attempt: 1 }]];
    expect(await events({ fault: { rate: 1, code: 'EPIPE' } })).toEqual(injected({ what: 'fault', as: 'EPIPE' }));
    expect(await events({ fault: { rate: 1, error: () => new RangeError('secret') } })).toEqual(
      injected({ what: 'fault', as: 'RangeError' }),
    );
    expect(await events({ fault: { rate: 1, error: () => 'secret' } })).toEqual(
      injected({ what: 'fault', as: 'string' }),
    );
    expect(await events({ outcome: { rate: 1, value: 'secret' } })).toEqual(injected({ what: 'outcome' }));
  });

  it('counts what it did', async () => {
    const { call, snapshot } = bench({ outcome: { rate: 0.5, value: 1 } }, { dice: [0, 0, 0.9] });
    call();
    call();
    call();
    await turn();
    expect(snapshot()).toEqual([
      { kind: 'chaos', operation: 'execute', enabled: true, delays: 0, behaviors: 0, faults: 0, outcomes: 2 },
    ]);
  });

  describe('for some calls only', () => {
    it('leaves the others alone, and throws no dice for them', async () => {
      const { call, thrown } = bench({ ...DOWN, only: ({ operation }) => operation === 'charge' });
      const results = [call('charge'), call('refund')];
      await turn();
      expect(results[0]!.error).toBeInstanceOf(InjectedFaultError);
      expect(results[1]!.value).toBe('refund');
      expect(thrown).toHaveLength(1);
    });

    it.each([[undefined], [null], [1], [Promise.resolve(true)]])(
      'leaves a call alone of which it does not say that it is one of them: %p',
      async (word) => {
        const { provider } = bench({ ...DOWN, only: () => word as unknown as boolean });
        expect(await provider.execute(() => 'fine')).toBe('fine');
      },
    );

    it('knows the arguments and the key', async () => {
      const seen: unknown[] = [];
      const only = ({ args, key }: Call) => {
        seen.push([args, key]);
        return false;
      };
      const { provider } = bench({ ...DOWN, only });
      expect(await provider.execute(() => 'fine', { key: 'tenant' })).toBe('fine');
      expect(seen).toEqual([[[], 'tenant']]);
    });

    it('harms no call when it throws, and says so', async () => {
      const { call, events } = bench({
        ...DOWN,
        only: ({ operation }) => {
          throw operation === 'charge' ? new Error('no idea') : 'text';
        },
      });
      const results = [call('charge'), call('refund')];
      await turn();
      expect(results.map(({ value }) => value)).toEqual(['charge', 'refund']);
      expect(events.all.map(({ type, detail }) => [type, detail])).toEqual([
        // At first, and then once a minute.
        ['callback.failed', { callback: 'chaos.only', reason: 'no idea' }],
      ]);
    });
  });

  it('is switched off and on at run time, from the next call on', async () => {
    const { call, provider, snapshot, thrown } = bench({ ...DOWN, enabled: false });
    const results = [call()];
    await turn();
    expect(thrown).toEqual([]);
    expect(snapshot()[0]).toMatchObject({ enabled: false });
    provider.reconfigure({ chaos: { enabled: true } });
    results.push(call());
    await turn();
    provider.reconfigure({ chaos: { enabled: false } });
    results.push(call());
    await turn();
    expect(results.map(({ value }) => value)).toEqual(['call', undefined, 'call']);
    expect(results[1]!.error).toBeInstanceOf(InjectedFaultError);
    expect(snapshot()[0]).toMatchObject({ enabled: false, faults: 1 });
  });

  it('differs by method', async () => {
    const provider = createProvider(
      'payments',
      { chaos: { fault: { rate: 0, status: 500 } }, methods: { charge: { chaos: { fault: { rate: 1 } } } } },
      { random: () => 0 },
    );
    expect(await provider.execute(() => 'fine', { operation: 'refund' })).toBe('fine');
    const { error } = (await outcomeOf(provider.execute(() => 'fine', { operation: 'charge' }))) as { error: unknown };
    expect(error).toBeInstanceOf(InjectedFaultError);
  });
});
