import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../create-provider.js';
import type { ProviderOptions } from '../provider-options.js';
import { TestClock } from '../testing/test-clock.js';
import { ResilienceConfigurationError, type Fault } from './fault.js';
import { options, optional, text } from './fields.js';
import { mergeSettings } from './merge-settings.js';
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
      retry: { attempts: 0, backoff: { kind: 'fibonacci', jitter: 'some' }, budget: { ratio: -1 } },
      circuitBreaker: { failureRate: 50, slowCall: { rate: 0.5 }, halfOpen: { calls: 1.5 } },
      rateLimit: { per: '1s' },
      bulkhead: { concurency: 5 },
      idempotency: { key: 'id', storeDown: 'ignore' },
      retries: {},
      classify: 'no',
      enabled: 'yes',
    };
    expect(messageFor(given)).toEqual([
      'payments.retries: unknown setting; known are fallback, cache, idempotency, retry, hedge, circuitBreaker, adaptiveThrottle, rateLimit, bulkhead, timeout, chaos, methods, classify, enabled',
      "payments.idempotency.storeDown: 'ignore' given; expected one of 'refuse', 'proceed'",
      "payments.idempotency.key: 'id' given; expected a function of the arguments, for example (order) => order.id",
      'payments.retry.attempts: 0 given; expected a whole number from 1 to 1000',
      "payments.retry.backoff.kind: 'fibonacci' given; expected one of 'constant', 'linear', 'exponential', 'decorrelated'",
      "payments.retry.backoff.jitter: 'some' given; expected one of 'none', 'full', 'equal'",
      'payments.retry.budget: an object given; expected false or { ratio, minPerSecond }, for example { ratio: 0.2, minPerSecond: 10 }',
      'payments.circuitBreaker.failureRate: 50 given; expected a share above 0, at most 1',
      'payments.circuitBreaker.slowCall.over: nothing given; it is required',
      'payments.circuitBreaker.halfOpen.calls: 1.5 given; expected a whole number from 1 to 10000',
      'payments.rateLimit.limit: nothing given; it is required',
      'payments.bulkhead.concurency: unknown option; known are concurrency, queue, wait, adaptive',
      "payments.timeout.attempt: '2 seconds' given; expected a duration such as '250ms', '2s', '5m', '24h' or a number of milliseconds of at least 1 ms",
      'payments.classify: expected a function of the result',
      'payments.enabled: expected true or false',
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
      { rateLimit: { limit: 10, burst: 10 } },
      'payments.rateLimit.burst: 10 given; expected less than the limit (10): what comes in a burst is taken from what is paced',
    ],
    [
      { rateLimit: { limit: 1, burst: 5 } },
      'payments.rateLimit.burst: 5 given; expected less than the limit (1): what comes in a burst is taken from what is paced',
    ],
    [
      { idempotency: { ttl: '10s', lease: '30s' } },
      'payments.idempotency.ttl: 10000 given; expected at least the lease (30000 ms): else it is forgotten that a call began',
    ],
    [
      { retry: 5 },
      'payments.retry: 5 given; expected an object with the options attempts, maxElapsed, backoff, budget, idempotent, maxRetryAfter, refusals, when',
    ],
    [
      { methods: { charge: { retry: { attempts: 'many' } } } },
      "payments.methods.charge.retry.attempts: 'many' given; expected a whole number from 1 to 1000",
    ],
    [
      { methods: { charge: { methods: {} } } },
      'payments.methods.charge.methods: unknown setting; known are fallback, cache, idempotency, retry, hedge, circuitBreaker, adaptiveThrottle, rateLimit, bulkhead, timeout, chaos',
    ],
    [{ methods: { charge: 5 } }, 'payments.methods.charge: expected an object of policies'],
    [{ methods: ['charge'] }, 'payments.methods: expected an object of methods'],
  ])('%j is a fault', (given, message) => {
    expect(messageFor(given)).toEqual([message]);
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
});

describe('mergeSettings', () => {
  it('lays layers over each other: objects are merged, everything else is replaced, undefined says nothing', () => {
    const below = { retry: { attempts: 3, backoff: { initial: 1 } }, list: [1], kept: 1 };
    const above = { retry: { backoff: { max: 5 }, attempts: undefined }, list: [2], added: null };
    expect(mergeSettings(below, undefined, above)).toEqual({
      retry: { attempts: 3, backoff: { initial: 1, max: 5 } },
      list: [2],
      kept: 1,
      added: null,
    });
  });

  it('takes true for what stands there, and false for nothing', () => {
    expect(mergeSettings({ retry: { attempts: 5 } }, { retry: true })).toEqual({ retry: { attempts: 5 } });
    expect(mergeSettings({ retry: { attempts: 5 } }, { retry: false })).toEqual({ retry: false });
    expect(mergeSettings({ retry: false }, { retry: true })).toEqual({ retry: true });
  });

  it('keeps instances as they are, and shares no object with its layers', () => {
    const date = new Date();
    const layer = { date, nested: { a: 1 } };
    const merged = mergeSettings(layer);
    expect(merged['date']).toBe(date);
    expect(merged['nested']).not.toBe(layer.nested);
  });

  it('never mixes two values of the user’s own', () => {
    expect(mergeSettings({ fallback: { a: 1 } }, { fallback: { b: 2 } })).toEqual({ fallback: { b: 2 } });
    expect(mergeSettings({ fallback: { a: 1 } }, { fallback: true })).toEqual({ fallback: true });
  });
});
