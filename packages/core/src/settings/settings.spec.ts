import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { createProvider } from '../provider/create-provider.js';
import type { ProviderOptions } from '../provider/provider-options.js';
import { httpError, outcomeOf } from '../testing/calls.fixture.js';
import { TestClock } from '../testing/test-clock.js';
import { ResilienceConfigurationError, type Fault } from './fault.js';
import { options, optional, text } from './fields.js';
import { readSettings } from './read-settings.js';

function faultsOf(given: unknown): readonly Fault[] {
  try {
    createProvider('payments', given as ProviderOptions, { clock: new TestClock() });
  } catch (error) {
    if (error instanceof ResilienceConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

const messageFor = (given: unknown) => faultsOf(given).map(({ path, message }) => `${path}: ${message}`);

describe('settings', () => {
  it('may be empty', () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ retry: true, circuitBreaker: true, bulkhead: true, idempotency: true })).toEqual([]);
    expect(faultsOf({ retry: false, circuitBreaker: false, rateLimit: false, timeout: false })).toEqual([]);
  });

  it('are refused with every fault at once: where, what was given, what would be right', () => {
    const given = {
      timeout: { attempt: '2 seconds' },
      retry: {
        attempts: 0,
        atempts: 3,
        backof: {},
        backoff: { kind: 'fibonacci', jitter: 'some' },
        budget: { ratio: -1, minPerSecond: 'x', foo: 1 },
      },
      circuitBreaker: { failureRate: 50, slowCall: { rate: 0.5 }, halfOpen: { calls: 1.5 } },
      rateLimit: { per: '1s' },
      bulkhead: { concurency: 5 },
      idempotency: { key: 'id', storeDown: 'ignore' },
      retries: {},
      classify: 'no',
      enabled: 'yes',
    };
    expect(messageFor(given)).toEqual([
      'payments.retries: unknown setting; known are fallback, cache, idempotency, timeout, retry, hedge, circuitBreaker, adaptiveThrottle, rateLimit, bulkhead, chaos, methods, classify, http, enabled',
      "payments.idempotency.storeDown: 'ignore' given; expected one of 'refuse', 'proceed'",
      "payments.idempotency.key: 'id' given; expected a function of the arguments, for example (order) => order.id",
      "payments.timeout.attempt: '2 seconds' given; expected a duration such as '250ms', '2s', '5m', '24h' or a number of milliseconds of at least 1 ms",
      'payments.retry.attempts: 0 given; expected a whole number from 1 to 1000',
      "payments.retry.backoff.kind: 'fibonacci' given; expected one of 'constant', 'linear', 'exponential', 'decorrelated'",
      "payments.retry.backoff.jitter: 'some' given; expected one of 'none', 'full', 'equal'",
      'payments.retry.budget.ratio: -1 given; expected a number from 0 to 1000',
      "payments.retry.budget.minPerSecond: 'x' given; expected a number from 0 to 1000000",
      'payments.retry.budget.foo: unknown option; known are ratio, minPerSecond',
      "payments.retry.atempts: unknown option; did you mean 'attempts'? Known are attempts, maxElapsed, backoff, budget, idempotent, maxRetryAfter, refusals, throttled, nested, when",
      "payments.retry.backof: unknown option; did you mean 'backoff'? Known are attempts, maxElapsed, backoff, budget, idempotent, maxRetryAfter, refusals, throttled, nested, when",
      'payments.circuitBreaker.failureRate: 50 given; expected a share above 0, at most 1',
      'payments.circuitBreaker.slowCall.over: nothing given; it is required',
      'payments.circuitBreaker.halfOpen.calls: 1.5 given; expected a whole number from 1 to 10000',
      'payments.rateLimit.limit: nothing given; it is required',
      "payments.bulkhead.concurency: unknown option; did you mean 'concurrency'? Known are concurrency, queue, wait, adaptive",
      "payments.classify: 'no' given; expected a function of the result",
      "payments.enabled: 'yes' given; expected true or false",
    ]);
  });

  it.each([
    [{ timeout: {} }, "payments.timeout.attempt: nothing given; expected attempt: '2s', total: '10s', or both"],
    [{ timeout: true }, "payments.timeout.attempt: nothing given; expected attempt: '2s', total: '10s', or both"],
    [
      { timeout: { attempt: '9s', total: '5s' } },
      'payments.timeout.attempt: 9000 given; expected at most timeout.total (5000 ms)',
    ],
    [
      { retry: { backoff: { initial: '1m' } } },
      'payments.retry.backoff.initial: 60000 given; expected at most backoff.max (10000 ms)',
    ],
    [
      { circuitBreaker: { window: {} } },
      "payments.circuitBreaker.window.time: nothing given; expected a time such as '10s', count: 100 or consecutive: 5",
    ],
    [
      { circuitBreaker: { window: { consecutive: 5 }, slowCall: { over: '1s' } } },
      "payments.circuitBreaker.slowCall: an object given; needs window.time, for example '10s', or window.count: a consecutive window counts failures only",
    ],
    [
      { rateLimit: { limit: 10, burst: 11 } },
      'payments.rateLimit.burst: 11 given; expected at most the limit (10); a bucket that holds more than comes back in per is { bucket: 11, refill: 10 }',
    ],
    [
      { rateLimit: { limit: 1, burst: 5 } },
      'payments.rateLimit.burst: 5 given; expected at most the limit (1); a bucket that holds more than comes back in per is { bucket: 5, refill: 1 }',
    ],
    [
      { idempotency: { ttl: '10s', lease: '30s' } },
      'payments.idempotency.ttl: 10000 given; expected at least the lease (30000 ms): else it is forgotten that a call began',
    ],
    [
      { retry: 5 },
      'payments.retry: 5 given; expected a plain object with the options attempts, maxElapsed, backoff, budget, idempotent, maxRetryAfter, refusals, throttled, nested, when, or false to leave it out',
    ],
    [
      { methods: { charge: { retry: { attempts: 'many' } } } },
      "payments.methods.charge.retry.attempts: 'many' given; expected a whole number from 1 to 1000",
    ],
    [
      { methods: { charge: { methods: {} } } },
      'payments.methods.charge.methods: unknown setting; known are fallback, cache, idempotency, timeout, retry, hedge, circuitBreaker, adaptiveThrottle, rateLimit, bulkhead, chaos',
    ],
    [
      { idempotency: { header: Number.NaN } },
      "payments.idempotency.header: NaN given; expected the name of a header, for example 'Idempotency-Key'",
    ],
    [{ methods: { charge: 5 } }, 'payments.methods.charge: 5 given; expected an object of policies'],
    [{ methods: ['charge'] }, 'payments.methods: a list given; expected an object of methods'],
  ])('%j is a fault', (given, message) => {
    expect(messageFor(given)).toEqual([message]);
  });

  it('are compared with each other wherever those that are compared are right by themselves', () => {
    const circuitBreaker = { failureRate: 50, window: { consecutive: 5 }, slowCall: { over: '1s' } };
    const rateLimit = { limit: 10, burst: 11, cost: 12, queue: -1, wait: 'x' };
    const bulkhead = { concurrency: 1.5, adaptive: { min: 5, max: 1, tolerance: 2, longWindow: 3 } };
    const given = {
      circuitBreaker,
      rateLimit,
      bulkhead,
      methods: { charge: { rateLimit: { quotas: [{ limit: 5 }] } } },
    };
    expect(faultsOf(given).map(({ path }) => path)).toEqual([
      'payments.circuitBreaker.failureRate',
      'payments.circuitBreaker.slowCall',
      'payments.rateLimit.wait',
      'payments.rateLimit.queue',
      'payments.rateLimit.burst',
      'payments.bulkhead.concurrency',
      'payments.bulkhead.adaptive.max',
      'payments.bulkhead.adaptive.tolerance',
      'payments.bulkhead.adaptive.longWindow',
      'payments.methods.charge.rateLimit.wait',
      'payments.methods.charge.rateLimit.queue',
      'payments.methods.charge.rateLimit.limit',
      'payments.methods.charge.rateLimit.burst',
    ]);
  });

  it.each<[unknown, string]>([
    [undefined, 'nothing'],
    [null, 'null'],
    [5, '5'],
    ['retry', "'retry'"],
    [[], 'a list'],
    [() => 1, 'a function'],
    [new Map([['retry', {}]]), 'an instance of Map'],
  ])('are an object and not %p, in a provider that is made and in one that is reconfigured', (given, shown) => {
    const message = `payments: ${shown} given; expected an object of settings, for example { retry: { attempts: 3 } }`;
    expect(messageFor(given)).toEqual([message]);
    const provider = createProvider('payments', { retry: {} }, { clock: new TestClock() });
    expect(() => provider.reconfigure(given as ProviderOptions)).toThrow(message);
    expect(() => provider.reconfigure(given as ProviderOptions)).toThrow(ResilienceConfigurationError);
  });

  class RetryOfOurs {
    attempts = 5;
  }

  it.each([
    [new Map([['attempts', 99]]), 'Map'],
    [new Date(), 'Date'],
    [Object(5), 'Number'],
    [new RetryOfOurs(), 'RetryOfOurs'],
  ])('are plain objects wherever there are options: %p is a fault', (instance, name) => {
    const given = {
      retry: instance,
      hedge: { delay: instance },
      circuitBreaker: { openFor: instance, halfOpen: instance },
      bulkhead: { adaptive: instance },
      methods: { charge: { retry: { backoff: instance, budget: instance } }, refund: instance },
    };
    expect(messageFor(given)).toEqual(
      [
        'retry',
        'hedge.delay',
        'circuitBreaker.openFor',
        'circuitBreaker.halfOpen',
        'bulkhead.adaptive',
        'methods.charge.retry.backoff',
        'methods.charge.retry.budget',
        'methods.refund',
      ].map((path) => expect.stringContaining(`payments.${path}: an instance of ${name} given; expected `)),
    );
  });

  it('may come from another realm', () => {
    expect(faultsOf(runInNewContext("({ retry: { backoff: { initial: '1s' } } })"))).toEqual([]);
  });

  it('tell each fault on one line, whatever was given', () => {
    const given = { retry: { attempts: '3\n4', 'x\ny': 1 } } as object;
    expect(() => createProvider('payments', given)).toThrow(
      String.raw`2 faults in the resilience settings:
  payments.retry.attempts: '3\n4' given; expected a whole number from 1 to 1000
  payments.retry.x\ny: unknown option; known are `,
    );
  });

  it.each([
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a negative number', -1],
  ])('refuse %s wherever a number belongs', (_name, number) => {
    const given = {
      timeout: { attempt: number },
      retry: { attempts: number, maxRetryAfter: number, backoff: { initial: number, max: number, factor: number } },
      circuitBreaker: {
        failureRate: number,
        minimumCalls: number,
        openFor: number,
        window: { time: number, consecutive: number },
      },
      rateLimit: { limit: number, per: number, burst: number, wait: number, queue: number },
      bulkhead: { concurrency: number, queue: number, wait: number },
      idempotency: { ttl: number, lease: number, wait: number },
    };
    expect(faultsOf(given)).toHaveLength(1 + 5 + 5 + 5 + 3 + 3);
  });

  it('never show what an object holds, nor a long text whole: it may be a secret', () => {
    const secret = 'sk_live_'.padEnd(200, 'x');
    const shown = messageFor({ retry: { attempts: { secret }, idempotent: secret }, bulkhead: [secret] }).join('\n');
    expect(shown).not.toContain(secret);
    expect(shown).toContain('a list given');
  });

  it('never show what a schema of the user’s own quotes, nor a name in it that may be a secret', () => {
    const value = 'sk_live_TOPSECRET42';
    const schema = v.strictObject({ hours: v.number(), site: v.pipe(v.string(), v.url()) });
    const { faults } = readSettings(schema, { hours: value, site: value, [value]: 1, extraName: 1 }, 'own');
    expect(faults?.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'own.hours: text of 19 characters given; Invalid type: Expected number but received …',
      'own.site: text of 19 characters given; Invalid URL: Received …',
      'own.(a name of 19 characters): Invalid key: Expected never but received …',
    ]);
    expect(readSettings(v.number(), 98765432101n, 'own').faults?.[0]?.message).toBe(
      'a number given; Invalid type: Expected number but received …',
    );
  });

  it('make one error that lists every fault', () => {
    expect(() => createProvider('payments', { retry: { attempts: 0 }, bulkhead: { queue: -1 } })).toThrow(
      '2 faults in the resilience settings:\n  payments.retry.attempts: 0 given; expected a whole number from 1 to 1000\n  payments.bulkhead.queue: -1 given; expected a whole number from 0 to 1000000',
    );
  });

  it('are copied and frozen, and the user’s objects never changed', () => {
    const given = { attempts: 3, backoff: { initial: '1s' } };
    const schema = options({ attempts: optional(text()), backoff: options({ initial: text() }) });
    const before = JSON.stringify(given);
    const { settings } = readSettings(schema, given, 'retry');
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings!.backoff)).toBe(true);
    expect(settings!.backoff).not.toBe(given.backoff);
    expect([JSON.stringify(given), Object.isFrozen(given)]).toEqual([before, false]);
  });

  it('can be used for two providers, and changed afterwards, without either seeing it', async () => {
    const shared: ProviderOptions = {
      circuitBreaker: { window: { consecutive: 2 } },
      methods: { charge: { timeout: { total: '1s' } } },
    };
    const before = JSON.stringify(shared);
    const [a, b] = ['a', 'b'].map((name) => createProvider(name, shared, { clock: new TestClock() }));
    expect(JSON.stringify(shared)).toBe(before);
    shared.bulkhead = { concurrency: 1 };
    shared.methods = {};
    (shared.circuitBreaker as { window: { consecutive: number } }).window.consecutive = 1;
    await a!.execute(() => Promise.reject(new Error('down')), { operation: 'charge' }).catch(() => undefined);
    expect(a!.circuitBreaker?.state).toBe('closed');
    await a!.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
    expect([a!.circuitBreaker?.state, b!.circuitBreaker?.state]).toEqual(['open', 'closed']);
    expect(a!.snapshot().policies.map(({ kind }) => kind)).toEqual(['circuitBreaker']);
  });

  it('are taken as they were given: what happens to a list or an object later is not seen', async () => {
    const clock = new TestClock();
    const quotas = [{ limit: 10, per: '1h' as const, burst: 4 }];
    const errors = { ttl: '1m' as const, kinds: ['permanent' as const] };
    const fallback = { retry: { attempts: 4, backoff: { initial: 0 } } };
    const provider = createProvider(
      'payments',
      { rateLimit: { quotas }, methods: { find: { cache: { ttl: '1m', errors } }, fallback } },
      { clock },
    );
    quotas.length = 0;
    errors.kinds.length = 0;
    fallback.retry.attempts = 1;
    provider.reconfigure({ bulkhead: {} });
    let attempts = 0;
    const rejected = provider.execute(() => Promise.reject(new Error(`down ${++attempts}`)), { operation: 'fallback' });
    const shown = outcomeOf(rejected);
    await clock.advance('1m');
    expect(await shown).toMatchObject({ error: new Error('down 4') });
    expect(await outcomeOf(provider.execute(() => 1))).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    let asked = 0;
    const find = () => {
      const ask = () => {
        asked++;
        throw httpError(404);
      };
      return provider.execute(ask, { operation: 'find', args: [1] });
    };
    await clock.advance('1h');
    await outcomeOf(find());
    await outcomeOf(find());
    expect(asked).toBe(1);
  });
});
