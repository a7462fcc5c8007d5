import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import { KeyedGate } from './keyed-gate.js';
import { SUCCESS } from '../../outcome/outcome.js';
import type { KeyableGate } from '../policy.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { deferred } from '../../testing/deferred.js';
import { environmentOf, httpError, liveCall, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';

function bench(options: ProviderOptions) {
  const clock = new TestClock();
  const provider = createProvider('crm', options, { clock, random: () => 0 });
  const run = (key: string | undefined, work: () => unknown = () => 'ok') =>
    outcomeOf(provider.execute(work, { ...(key !== undefined && { key }) }));
  const fail = (key?: string) => run(key, () => Promise.reject(httpError(500)));
  const snapshot = () => provider.snapshot().policies[0]!;
  return { clock, provider, run, fail, snapshot, events: recordEvents(provider) };
}

describe('gates with a key', () => {
  it('open the circuit of one tenant and leave the others, and those without a key, alone', async () => {
    const { run, fail, provider, snapshot } = bench({ circuitBreaker: { window: { consecutive: 2 } } });
    await fail('sick');
    await fail('healthy');
    await fail('sick');
    expect(await run('sick')).toMatchObject({ error: { code: 'CIRCUIT_OPEN' } });
    expect(await run('healthy')).toEqual({ value: 'ok' });
    expect(await run(undefined)).toEqual({ value: 'ok' });
    expect(provider.circuitBreaker?.state).toBe('closed');
    expect(snapshot()).toMatchObject({ state: 'closed', keys: 2 });
  });

  it('keep the circuit of calls without a key from those with one', async () => {
    const { run, fail } = bench({ circuitBreaker: { window: { consecutive: 1 } } });
    await fail();
    expect(await run(undefined)).toMatchObject({ error: { code: 'CIRCUIT_OPEN' } });
    expect(await run('tenant')).toEqual({ value: 'ok' });
  });

  it('isolate every key with the whole, and let them go on with it', async () => {
    const { run, provider } = bench({ circuitBreaker: {} });
    await run('before');
    provider.circuitBreaker!.isolate();
    for (const key of ['before', 'after', undefined]) {
      expect(await run(key)).toMatchObject({ error: { code: 'CIRCUIT_OPEN', state: 'isolated' } });
    }
    provider.circuitBreaker!.reset();
    for (const key of ['before', 'after', undefined]) expect(await run(key)).toEqual({ value: 'ok' });
  });

  it('count the slots of each key', async () => {
    const { provider, run } = bench({ bulkhead: { concurrency: 1, queue: 1 } });
    const work = deferred();
    const inside = ['a', 'a', 'b'].map((key) => watch(provider.execute(() => work.promise, { key })));
    await turn();
    expect(await run('a')).toMatchObject({ error: { code: 'BULKHEAD_FULL' } });
    expect(await run('c')).toEqual({ value: 'ok' });
    work.resolve('done');
    await turn();
    expect(inside.every(({ value }) => value === 'done')).toBe(true);
    expect(await run('a')).toEqual({ value: 'ok' });
  });

  it('keep the slot of a key for work that was aborted and still runs', async () => {
    const { provider, run, clock } = bench({ bulkhead: { concurrency: 1 }, timeout: { attempt: '1s' } });
    const work = deferred();
    const stuck = watch(provider.execute(() => work.promise, { key: 'a' }));
    await clock.advance('1s');
    expect(stuck.error).toMatchObject({ code: 'TIMEOUT' });
    expect(await run('a')).toMatchObject({ error: { code: 'BULKHEAD_FULL' } });
    work.resolve('late');
    await turn();
    expect(await run('a')).toEqual({ value: 'ok' });
  });

  it('limit the rate of each key, and close the gate only of the key that was throttled', async () => {
    const { run } = bench({ rateLimit: { limit: 5, burst: 1 } });
    expect(await run('a')).toEqual({ value: 'ok' });
    expect(await run('a')).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    expect(await run('b', () => Promise.reject(httpError(429, { 'retry-after': '7' })))).toHaveProperty('error');
    expect(await run('b')).toMatchObject({ error: { why: 'paused-by-provider' } });
    expect(await run(undefined)).toEqual({ value: 'ok' });
  });

  it('do not forget what a key has spent when many others come', async () => {
    const { run } = bench({ rateLimit: { limit: 1, per: '1h' } });
    await run('first');
    for (let i = 0; i < 1100; i++) await run(`tenant ${i}`);
    expect(await run('first')).toMatchObject({ error: { code: 'RATE_LIMITED' } });
  });

  it.each<[string, ProviderOptions]>([
    ['circuit by failures in a row', { circuitBreaker: { window: { consecutive: 3 } } }],
    ['circuit by its last calls', { circuitBreaker: { window: { count: 10 }, minimumCalls: 3 } }],
    ['circuit by the time', { circuitBreaker: { window: { time: '10m' }, minimumCalls: 3 } }],
    ['adaptive throttle', { adaptiveThrottle: { minimumCalls: 3 } }],
  ])('know a key that fails among more than a thousand others: %s', async (_name, options) => {
    const { run, fail } = bench(options);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 1100; i++) await run(`tenant ${i}`);
      await fail('sick');
    }
    for (let i = 0; i < 1100; i++) await run(`tenant ${i}`);
    expect(await run('sick')).toHaveProperty('error.code');
  });

  it('learn from a response what it says of the key in whose call it came', async () => {
    const { provider, run } = bench({ rateLimit: { limit: 1000, burst: 500 } });
    const spent = { status: 200, headers: { ratelimit: '"default";r=0;t=60' } };
    await run('a', () => provider.observe(spent));
    expect(await run('a')).toMatchObject({ error: { why: 'quota-spent' } });
    expect(await run('b')).toEqual({ value: 'ok' });
    expect(await run(undefined)).toEqual({ value: 'ok' });
    provider.observe(spent);
    expect(await run(undefined)).toMatchObject({ error: { why: 'quota-spent' } });
    expect(await run('b')).toEqual({ value: 'ok' });
  });

  it('take new settings over, and give them to keys that come later', async () => {
    const { provider, run, fail } = bench({ circuitBreaker: { window: { consecutive: 5 } } });
    await fail('known');
    provider.reconfigure({ circuitBreaker: { window: { consecutive: 2 } } });
    for (const key of ['known', 'new']) {
      await fail(key);
      if (key === 'new') await fail(key);
      expect(await run(key)).toMatchObject({ error: { code: 'CIRCUIT_OPEN' } });
    }
  });

  it('tell that an event is of one key, never of which', async () => {
    const { fail, events } = bench({ circuitBreaker: { window: { consecutive: 1 } } });
    await fail('a secret tenant');
    await fail();
    expect(events.all.map(({ detail }) => detail['keyed'])).toEqual([true, undefined]);
    expect(JSON.stringify(events.all)).not.toContain('secret');
  });

  it('are closed with their provider', async () => {
    const { provider, clock } = bench({ bulkhead: { concurrency: 1, queue: 1, wait: '1m' } });
    void provider.execute(() => deferred().promise, { key: 'a' });
    const queued = watch(provider.execute(() => 1, { key: 'a' }));
    await turn();
    provider.close();
    await turn();
    expect(queued.error).toMatchObject({ why: 'closed' });
    expect(clock.pendingTimers('referenced')).toBe(0);
  });
});

describe('how many keys are kept', () => {
  /** Counts who is inside; busy when it is told so. */
  class CountingGate implements KeyableGate<number> {
    readonly kind = 'counting';
    readonly made: CountingGate[] = [];
    busy = false;
    marked = false;
    closed = false;

    enter(): number {
      return 1;
    }

    leave(): void {
      // Nothing to give back.
    }

    forKey(): CountingGate {
      const gate = new CountingGate();
      this.made.push(gate);
      return gate;
    }

    idle(): boolean {
      return !this.busy;
    }

    remembers(): boolean {
      return this.marked;
    }

    close(): void {
      this.closed = true;
    }
  }

  function keyed(mostKeys: number) {
    const plain = new CountingGate();
    const gate = new KeyedGate(plain, environmentOf(new TestClock()), mostKeys);
    const callAt = (now: number, key: string) =>
      liveCall(() => undefined, key, Object.assign(new TestClock(), { now: () => now }));
    const enter = (key: string, now = 0) => gate.enter(callAt(now, key));
    const leave = (ticket: ReturnType<typeof enter>) => gate.leave(ticket as never, SUCCESS, liveCall());
    const visit = (key: string, now = 0) => leave(enter(key, now));
    const keys = () => gate.snapshot(0)['keys'];
    return { plain, gate, enter, leave, visit, keys };
  }

  it('is bounded: those used least recently make room', () => {
    const { visit, keys, plain } = keyed(3);
    for (const key of ['a', 'b', 'c', 'a', 'd']) visit(key);
    expect(keys()).toBe(3);
    expect(plain.made.map(({ closed }) => closed)).toEqual([false, true, false, false]);
    visit('a');
    expect(plain.made).toHaveLength(4);
    for (let i = 0; i < 10_000; i++) visit(`tenant ${i}`);
    expect(keys()).toBe(3);
  });

  it('never drops one that is open, half-open or paused, nor one with a call inside', () => {
    const { visit, enter, leave, keys, plain } = keyed(2);
    visit('busy');
    plain.made[0]!.busy = true;
    const inside = enter('inside');
    for (let i = 0; i < 100; i++) visit(`tenant ${i}`);
    visit('busy');
    expect(plain.made.slice(0, 2).map(({ closed }) => closed)).toEqual([false, false]);
    expect(keys()).toBeLessThanOrEqual(4);
    leave(inside);
    plain.made[0]!.busy = false;
    for (let i = 0; i < 10; i++) visit(`later ${i}`);
    expect(plain.made.slice(0, 2).map(({ closed }) => closed)).toEqual([true, true]);
    expect(keys()).toBe(2);
  });

  it('is ten times as many of those that remember failures, and they go when they were not used for an hour', () => {
    const { visit, keys, plain } = keyed(3);
    for (let i = 0; i < 100; i++) {
      visit(`sick ${i}`);
      plain.made[i]!.marked = true;
    }
    expect(keys()).toBe(30);
    visit('healthy');
    visit('another');
    for (let i = 0; i < 20; i++) visit(`later ${i}`, 3_600_000);
    expect(keys()).toBeLessThanOrEqual(20);
    expect(plain.made.slice(0, 100).every(({ closed }) => closed)).toBe(true);
  });

  it('has a hard bound: the least recently used go although they hold calls back, and are counted', () => {
    const { visit, enter, keys, plain, gate } = keyed(3);
    const inside = enter('inside');
    for (let i = 0; i < 1000; i++) {
      visit(`sick ${i}`);
      plain.made.at(-1)!.busy = true;
    }
    expect(keys()).toBe(30);
    expect(plain.made[0]!.closed).toBe(false);
    expect(plain.made.slice(-29).some(({ closed }) => closed)).toBe(false);
    expect(gate.snapshot(0)).toMatchObject({ forgottenKeys: 971 });
    expect(inside).toBeDefined();
  });

  it('keeps ten thousand open circuits at most', async () => {
    const { fail, snapshot, events } = bench({ circuitBreaker: { window: { consecutive: 1 } } });
    for (let i = 0; i < 10_050; i++) await fail(`tenant ${i}`);
    expect(snapshot()).toMatchObject({ keys: 10_000, forgottenKeys: 50 });
    expect(events.ofType('keys.forgotten').map(({ detail }) => detail)).toEqual([
      { policy: 'circuitBreaker', forgotten: 1 },
    ]);
  });

  it('shrinks when keys were not used for an hour', () => {
    const { visit, keys } = keyed(1000);
    for (let i = 0; i < 100; i++) visit(`tenant ${i}`, 0);
    expect(keys()).toBe(100);
    for (let i = 0; i < 20; i++) visit(`later ${i}`, 3_600_000);
    expect(keys()).toBe(20);
  });

  it('counts a call as inside until its wait is over, and no longer when it is refused', async () => {
    const plain = new CountingGate();
    const turnComes = deferred<number>();
    plain.forKey = () => Object.assign(new CountingGate(), { enter: () => turnComes.promise });
    const gate = new KeyedGate(plain, environmentOf(new TestClock()), 1);
    const call = (key: string) => liveCall(() => undefined, key);
    const waiting = gate.enter(call('a'));
    plain.forKey = () =>
      Object.assign(new CountingGate(), {
        enter: () => {
          throw new Error('refused');
        },
      });
    expect(() => gate.enter(call('b'))).toThrow('refused');
    expect(gate.snapshot(0)['keys']).toBe(2);
    turnComes.reject(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
    plain.forKey = () => new CountingGate();
    gate.leave(gate.enter(call('c')) as never, SUCCESS, call('c'));
    expect(gate.snapshot(0)['keys']).toBe(1);
  });

  it('is not asked for calls without a key', () => {
    const { gate, plain } = keyed(3);
    gate.leave(gate.enter(liveCall()) as never, SUCCESS, liveCall());
    expect([plain.made.length, gate.snapshot(0)['keys']]).toEqual([0, 0]);
  });
});
