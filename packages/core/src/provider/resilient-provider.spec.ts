import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { PolicyName } from '../policies/policy-options.js';
import type { ProviderOptions } from './provider-options.js';
import { ResilienceConfigurationError, type Fault } from '../settings/fault.js';
import { deferred } from '../testing/deferred.js';
import { httpError, liveProvider, outcomeOf, turn, watch } from '../testing/calls.fixture.js';
import { recordEvents } from '../testing/record-events.js';
import { TestClock } from '../testing/test-clock.js';

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
  const provider = liveProvider(name, options, { clock, random: () => 0.5 });
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

  it('refuses a call that asks for a policy that there is not, and names those that there are', async () => {
    const { provider } = bench({ retry: {} });
    const ask = (policies: string[]) => provider.execute(() => 'ran bare', { policies: policies as PolicyName[] });
    await expect(ask(['retyr'])).rejects.toThrow(ResilienceConfigurationError);
    await expect(ask(['retry', 'retyr'])).rejects.toThrow(
      "1 fault in the resilience settings:\n  payments (execute).retyr: unknown setting; did you mean 'retry'? Known are fallback, cache, idempotency, timeout, retry, hedge,",
    );
    expect(provider.snapshot().policies).toEqual([]);
    expect(await ask(['retry'])).toBe('ran bare');
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
        methods: { bulk: { rateLimit: { cost: 8 } }, other: { rateLimit: { limit: 50, shared: false } } },
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

    it('gives the method a gate of its own also where it overrides one with the very same options', async () => {
      const { provider } = bench({
        bulkhead: { concurrency: 1 },
        methods: { charge: { bulkhead: { concurrency: 1 } } },
      });
      void provider.execute(() => deferred().promise, { operation: 'list' });
      expect(await provider.execute(() => 'charged', { operation: 'charge' })).toBe('charged');
    });

    it('lets a method whose calls only cost more go on sharing the rate limit', async () => {
      const { provider } = bench({
        rateLimit: { limit: 10, burst: 5 },
        methods: { charge: { rateLimit: { cost: 4 } } },
      });
      await provider.execute(() => 'charged', { operation: 'charge' });
      await provider.execute(() => 'listed', { operation: 'list' });
      await expect(provider.execute(() => 'listed', { operation: 'list' })).rejects.toMatchObject({
        code: 'RATE_LIMITED',
      });
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
      provider.pipelineFor(plan('Client.charge', 'circuitBreaker', { openFor: '1s' }), faults);
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
      provider.pipelineFor(plan('Client.charge', 'bulkhead', { concurrency: 1 }), faults);
      provider.pipelineFor(plan('Client.refund', 'bulkhead', { concurrency: 2 }), faults);
      expect(faults.map(({ path, message }) => [path, message.slice(0, 27)])).toEqual([
        ['Client.refund.bulkhead', 'differs from Client.charge,'],
      ]);
    });

    it('gives it the settings that one of them asks for, whichever was linked first', () => {
      const { provider } = bench({});
      const faults: { path: string; message: string }[] = [];
      provider.pipelineFor(plan('Client.list', 'bulkhead'), faults);
      provider.pipelineFor(plan('Client.charge', 'bulkhead', { concurrency: 3 }), faults);
      expect(provider.snapshot().policies).toMatchObject([{ kind: 'bulkhead', concurrency: 3 }]);
      provider.reconfigure({ retry: true });
      provider.pipelineFor(plan('Client.refund', 'bulkhead', { concurrency: 2 }), faults);
      expect(faults.map(({ path, message }) => [path, message.slice(0, 27)])).toEqual([
        ['Client.refund.bulkhead', 'differs from Client.charge,'],
      ]);
    });

    it('agrees with the same settings however they are spelled, and with none', () => {
      const { provider } = bench({ circuitBreaker: { openFor: '5s' } });
      const faults: unknown[] = [];
      const pipelines = [{ openFor: 5000 }, { openFor: '5s', minimumCalls: 20 }, {}].map((options, i) =>
        provider.pipelineFor(plan(`Client.method${i}`, 'circuitBreaker', options), faults as never[]),
      );
      expect(faults).toEqual([]);
      expect(new Set(pipelines.map(({ policies }) => policies[0])).size).toBe(1);
    });

    it('lets a method have its own', () => {
      const { provider } = bench({ circuitBreaker: { openFor: '5s' } });
      const faults: unknown[] = [];
      const own = provider.pipelineFor(
        plan('Client.charge', 'circuitBreaker', { openFor: '1s' }, new Set(['circuitBreaker'])),
        faults as never[],
      );
      const shared = provider.pipelineFor(plan('Client.refund', 'circuitBreaker'), faults as never[]);
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

    it('by a listener while it is being reconfigured, ends with the newest settings everywhere', () => {
      const { provider, events } = bench({ circuitBreaker: {}, bulkhead: { concurrency: 1 } });
      provider.pipelineFor({ operation: 'Client.charge', policies: new Map([['timeout', { attempt: '1s' }]]) }, []);
      const { circuitBreaker } = provider;
      provider.events.on(({ type }) => {
        if (type === 'circuitBreaker.halfOpened') provider.reconfigure({ bulkhead: { concurrency: 99 } });
        expect(() => provider.reconfigure({ bulkhead: { concurrency: 0 } })).toThrow('concurrency');
      });
      circuitBreaker!.import({ state: 'open', openForMs: 0 });
      provider.reconfigure({ bulkhead: { concurrency: 5 }, circuitBreaker: { openFor: '1m' } });
      expect(events.types).toContain('circuitBreaker.halfOpened');
      expect(provider.snapshot().policies).toMatchObject([{ kind: 'circuitBreaker' }, { concurrency: 99 }]);
    });

    it('or called in another way once it is closed, still lets no call wait', async () => {
      const { provider, clock } = bench({
        retry: { attempts: 3 },
        methods: { charge: { bulkhead: { concurrency: 1 } } },
      });
      provider.close();
      let calls = 0;
      const failing = watch(provider.execute(() => (calls++, down()), { operation: 'charge' }));
      await clock.advance('1m');
      expect([calls, failing.settled, clock.pendingTimers()]).toEqual([1, true, 0]);
    });

    it('lets those who wait in a gate that it no longer has go on waiting, and refuses them when it is closed', async () => {
      const { provider, clock } = bench({
        rateLimit: { limit: 1, per: '20s', wait: '1h' },
        methods: { list: { bulkhead: { concurrency: 1, queue: 5 } } },
      });
      const stuck = deferred();
      const passed = [provider.execute(() => 1), watch(provider.execute(() => stuck.promise, { operation: 'list' }))];
      const waits = [watch(provider.execute(() => 2)), watch(provider.execute(() => 3, { operation: 'list' }))];
      await passed[0];
      provider.reconfigure({ rateLimit: false, methods: { list: { bulkhead: false } } });
      provider.reconfigure({ retry: {} });
      await turn();
      expect(waits.map(({ settled }) => settled)).toEqual([false, false]);
      provider.close();
      await turn();
      expect(waits.map(({ error }) => (error as { code: string }).code)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it('refuses what does not fit, and then nothing has changed', async () => {
      const { provider } = bench({ timeout: { attempt: '2s' }, bulkhead: { concurrency: 1 } });
      provider.pipelineFor({ operation: 'Client.charge', policies: new Map([['timeout', { attempt: '3s' }]]) }, []);
      const before = JSON.stringify(provider.snapshot());
      expect(() => provider.reconfigure({ bulkhead: { concurrency: 0 }, retry: { attempts: 0 } })).toThrow('2 faults');
      expect(() => provider.reconfigure({ bulkhead: { concurrency: 2 }, timeout: { total: '2500ms' } })).toThrow(
        'payments (Client.charge).timeout.attempt: 3000 given; expected at most timeout.total (2500 ms)',
      );
      expect(JSON.stringify(provider.snapshot())).toBe(before);
    });

    it('has for each method the options that it was linked with, whatever became of them', () => {
      const { provider } = bench();
      const quotas = [{ limit: 10, burst: 5 }];
      const faults: Fault[] = [];
      provider.pipelineFor({ operation: 'Client.charge', policies: new Map([['rateLimit', { quotas }]]) }, faults);
      quotas.length = 0;
      provider.reconfigure({ bulkhead: {} });
      expect(faults).toEqual([]);
      expect(provider.snapshot().policies).toMatchObject([
        { kind: 'rateLimit', quotas: [{ limit: 10, burst: 5 }] },
        { kind: 'bulkhead' },
      ]);
    });

    it('refuses a policy that cannot stand around a method, and then nothing has changed', () => {
      const { provider } = bench({ bulkhead: {} });
      const objection = ({ kind }: { kind: string }) => (kind === 'hedge' ? 'cannot be hedged' : undefined);
      const plan = { operation: 'Client.watch', policies: new Map(), every: true, objection };
      const pipeline = provider.pipelineFor(plan, []);
      expect(() => provider.reconfigure({ hedge: { delay: 20 }, bulkhead: { concurrency: 2 } })).toThrow(
        'Client.watch: cannot be hedged',
      );
      expect(pipeline.policies.map(({ kind }) => kind)).toEqual(['bulkhead']);
    });

    it('refuses a contradiction with what a method has said', () => {
      const { provider } = bench({});
      provider.pipelineFor({ operation: 'Client.charge', policies: new Map([['bulkhead', { concurrency: 1 }]]) }, []);
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
    it('passes calls through, and the caller can abort all the same', async () => {
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

    it('that harms no snapshot after it when it is changed', () => {
      const { provider } = bench(EVERYTHING);
      const before = JSON.stringify(provider.snapshot());
      for (const policy of provider.snapshot().policies) Object.assign(policy, { kind: 'changed' });
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
    const provider = liveProvider('payments', {
      retry: { backoff: { initial: '1ms' } },
      timeout: { attempt: '1s', total: '5s' },
      circuitBreaker: {},
    });
    let calls = 0;
    expect(await provider.execute(() => (++calls < 3 ? down() : 'third'))).toBe('third');
    provider.close();
  });
});
