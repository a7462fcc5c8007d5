import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createProvider } from '../../provider/create-provider.js';
import { isResilienceError } from '../../errors/resilience-error.js';
import { CANCELLED, REFUSED, SUCCESS, type OutcomeKind } from '../../outcome/outcome.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { readSettings } from '../../settings/read-settings.js';
import {
  httpError,
  liveCall,
  networkError,
  outcomeOf,
  seededRandom,
  turn,
  watch,
} from '../../testing/calls.fixture.js';
import { deferred } from '../../testing/deferred.js';
import { modelRuns } from '../../testing/model-runs.js';
import { policyContract } from '../../testing/policy-contract.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import { adaptiveThrottleKind } from './adaptive-throttle.kind.js';
import type { AdaptiveThrottleOptions } from './adaptive-throttle.options.js';
import { isAdaptivelyThrottledError } from './adaptively-throttled.error.js';

/** A provider whose dice always shows `dice.next`. */
function bench(adaptiveThrottle: AdaptiveThrottleOptions | true = true, more: ProviderOptions = {}) {
  const clock = new TestClock();
  const dice = { next: 0.999_999 };
  const provider = createProvider('crm', { adaptiveThrottle, ...more }, { clock, random: () => dice.next });
  const events = recordEvents(provider);
  const accept = (key?: string) => outcomeOf(provider.execute(() => 'ok', key === undefined ? {} : { key }));
  const reject = (error: unknown = httpError(503), key?: string) =>
    outcomeOf(provider.execute(() => Promise.reject(error), key === undefined ? {} : { key }));
  const times = async (count: number, run: () => Promise<unknown>) => {
    for (let i = 0; i < count; i++) await run();
  };
  const snapshot = () => provider.snapshot().policies.find(({ kind }) => kind === 'adaptiveThrottle')!;
  return { clock, dice, provider, events, accept, reject, times, snapshot };
}

describe('adaptive throttle', () => {
  policyContract(adaptiveThrottleKind);

  it('lets everything through to a provider that accepts everything', async () => {
    const { accept, dice, times, snapshot } = bench();
    dice.next = 0;
    await times(200, accept);
    expect(snapshot()).toEqual({
      kind: 'adaptiveThrottle',
      keys: 0,
      k: 2,
      windowMs: 120_000,
      requests: 200,
      accepts: 200,
      rejectionProbability: 0,
      refused: 0,
    });
  });

  it('refuses none as long as the provider accepts every second call, and some when it is one less', async () => {
    const { accept, reject, dice, times, snapshot } = bench();
    await times(10, accept);
    await times(10, reject);
    expect(snapshot()).toMatchObject({ requests: 20, accepts: 10, rejectionProbability: 0 });
    dice.next = 0;
    expect(await accept()).toEqual({ value: 'ok' });
    dice.next = 0.999_999;
    await times(2, reject);
    expect(snapshot()).toMatchObject({ requests: 23, accepts: 11, rejectionProbability: 1 / 24 });
    dice.next = 1 / 24;
    expect(await accept()).toEqual({ value: 'ok' });
  });

  it('refuses with the probability of the formula: at it none, just below it all', async () => {
    const { accept, reject, dice, times } = bench();
    await times(2, accept);
    await times(10, reject);
    // (12 − 2 × 2) ÷ 13
    dice.next = 8 / 13;
    expect(await accept()).toEqual({ value: 'ok' });
    // (13 − 2 × 3) ÷ 14
    dice.next = 7 / 14 - 1e-9;
    expect(await accept()).toMatchObject({ error: { code: 'ADAPTIVELY_THROTTLED', rejectionProbability: 0.5 } });
  });

  it('refuses at once, says who and why, and calls nothing', async () => {
    const { provider, events, reject, dice, times, snapshot } = bench();
    await times(9, reject);
    await reject();
    dice.next = 0.5;
    let called = false;
    const { error } = (await outcomeOf(provider.execute(() => (called = true), { operation: 'Contacts.list' }))) as {
      error: Error;
    };
    expect(called).toBe(false);
    expect(isAdaptivelyThrottledError(error)).toBe(true);
    expect(isResilienceError(error)).toBe(true);
    expect(error).toMatchObject({
      name: 'AdaptivelyThrottledError',
      code: 'ADAPTIVELY_THROTTLED',
      provider: 'crm',
      operation: 'Contacts.list',
      retryAfterMs: undefined,
      rejectionProbability: 0.9,
      message: 'crm: refused to spare the provider, as 90 % of its calls are: it accepts too few',
    });
    expect(error.stack).not.toContain('\n');
    expect(events.ofType('adaptiveThrottle.refused')).toMatchObject([
      { operation: 'Contacts.list', detail: { rejectionProbability: 0.9 } },
    ]);
    expect(snapshot()).toMatchObject({ refused: 1 });
  });

  it('counts what it refused as asked for, so that an overload that goes on is met with more refusals', async () => {
    const { accept, reject, dice, times, snapshot } = bench({ maxRejection: 0.99 });
    await times(5, accept);
    await times(11, reject);
    expect(snapshot()).toMatchObject({ requests: 16, accepts: 5, rejectionProbability: 6 / 17 });
    dice.next = 0;
    await times(4, accept);
    expect(snapshot()).toMatchObject({ requests: 20, accepts: 5, rejectionProbability: 10 / 21, refused: 4 });
  });

  it('never refuses more than its cap, so that some calls always find out', async () => {
    const { accept, reject, dice, times, snapshot } = bench({ maxRejection: 0.6 });
    await times(1000, reject);
    expect(snapshot()).toMatchObject({ rejectionProbability: 0.6 });
    dice.next = 0.6;
    expect(await accept()).toEqual({ value: 'ok' });
    dice.next = 0.599_999;
    expect(await accept()).toHaveProperty('error');
  });

  it('refuses none with a cap of nothing', async () => {
    const { accept, reject, dice, times } = bench({ maxRejection: 0 });
    dice.next = 0;
    await times(50, reject);
    expect(await accept()).toEqual({ value: 'ok' });
  });

  it('refuses nothing before it has seen enough calls', async () => {
    const { accept, reject, dice, times } = bench({ minimumCalls: 5 });
    dice.next = 0;
    await times(4, reject);
    expect(await reject()).toMatchObject({ error: { message: 'status 503' } });
    expect(await accept()).toMatchObject({ error: { code: 'ADAPTIVELY_THROTTLED' } });
  });

  it('does not hold calls that are under way against the provider', async () => {
    const { provider, accept, dice } = bench();
    dice.next = 0;
    const work = deferred();
    const calls = Array.from({ length: 100 }, () => watch(provider.execute(() => work.promise)));
    await turn();
    expect(await accept()).toEqual({ value: 'ok' });
    work.resolve('ok');
    await turn();
    expect(calls.every(({ value }) => value === 'ok')).toBe(true);
  });

  it('lets everything through again when the overload has left the window', async () => {
    const { accept, reject, dice, times, clock, snapshot } = bench({ window: '1m' });
    await times(20, reject);
    dice.next = 0;
    await clock.advance(59_999);
    expect(await accept()).toMatchObject({ error: { code: 'ADAPTIVELY_THROTTLED' } });
    await clock.advance('1m');
    expect(await accept()).toEqual({ value: 'ok' });
    expect(snapshot()).toMatchObject({ requests: 1, accepts: 1, windowMs: 60_000 });
  });

  it('counts what the provider answered as accepted, and what it turned away or never answered as not', () => {
    const [spec] = adaptiveThrottleKind.specs(readSettings(adaptiveThrottleKind.schema, {}, '').settings);
    const counted = (kind: OutcomeKind) => {
      const clock = new TestClock();
      const environment = { clock, provider: 'crm' } as unknown as Parameters<NonNullable<typeof spec>['create']>[0];
      const gate = spec!.create(environment) as unknown as {
        leave(ticket: undefined, outcome: { kind: OutcomeKind }, call: unknown): void;
        snapshot(now: number): { requests: number; accepts: number };
      };
      gate.leave(undefined, { kind }, liveCall(undefined, undefined, clock));
      const { requests, accepts } = gate.snapshot(0);
      return [requests, accepts];
    };
    for (const kind of ['success', 'permanent', 'unauthorized', 'contract'] as const) {
      expect([kind, ...counted(kind)]).toEqual([kind, 1, 1]);
    }
    for (const kind of ['throttled', 'transient', 'unknown', 'not-sent'] as const) {
      expect([kind, ...counted(kind)]).toEqual([kind, 1, 0]);
    }
    for (const kind of [CANCELLED.kind, REFUSED.kind]) expect([kind, ...counted(kind)]).toEqual([kind, 0, 0]);
    expect(counted(SUCCESS.kind)).toEqual([1, 1]);
  });

  it.each<[string, unknown, number]>([
    ['a 404', httpError(404), 1],
    ['a 429', httpError(429), 0],
    ['a 503', httpError(503), 0],
    ['a refused connection', networkError('ECONNREFUSED'), 0],
    ['a broken connection', networkError('ECONNRESET'), 0],
  ])('takes %s for what it is', async (_name, error, accepts) => {
    const { reject, snapshot } = bench();
    await reject(error);
    expect(snapshot()).toMatchObject({ requests: 1, accepts });
  });

  it('counts a call that timed out as not accepted', async () => {
    const { provider, clock, snapshot } = bench(true, { timeout: { attempt: '1s' } });
    const call = watch(provider.execute(() => new Promise(() => undefined)));
    await clock.advance('1s');
    expect(call.error).toMatchObject({ code: 'TIMEOUT' });
    expect(snapshot()).toMatchObject({ requests: 1, accepts: 0 });
  });

  it('counts neither a call that its caller aborted nor one that a gate below refused', async () => {
    const { provider, snapshot } = bench(true, { bulkhead: { concurrency: 1 } });
    const caller = new AbortController();
    const running = watch(provider.execute(() => new Promise(() => undefined), { signal: caller.signal }));
    expect(await outcomeOf(provider.execute(() => 'ok'))).toMatchObject({ error: { code: 'BULKHEAD_FULL' } });
    caller.abort('left');
    await turn();
    expect(running.error).toBe('left');
    expect(snapshot()).toMatchObject({ requests: 0, accepts: 0 });
  });

  it('is no failure for the circuit breaker, and not retried', async () => {
    const { provider, accept, reject, dice, times, snapshot } = bench(true, {
      circuitBreaker: { window: { consecutive: 11 } },
      retry: { attempts: 3, budget: false },
    });
    await times(10, () => reject(httpError(500, {}, 'post')));
    dice.next = 0;
    await times(20, accept);
    expect(snapshot()).toMatchObject({ refused: 20, requests: 30 });
    expect(provider.circuitBreaker?.state).toBe('closed');
  });

  it('keeps tenants apart', async () => {
    const { accept, reject, dice, times, events } = bench();
    await times(20, () => reject(httpError(503), 'a'));
    dice.next = 0;
    expect(await accept('a')).toMatchObject({ error: { code: 'ADAPTIVELY_THROTTLED' } });
    expect(await accept('b')).toEqual({ value: 'ok' });
    expect(await accept()).toEqual({ value: 'ok' });
    expect(events.ofType('adaptiveThrottle.refused')).toMatchObject([{ detail: { keyed: true } }]);
  });

  it('keeps a key that it holds back, and forgets one that it does not, last of all one of which it has counted that it was turned away', async () => {
    const { clock } = bench();
    const [spec] = adaptiveThrottleKind.specs(readSettings(adaptiveThrottleKind.schema, {}, '').settings);
    const gate = spec!.create({ clock, provider: 'crm' } as never) as unknown as {
      leave(ticket: undefined, outcome: unknown, call: unknown): void;
      idle(now: number): boolean;
      remembers(now: number): boolean;
    };
    gate.leave(undefined, { kind: 'success' }, liveCall(undefined, undefined, clock));
    expect(gate.remembers(0)).toBe(false);
    for (let i = 0; i < 8; i++) gate.leave(undefined, { kind: 'transient' }, liveCall(undefined, undefined, clock));
    expect([gate.idle(0), gate.remembers(0)]).toEqual([true, true]);
    gate.leave(undefined, { kind: 'transient' }, liveCall(undefined, undefined, clock));
    expect(gate.idle(0)).toBe(false);
    expect([gate.idle(120_000), gate.remembers(120_000)]).toEqual([true, false]);
  });

  it('takes new settings over at the next call and keeps what it has counted', async () => {
    const { provider, accept, reject, dice, times, clock, snapshot } = bench();
    await times(6, accept);
    await times(6, reject);
    provider.reconfigure({ adaptiveThrottle: { k: 1.5 } });
    expect(snapshot()).toMatchObject({ k: 1.5, requests: 12, accepts: 6, rejectionProbability: 3 / 13 });
    await clock.advance('100s');
    provider.reconfigure({ adaptiveThrottle: { window: '10s' } });
    expect(snapshot()).toMatchObject({ windowMs: 10_000, requests: 12, accepts: 6 });
    dice.next = 0;
    expect(await accept()).toHaveProperty('error');
    await clock.advance('10s');
    expect(await accept()).toEqual({ value: 'ok' });
  });

  it('lets nothing stay longer in the window because something else is set', async () => {
    const { provider, reject, times, clock, snapshot } = bench({ window: '10s' });
    await times(12, reject);
    await clock.advance('9s');
    provider.reconfigure({ adaptiveThrottle: { k: 3 } });
    await clock.advance('1s');
    expect(snapshot()).toMatchObject({ k: 3, requests: 0 });
  });

  it('does not bring back what had left the window when a new one is set', async () => {
    const { provider, reject, times, clock, snapshot } = bench({ window: '10s' });
    await times(12, reject);
    await clock.advance('10s');
    provider.reconfigure({ adaptiveThrottle: { window: '1m' } });
    expect(snapshot()).toMatchObject({ requests: 0, accepts: 0 });
  });

  it('sets no timer', async () => {
    const { accept, reject, times, clock } = bench();
    await times(20, reject);
    await times(20, accept);
    expect(clock.pendingTimers()).toBe(0);
  });

  it.each([
    [{ k: 0.9 }, 'crm.adaptiveThrottle.k: 0.9 given; expected a number from 1 to 100'],
    [{ k: 101 }, 'crm.adaptiveThrottle.k: 101 given; expected a number from 1 to 100'],
    [{ maxRejection: 1 }, 'crm.adaptiveThrottle.maxRejection: 1 given; expected a number from 0 to 0.99'],
    [{ maxRejection: -0.1 }, 'crm.adaptiveThrottle.maxRejection: -0.1 given; expected a number from 0 to 0.99'],
    [{ minimumCalls: 0 }, 'crm.adaptiveThrottle.minimumCalls: 0 given; expected a whole number from 1 to 1000000'],
    [{ window: 0 }, /^.*crm\.adaptiveThrottle\.window: 0 given; expected a duration .* of at least 1 ms$/s],
  ])('%j is a fault', (options, message) => {
    expect(() => bench(options)).toThrow(message);
  });

  it('follows the formula of the book at every call, whatever comes', async () => {
    const step = fc.record({
      afterMs: fc.oneof(
        { weight: 5, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 700 }) },
      ),
      healthy: fc.boolean(),
    });
    const shape = fc.record({
      k: fc.constantFrom(1, 1.5, 2, 4),
      minimumCalls: fc.constantFrom(1, 5, 10),
      maxRejection: fc.constantFrom(0, 0.5, 0.9),
    });
    const property = fc.asyncProperty(
      shape,
      fc.array(step, { maxLength: 80, size: 'max' }),
      fc.nat(),
      async (options, steps, seed) => {
        const clock = new TestClock();
        const random = seededRandom(seed);
        const rolled: number[] = [];
        const provider = createProvider(
          'crm',
          { adaptiveThrottle: { ...options, window: 1000 } },
          { clock, random: () => rolled[rolled.push(random()) - 1]! },
        );
        const counted: { bucket: number; accepted: boolean }[] = [];
        for (const { afterMs, healthy } of steps) {
          if (afterMs > 0) await clock.advance(afterMs);
          const bucket = Math.floor(clock.now() / 100);
          const within = counted.filter((one) => one.bucket > bucket - 10);
          const requests = within.length;
          const accepts = within.filter(({ accepted }) => accepted).length;
          const formula = Math.min(
            options.maxRejection,
            Math.max(0, (requests - options.k * accepts) / (requests + 1)),
          );
          const probability = requests < options.minimumCalls ? 0 : formula;
          rolled.length = 0;
          const result = await outcomeOf(provider.execute(() => (healthy ? 'ok' : Promise.reject(httpError(503)))));
          expect(rolled).toHaveLength(probability > 0 ? 1 : 0);
          const refused = rolled.length === 1 && rolled[0]! < probability;
          expect('error' in result && isAdaptivelyThrottledError(result.error)).toBe(refused);
          counted.push({ bucket, accepted: healthy && !refused });
        }
      },
    );
    await fc.assert(property, { numRuns: modelRuns(100) });
  });
});
