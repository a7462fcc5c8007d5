import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import { deferred } from '../../testing/deferred.js';
import { networkError, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { bench, methodOf, ORDER, processOn, type Order } from './idempotency.fixture.js';
import type { IdempotencyOptions } from './idempotency.options.js';
import type { ProviderOptions } from '../../provider/provider-options.js';

const UNKNOWN = { name: 'OutcomeUnknownError', code: 'OUTCOME_UNKNOWN', statusCode: 409 };
const noAnswer = () => Promise.reject(networkError('ECONNRESET'));

/** An order whose first run has ended without an answer, and the process that meets it next. */
async function afterNoAnswer(options: IdempotencyOptions = {}, more: ProviderOptions = {}) {
  const first = bench(options, more);
  await outcomeOf(first.charge(ORDER, noAnswer));
  return { ...first, ...first.another() };
}

/** An order whose first owner died while it was at work. */
async function afterDeath(options: IdempotencyOptions = {}) {
  const first = bench({ ...options, lease: '30s' });
  const dead = processOn(deadStore(first.store), first.clock, options);
  void dead.charge(ORDER, () => deferred().promise);
  await turn();
  await first.clock.advance('30s');
  return first;
}

/** The store as a process has it that dies after its claim: nothing comes through any more. */
function deadStore(store: ReturnType<typeof bench>['store']): typeof store {
  const put: typeof store.put = (key, value, when) =>
    when.if === 'absent' ? store.put(key, value, when) : Promise.reject(new Error('dead'));
  return Object.assign(Object.create(store) as typeof store, { put });
}

describe.each([
  ['ended without an answer', afterNoAnswer],
  ['died at work', afterDeath],
])('an operation whose first run has %s', (_what, begin) => {
  it('is run again with the same key by default', async () => {
    const { charge, work, counters } = await begin();
    expect(await charge(ORDER, work)).toEqual({ receipt: 1 });
    expect(counters()).toMatchObject({ reclaimed: 1, unknown: 0 });
  });

  it.each([
    ['the settings say so', { whenUnknown: 'refuse' }],
    ['the provider takes no keys', { header: false }],
  ] as const)('is refused until it is forgotten where %s', async (_name, options) => {
    const { charge, work, executed, events, clock, counters } = await begin({ ...options, ttl: '1h' });
    for (let asked = 0; asked < 2; asked++) await expect(charge(ORDER, work)).rejects.toMatchObject(UNKNOWN);
    expect(executed()).toBe(0);
    expect(counters()).toMatchObject({ unknown: 2, reclaimed: 0 });
    const told = { detail: { reason: 'an earlier run may have had its effect' } };
    expect(events.ofType('idempotency.outcomeUnknown')).toMatchObject([told, told]);
    await expect(charge({ ...ORDER, amount: 5 }, work)).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    await clock.advance('1h');
    expect(await charge(ORDER, work)).toEqual({ receipt: 1 });
  });

  it('is settled with what the probe finds, which is replayed from then on', async () => {
    const asked: unknown[] = [];
    const probe = async (order: Order) => (asked.push(order), { receipt: 'found' });
    const { charge, work, executed, events, another } = await begin({ probe });
    expect(await charge(ORDER, work)).toEqual({ receipt: 'found' });
    expect(await another().charge(ORDER, work)).toEqual({ receipt: 'found' });
    expect([asked, executed()]).toEqual([[ORDER], 0]);
    expect(events.ofType('idempotency.probed')).toMatchObject([{ detail: { found: 'done' } }]);
  });

  it('is run where the probe finds that nothing was done, and is in no doubt any more', async () => {
    const { charge, work, store, executed, events } = await begin({ probe: () => undefined });
    await outcomeOf(charge(ORDER, () => Promise.reject(networkError('ECONNREFUSED'))));
    expect(await store.get([...store.keys][0]!)).toBeUndefined();
    expect(events.ofType('idempotency.probed')).toMatchObject([{ detail: { found: 'not done' } }]);
    expect(await charge(ORDER, work)).toEqual({ receipt: 1 });
    expect(executed()).toBe(1);
  });

  it('stays unknown where the probe fails, and is probed again by the next', async () => {
    let fails = true;
    const probe = () => (fails ? noAnswer() : 'found');
    const { charge, work, executed, events } = await begin({ probe });
    await expect(charge(ORDER, work)).rejects.toMatchObject({
      ...UNKNOWN,
      cause: expect.objectContaining({ code: 'ECONNRESET' }),
    });
    expect(events.ofType('idempotency.probed')).toMatchObject([{ detail: { found: 'unknown' } }]);
    fails = false;
    expect([await charge(ORDER, work), executed()]).toEqual(['found', 0]);
  });
});

describe('the probe', () => {
  it('runs through the policies of the method, and its time is theirs', async () => {
    const probe = () => deferred().promise;
    const { charge, work, clock, executed } = await afterNoAnswer({ probe }, { timeout: { total: '2s' } });
    const result = watch(charge(ORDER, work));
    await clock.advance('2s');
    expect(result.error).toMatchObject({ ...UNKNOWN, cause: expect.objectContaining({ code: 'TIMEOUT' }) });
    expect(executed()).toBe(0);
  });

  it('is aborted with its caller, and nothing is decided', async () => {
    const first = await afterNoAnswer({ probe: () => deferred().promise });
    const charge = methodOf(first.provider, { key: (order: Order) => order.id });
    const caller = new AbortController();
    const result = watch(charge(ORDER, first.work, { signal: caller.signal }));
    await turn();
    caller.abort('left');
    await turn();
    first.clock.close();
    expect([result.error, first.executed(), first.clock.pendingTimers()]).toEqual(['left', 0, 0]);
    const willing = processOn(first.store, first.clock, { probe: () => 'found' });
    expect(await willing.charge(ORDER, first.work)).toBe('found');
  });
});

describe('the window in which a provider knows a key', () => {
  const window = '5m';

  it.each([
    ['refused without a probe', {}, { error: expect.objectContaining(UNKNOWN) }],
    ['probed where it can be', { probe: () => 'found', whenUnknown: 'repeat' }, { value: 'found' }],
  ] as const)('is over: what might be a new request is %s', async (_what, options, expected) => {
    const { charge, work, clock, executed } = await afterNoAnswer({ window, ...options });
    await clock.advance(299_999);
    await outcomeOf(charge(ORDER, () => (work(), noAnswer())));
    expect(executed()).toBe(1);
    await clock.advance(1);
    expect(await outcomeOf(charge(ORDER, work))).toEqual(expected);
    expect(executed()).toBe(1);
  });

  it('goes on while an owner renews its lease, and begins with the first owner', async () => {
    const first = bench({ window, lease: '30s', ttl: '1h' });
    void first.charge(ORDER, () => deferred().promise);
    await turn();
    await first.clock.advance('10m');
    first.store.failing = new Set(['all']);
    await first.clock.advance('30s');
    first.store.failing = new Set();
    await expect(first.another().charge(ORDER, first.work)).rejects.toMatchObject(UNKNOWN);
  });

  it('begins with the first run, however long that was at work before it ended without an answer', async () => {
    const first = bench({ window, ttl: '1h' });
    const slow = deferred();
    const result = watch(first.charge(ORDER, () => slow.promise));
    await first.clock.advance('2m');
    slow.reject(networkError('ECONNRESET'));
    await turn();
    expect(result.error).toMatchObject({ code: 'ECONNRESET' });
    await first.clock.advance('3m');
    await expect(first.another().charge(ORDER, first.work)).rejects.toMatchObject(UNKNOWN);
  });

  it('keeps a retry from beginning when it is over', async () => {
    const { charge, clock } = bench(
      { window },
      {
        retry: { attempts: 9, backoff: { kind: 'constant', initial: '2m', max: '2m', jitter: 'none' }, budget: false },
      },
    );
    let attempts = 0;
    const result = watch(charge(ORDER, () => (attempts++, noAnswer())));
    await clock.advance('1h');
    expect(result.error).toMatchObject({ code: 'ECONNRESET' });
    expect(attempts).toBe(3);
  });
});

describe('a key that the provider does not get', () => {
  it('makes nothing repeatable: an unknown outcome of a POST ends the call', async () => {
    const { provider, clock } = bench({ header: false }, { retry: {} });
    let attempts = 0;
    const post = (call: { sending(method: string): void; idempotencyKey?: string | undefined }) => {
      attempts++;
      call.sending('POST');
      expect(call.idempotencyKey).toBeUndefined();
      return noAnswer();
    };
    const result = watch(provider.execute(post, { operation: 'charge', idempotencyKey: 'order-1' }));
    await clock.advance('1m');
    expect(result.error).toMatchObject({ code: 'ECONNRESET' });
    expect(attempts).toBe(1);
    await expect(provider.execute(post, { operation: 'charge', idempotencyKey: 'order-1' })).rejects.toMatchObject(
      UNKNOWN,
    );
  });

  it('is short enough where the provider says how long it may be, and the same everywhere', async () => {
    const long = 'order-'.repeat(20);
    const sent = async (maxLength?: number) => {
      const { provider } = bench({ ...(maxLength !== undefined && { maxLength }) });
      return provider.execute((call) => call.idempotencyKey, { operation: 'charge', idempotencyKey: long });
    };
    expect(await sent()).toBe(long);
    expect(await sent(45)).toMatch(/^[\w-]{22}$/);
    expect(await sent(32)).toBe(await sent(45));
    expect(await sent(120)).toBe(long);
  });
});

describe('a record of another release', () => {
  it('refuses its key, and stays as it is', async () => {
    const { store, clock, charge, work, executed } = bench();
    await charge(ORDER, work);
    const [key] = [...store.keys];
    await store.put(key!, JSON.stringify({ format: 2, state: 'half done' }), { ttlMs: 60_000, if: 'always' });
    for (const storeDown of ['refuse', 'proceed'] as const) {
      const provider = createProvider('payments', { idempotency: { storeDown } }, { clock, store });
      const other = processOn(store, clock, { storeDown });
      await expect(other.charge(ORDER, work)).rejects.toMatchObject({
        ...UNKNOWN,
        message: expect.stringContaining('it has format 2, and this release reads 1'),
      });
      expect(provider.name).toBe('payments');
    }
    expect(executed()).toBe(1);
    expect((await store.get(key!))?.value).toContain('half done');
  });
});
