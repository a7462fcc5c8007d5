import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { createProvider } from './create-provider.js';
import type { PolicyName } from './policies/index.js';
import type { ProviderOptions } from './provider-options.js';
import { deferred } from './testing/deferred.js';
import { httpError, outcomeOf, turn, watch } from './testing/calls.fixture.js';
import { recordEvents } from './testing/record-events.js';
import { TestClock } from './testing/test-clock.js';

const EVERYTHING: ProviderOptions = {
  timeout: { attempt: '2s', total: '8s' },
  retry: { attempts: 4, backoff: { initial: '100ms', jitter: 'none' } },
  circuitBreaker: { window: { consecutive: 3 } },
  rateLimit: { limit: 100, burst: 20 },
  bulkhead: { concurrency: 5 },
  idempotency: {},
  fallback: 'instead',
};

function bench(options: ProviderOptions = {}, name = 'payments') {
  const clock = new TestClock();
  const provider = createProvider(name, options, { clock, random: () => 0.5 });
  const kinds = () =>
    provider
      .snapshot()
      .policies.map(({ kind, operation }) => (operation === undefined ? kind : `${kind} of ${String(operation)}`));
  return { clock, provider, kinds, events: recordEvents(provider) };
}

const down = () => Promise.reject(httpError(500));

describe('a provider', () => {
  it('applies every policy that its options name', async () => {
    const { provider, clock, events } = bench(EVERYTHING);
    const result = watch(provider.execute(down));
    await clock.advance('1m');
    expect(result.value).toBe('instead');
    expect(events.types).toEqual([
      'retry.scheduled',
      'retry.scheduled',
      'circuitBreaker.opened',
      'retry.scheduled',
      'fallback.used',
    ]);
  });

  it('without any policy just calls', async () => {
    const { provider, clock } = bench();
    expect(await provider.execute(() => 'plain')).toBe('plain');
    expect(await provider.execute(async () => 'promised')).toBe('promised');
    await expect(provider.execute(down)).rejects.toThrow('status 500');
    await expect(
      provider.execute(() => {
        throw new Error('thrown');
      }),
    ).rejects.toThrow('thrown');
    expect(clock.pendingTimers()).toBe(0);
  });

  it('applies only the policies that a call asks for', async () => {
    const { provider, clock } = bench(EVERYTHING);
    let calls = 0;
    const fail = (policies: PolicyName[]) => outcomeOf(provider.execute(() => (calls++, down()), { policies }));
    await fail([]);
    await fail(['circuitBreaker']);
    expect(calls).toBe(2);
    const retried = watch(fail(['retry', 'fallback']));
    await clock.advance('1m');
    expect([calls, retried.value]).toEqual([6, { value: 'instead' }]);
  });

  it('takes the defaults of a policy that a call asks for and the options do not name', async () => {
    const { provider, clock } = bench();
    let calls = 0;
    const result = watch(provider.execute(() => (calls++, down()), { policies: ['retry'] }));
    await clock.advance('1m');
    expect([calls, result.settled]).toEqual([3, true]);
    await expect(provider.execute(() => 1, { policies: ['rateLimit'] })).rejects.toThrow(
      'payments (execute).rateLimit.limit: nothing given; it is required',
    );
    await expect(provider.execute(() => 1, { policies: ['fallback'] })).rejects.toThrow(
      'payments (execute).fallback: it is required',
    );
  });

  it('keeps apart from another of the same name', async () => {
    const [one, other] = [bench(EVERYTHING), bench(EVERYTHING)];
    one.provider.circuitBreaker!.forceOpen();
    expect(other.provider.circuitBreaker!.state).toBe('closed');
    expect(other.events.all).toEqual([]);
  });

  it('has its gates from the start, before the first call', () => {
    const { provider, kinds } = bench(EVERYTHING);
    expect(kinds()).toEqual(['circuitBreaker', 'rateLimit', 'bulkhead']);
    expect(provider.circuitBreaker?.state).toBe('closed');
    expect(bench({}).provider.circuitBreaker).toBeUndefined();
  });

  it('names the operation in errors and events, and never mistakes it for another', async () => {
    const { provider, events } = bench({
      circuitBreaker: { window: { consecutive: 1 } },
      bulkhead: { concurrency: 1 },
    });
    void provider.execute(() => deferred().promise, { operation: 'first' });
    const { error } = (await outcomeOf(provider.execute(() => 1, { operation: 'second' }))) as { error: unknown };
    expect(error).toMatchObject({ operation: 'second' });
    expect(events.all[0]).toMatchObject({ operation: 'second' });
  });

  describe('what differs for single methods', () => {
    it('is found by the operation’s name', async () => {
      const { provider, clock } = bench({
        timeout: { attempt: '2s' },
        methods: { charge: { timeout: { attempt: '5s' } } },
      });
      const charge = watch(provider.execute(() => deferred().promise, { operation: 'charge' }));
      const refund = watch(provider.execute(() => deferred().promise, { operation: 'refund' }));
      await clock.advance('2s');
      expect([charge.settled, refund.settled]).toEqual([false, true]);
      await clock.advance('3s');
      expect(charge.error).toMatchObject({ afterMs: 5000 });
    });

    it('may add a policy or leave one out', async () => {
      const { provider, kinds } = bench({ retry: {}, methods: { charge: { retry: false, fallback: 'instead' } } });
      expect(await provider.execute(down, { operation: 'charge' })).toBe('instead');
      expect(kinds()).toEqual(['fallback of charge']);
    });

    it('may be what its calls cost, of the limit that all methods share', async () => {
      const { provider, kinds } = bench({
        rateLimit: { limit: 100, per: '1h', burst: 10 },
        methods: { bulk: { rateLimit: { cost: 8 } }, other: { rateLimit: { limit: 50 } } },
      });
      await provider.execute(() => 1, { operation: 'bulk' });
      for (let i = 0; i < 2; i++) await provider.execute(() => 1, { operation: 'single' });
      const refused = await outcomeOf(provider.execute(() => 1, { operation: 'single' }));
      expect(refused).toMatchObject({ error: { code: 'RATE_LIMITED' } });
      expect(await provider.execute(() => 'own', { operation: 'other' })).toBe('own');
      expect(kinds()).toEqual(['rateLimit', 'rateLimit of other']);
    });

    it('is laid over the provider’s options, not put in their place', async () => {
      const { provider, clock } = bench({
        retry: { attempts: 4, backoff: { initial: '1s', jitter: 'none' } },
        methods: { charge: { retry: { attempts: 2 } } },
      });
      const at: number[] = [];
      void outcomeOf(provider.execute(() => (at.push(clock.now()), down()), { operation: 'charge' }));
      await clock.advance('1h');
      expect(at).toEqual([0, 1000]);
    });

    it('gives the method a gate of its own where it overrides one, and shares the others', async () => {
      const { provider, kinds } = bench({
        circuitBreaker: { window: { consecutive: 1 } },
        bulkhead: { concurrency: 1 },
        methods: { charge: { bulkhead: { concurrency: 2 } } },
      });
      const work = deferred();
      const inside = [1, 2].map(() => provider.execute(() => work.promise, { operation: 'charge' }));
      expect(await provider.execute(() => 'has a slot', { operation: 'refund' })).toBe('has a slot');
      work.reject(httpError(500));
      await Promise.allSettled(inside);
      await expect(provider.execute(() => 1, { operation: 'refund' })).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
      expect(kinds()).toEqual(['circuitBreaker', 'bulkhead', 'bulkhead of charge']);
    });

    it('does not take an object’s own names for methods', async () => {
      const { provider, kinds } = bench({ bulkhead: {}, methods: { charge: {} } });
      for (const operation of ['constructor', '__proto__', 'toString']) await provider.execute(() => 1, { operation });
      expect(kinds()).toEqual(['bulkhead']);
    });
  });

  describe('whose methods share a gate', () => {
    const plan = (operation: string, kind: string, options: Record<string, unknown> = {}, own?: Set<string>) => ({
      operation,
      policies: new Map([[kind, options]]),
      own,
    });

    it('refuses two settings for it, and says who said what', () => {
      const { provider } = bench({ circuitBreaker: { openFor: '5s' } });
      const faults: { path: string; message: string }[] = [];
      provider.link(plan('Client.charge', 'circuitBreaker', { openFor: '1s' }), faults);
      expect(faults).toEqual([
        {
          path: 'Client.charge.circuitBreaker',
          message:
            "differs from payments.circuitBreaker, and the methods of 'payments' share one circuitBreaker; give it scope: 'method' to have its own, or the same options",
        },
      ]);
    });

    it('refuses two methods that contradict each other', () => {
      const { provider } = bench({});
      const faults: { path: string; message: string }[] = [];
      provider.link(plan('Client.charge', 'bulkhead', { concurrency: 1 }), faults);
      provider.link(plan('Client.refund', 'bulkhead', { concurrency: 2 }), faults);
      expect(faults.map(({ path, message }) => [path, message.slice(0, 27)])).toEqual([
        ['Client.refund.bulkhead', 'differs from Client.charge,'],
      ]);
    });

    it('agrees with the same settings however they are spelled, and with none', () => {
      const { provider } = bench({ circuitBreaker: { openFor: '5s' } });
      const faults: unknown[] = [];
      const pipelines = [{ openFor: 5000 }, { openFor: '5s', minimumCalls: 20 }, {}].map((options, i) =>
        provider.link(plan(`Client.method${i}`, 'circuitBreaker', options), faults as never[]),
      );
      expect(faults).toEqual([]);
      expect(new Set(pipelines.map(({ policies }) => policies[0])).size).toBe(1);
    });

    it('lets a method have its own', () => {
      const { provider } = bench({ circuitBreaker: { openFor: '5s' } });
      const faults: unknown[] = [];
      const own = provider.link(
        plan('Client.charge', 'circuitBreaker', { openFor: '1s' }, new Set(['circuitBreaker'])),
        faults as never[],
      );
      const shared = provider.link(plan('Client.refund', 'circuitBreaker'), faults as never[]);
      expect(faults).toEqual([]);
      expect(own.policies[0]).not.toBe(shared.policies[0]);
      expect(provider.snapshot().policies.map(({ operation }) => operation)).toEqual([undefined, 'Client.charge']);
    });
  });

  describe('reconfigured', () => {
    it('has new policies at the next call, and loses those that are switched off', async () => {
      const { provider, clock } = bench({ bulkhead: { concurrency: 1 } });
      let calls = 0;
      const fail = () => outcomeOf(provider.execute(() => (calls++, down())));
      await fail();
      provider.reconfigure({
        retry: { attempts: 3, backoff: { initial: 0 } },
        circuitBreaker: { window: { consecutive: 3 } },
      });
      await fail();
      expect(calls).toBe(4);
      expect(provider.circuitBreaker?.state).toBe('open');
      provider.reconfigure({ circuitBreaker: false, bulkhead: false, retry: false });
      await fail();
      expect(calls).toBe(5);
      expect(provider.snapshot().policies).toEqual([]);
      expect(clock.pendingTimers()).toBe(0);
    });

    it('keeps what was counted and cancels nothing that is in flight', async () => {
      const { provider, clock } = bench(EVERYTHING);
      const work = deferred();
      const inFlight = watch(provider.execute(() => work.promise));
      void outcomeOf(provider.execute(down, { policies: ['circuitBreaker', 'bulkhead'] }));
      await turn();
      provider.reconfigure({
        circuitBreaker: { openFor: '1m' },
        bulkhead: { concurrency: 9 },
        timeout: { attempt: '5s' },
      });
      expect(provider.snapshot().policies).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'circuitBreaker', failed: 1 }),
          expect.objectContaining({ kind: 'bulkhead', concurrency: 9, active: 1, admitted: 2 }),
        ]),
      );
      await clock.advance('1s');
      work.resolve('fine');
      await turn();
      expect(inFlight.value).toBe('fine');
    });

    it('refuses what does not fit, and then nothing has changed', async () => {
      const { provider } = bench({ timeout: { attempt: '2s' }, bulkhead: { concurrency: 1 } });
      provider.link({ operation: 'Client.charge', policies: new Map([['timeout', { attempt: '3s' }]]) }, []);
      const before = JSON.stringify(provider.snapshot());
      expect(() => provider.reconfigure({ bulkhead: { concurrency: 0 }, retry: { attempts: 'many' } })).toThrow(
        '2 faults',
      );
      expect(() => provider.reconfigure({ bulkhead: { concurrency: 2 }, timeout: { total: '2500ms' } })).toThrow(
        'payments (Client.charge).timeout.attempt: 3000 given; expected at most timeout.total (2500 ms)',
      );
      expect(JSON.stringify(provider.snapshot())).toBe(before);
    });

    it('refuses a contradiction with what a method has said', () => {
      const { provider } = bench({});
      provider.link({ operation: 'Client.charge', policies: new Map([['bulkhead', { concurrency: 1 }]]) }, []);
      expect(() => provider.reconfigure({ bulkhead: { concurrency: 2 } })).toThrow(
        'Client.charge.bulkhead: differs from payments.bulkhead',
      );
    });

    it('gives a method its own gate when the new settings override it for the method', async () => {
      const { provider, kinds } = bench({ bulkhead: { concurrency: 1 }, methods: { charge: {} } });
      await provider.execute(() => 1, { operation: 'charge' });
      provider.reconfigure({ methods: { charge: { bulkhead: { concurrency: 7 } } } });
      await provider.execute(() => 1, { operation: 'charge' });
      expect(kinds()).toEqual(['bulkhead', 'bulkhead of charge']);
    });

    it('knows methods that the first settings did not', async () => {
      const { provider } = bench({});
      await outcomeOf(provider.execute(down, { operation: 'charge' }));
      provider.reconfigure({ methods: { charge: { fallback: 'instead' } } });
      expect(await provider.execute(down, { operation: 'charge' })).toBe('instead');
      await expect(provider.execute(down, { operation: 'refund' })).rejects.toThrow('status 500');
    });
  });

  describe('that is not enabled', () => {
    it('passes calls through, and the caller can give up all the same', async () => {
      const { provider } = bench({ ...EVERYTHING, enabled: false });
      provider.circuitBreaker!.isolate();
      expect(await provider.execute((call) => [call.provider, call.attempt])).toEqual(['payments', 1]);
      await expect(provider.execute(down)).rejects.toThrow('status 500');
      const caller = new AbortController();
      let signal: AbortSignal | undefined;
      const result = watch(
        provider.execute((call) => ((signal = call.signal), deferred().promise), { signal: caller.signal }),
      );
      await turn();
      caller.abort('left');
      await turn();
      expect([result.error, signal?.reason]).toEqual(['left', 'left']);
      expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
      expect(provider.snapshot().enabled).toBe(false);
    });

    it('can be switched on and off while it runs', async () => {
      const { provider } = bench({ fallback: 'instead' });
      expect(await provider.execute(down)).toBe('instead');
      provider.reconfigure({ enabled: false });
      await expect(provider.execute(down)).rejects.toThrow('status 500');
      provider.reconfigure({ enabled: true });
      expect(await provider.execute(down)).toBe('instead');
    });
  });

  describe('shows a snapshot', () => {
    it('that is plain JSON, and holds no argument, key or secret', async () => {
      const { provider, clock } = bench({ ...EVERYTHING, fallback: 'the fallback’s secret' });
      await provider.execute(() => 'a secret result', { key: 'a secret tenant', idempotencyKey: 'a secret key' });
      const shown = provider.snapshot();
      expect(JSON.parse(JSON.stringify(shown))).toEqual(shown);
      expect(JSON.stringify(shown)).not.toContain('secret');
      expect(shown.policies.map(({ kind }) => kind)).toEqual([
        'circuitBreaker',
        'rateLimit',
        'bulkhead',
        'fallback',
        'idempotency',
        'retry',
      ]);
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it('that hurts nobody when it is changed', () => {
      const { provider } = bench(EVERYTHING);
      const before = JSON.stringify(provider.snapshot());
      for (const policy of provider.snapshot().policies) (policy as Record<string, unknown>)['kind'] = 'changed';
      expect(JSON.stringify(provider.snapshot())).toBe(before);
    });
  });

  it('has events that tell no argument, key or secret', async () => {
    const { provider, clock, events } = bench({ ...EVERYTHING, rateLimit: { limit: 1 } });
    const secret = { key: 'secret', idempotencyKey: 'secret' };
    void outcomeOf(provider.execute(() => Promise.reject(new Error('secret')), secret));
    await clock.advance('1m');
    expect(events.all.length).toBeGreaterThan(1);
    expect(JSON.stringify(events.all)).not.toContain('secret');
  });

  it('works on the machine’s own clock, store and random numbers', async () => {
    const provider = createProvider('payments', {
      retry: { backoff: { initial: '1ms' } },
      timeout: { attempt: '1s', total: '5s' },
      circuitBreaker: {},
    });
    let calls = 0;
    expect(await provider.execute(() => (++calls < 3 ? down() : 'third'))).toBe('third');
    provider.close();
  });
});
