import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Clock } from '../../../time/clock.js';
import type { Timer } from '../../../time/timer.js';
import { createProvider } from '../../../provider/create-provider.js';
import type { ProviderOptions } from '../../../provider/provider-options.js';
import type { ResilientProvider } from '../../../provider/resilient-provider.js';
import { modelRuns } from '../../../testing/model-runs.js';
import { recordEvents } from '../../../testing/record-events.js';
import { outcomeOf, seededRandom, turn, watch } from '../../../testing/calls.fixture.js';
import { snapshotOf } from '../../../testing/snapshot-of.js';
import { TestClock } from '../../../testing/test-clock.js';
import { SharedStore } from './shared-store.fixture.js';

type Limit = Partial<ProviderOptions['rateLimit'] & object>;

/** Several hosts of one account over one store, and when their calls went out. */
function fleet(
  hosts: number,
  rateLimit: Limit,
  { hasBus = true, ...more }: ProviderOptions & { hasBus?: boolean } = {},
) {
  const clock = new TestClock();
  const store = new SharedStore(clock, hasBus);
  store.latencyMs = 2;
  const sent: number[] = [];
  const sentBy = Array.from({ length: hosts }, () => 0);
  // How much of a pace is used depends on when hosts ask again, which is drawn at random.
  const random = seededRandom(1);
  const providers = sentBy.map(() =>
    createProvider('crm', { rateLimit: { queue: 100_000, ...rateLimit }, ...more } as ProviderOptions, {
      clock,
      store,
      random,
    }),
  );
  const call = (host: number, work: () => unknown = () => undefined) =>
    watch(
      providers[host]!.execute(() => {
        sent.push(clock.now());
        sentBy[host]!++;
        return work();
      }),
    );
  return { clock, store, providers, call, sent, sentBy };
}

function mostInAnyWindow(sent: readonly number[], per: number): number {
  return Math.max(0, ...sent.map((from) => sent.filter((at) => at >= from && at < from + per).length));
}

function shared(provider: ResilientProvider) {
  return snapshotOf(provider, 'rateLimit').shared!;
}

describe('a limit that hosts share', () => {
  it('is the account’s: four hosts together send no more than one would, and use nearly all of it', async () => {
    const { clock, call, sent, sentBy } = fleet(4, { limit: 100, per: '1s', wait: '10m' });
    for (let i = 0; i < 4000; i++) call(i % 4);
    await clock.advance('20s');
    expect(mostInAnyWindow(sent, 1000)).toBeLessThanOrEqual(100);
    expect(sent.filter((at) => at < 20_000).length).toBeGreaterThanOrEqual(0.9 * 20 * 100);
    expect(Math.min(...sentBy)).toBeGreaterThan(0.2 * sent.length);
  });

  it.each([
    ['a bucket', { bucket: 10, refill: 20, per: '1s' }, 30, 200],
    ['a pace', { limit: 20, per: '1s', burst: 4 }, 20, 150],
    ['several quotas', { quotas: [{ limit: 20 }, { limit: 100, per: '1m' }] }, 20, 90],
  ])('is shared as %s, too', async (_shape, limit, most, least) => {
    const { clock, call, sent } = fleet(3, { ...limit, wait: '10m' } as Limit);
    for (let i = 0; i < 300; i++) call(i % 3);
    await clock.advance('10s');
    expect(mostInAnyWindow(sent, 1000)).toBeLessThanOrEqual(most);
    expect(sent.length).toBeGreaterThanOrEqual(least);
  });

  it('is refused at once where a call may not wait, and otherwise had, though nothing is leased yet', async () => {
    const { call, clock, store } = fleet(2, { limit: 3, per: '1s' });
    store.latencyMs = 3;
    const calls = [call(0), call(0), call(1), call(1), call(0)];
    await clock.advance(20);
    expect(calls.filter(({ settled, error }) => settled && error === undefined)).toHaveLength(3);
    const refused = calls.filter(({ error }) => error !== undefined);
    expect(refused).toHaveLength(2);
    expect(refused[0]!.error).toMatchObject({ code: 'RATE_LIMITED', why: 'quota-spent' });
  });

  it('costs the store one operation for many calls, as long as much remains', async () => {
    const { clock, call, sent, store } = fleet(2, { limit: 10_000, per: '1s', wait: '1s' });
    for (let ms = 0; ms < 2000; ms++) {
      for (let i = 0; i < 4; i++) call(i % 2);
      await clock.advance(1);
    }
    expect(sent).toHaveLength(8000);
    expect(store.operations).toBeLessThan(0.1 * sent.length);
  });

  it('waits for its turn among the hosts, as long as it may, and says how long otherwise', async () => {
    const { clock, call, sent } = fleet(2, { limit: 2, per: '10s', wait: '2s' });
    const calls = [0, 1, 0, 1].map((host) => call(host));
    await clock.advance(500);
    expect(sent).toHaveLength(2);
    const refused = calls.filter(({ error }) => error !== undefined);
    expect(refused).toHaveLength(2);
    for (const { error } of refused) expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(9000);
  });

  it('is kept to also by what a bulkhead holds for longer than a lease, which waits for its turn once more', async () => {
    const bulkhead = { concurrency: 1, queue: 100 };
    const { clock, call, sent } = fleet(2, { limit: 4, per: '1s', wait: '1m' }, { bulkhead });
    const calls = Array.from({ length: 24 }, (_, i) => call(i % 2, () => clock.sleep(150)));
    await clock.advance('20s');
    expect(calls.every(({ settled, error }) => settled && error === undefined)).toBe(true);
    expect(sent).toHaveLength(24);
    expect(mostInAnyWindow(sent, 1000)).toBeLessThanOrEqual(4);
  });

  it.each([
    ['while it was under way', false],
    ['once it had ended', true],
  ])('counts what a call turned out to cost for all hosts, told %s', async (_name, isLate) => {
    const clock = new TestClock();
    const store = new SharedStore(clock);
    const rateLimit = { limit: 100, per: '1m', cost: (n: number) => n } as const;
    const [here, there] = [0, 1].map(() => createProvider('llm', { rateLimit }, { clock, store }));
    await here!.execute(({ settle }) => void settle, { args: [10] });
    let settle = () => {};
    const spending = here!.execute(
      (call) => {
        settle = () => call.settle(95);
        if (!isLate) settle();
      },
      { args: [10] },
    );
    await clock.advance(10);
    await spending;
    if (isLate) settle();
    await clock.advance(10);
    const dear = watch(there!.execute(() => 1, { args: [20] }));
    await clock.advance(10);
    expect(dear.error).toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('knows how many hosts draw from it, and forgets those that have gone', async () => {
    const { clock, call, providers } = fleet(5, { limit: 1000, per: '1s' });
    const drawAll = async (hosts: number, seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        for (let host = 0; host < hosts; host++) call(host);
        await clock.advance(1000);
      }
    };
    await drawAll(5, 4);
    expect(shared(providers[0]!)).toMatchObject({ hosts: 5, apart: false });
    await drawAll(5, 60);
    expect(shared(providers[0]!)).toMatchObject({ hosts: 5, apart: false });
    await drawAll(2, 60);
    expect(shared(providers[0]!).hosts).toBe(2);
  });

  describe('while the store is away', () => {
    it('is this host’s share, never unlimited, and the account’s again once it is back', async () => {
      const { clock, call, providers, store, sent } = fleet(4, { limit: 40, per: '1s', wait: '1h' });
      const events = recordEvents(providers[0]!);
      for (let i = 0; i < 40; i++) {
        call(i % 4);
        await clock.advance(200);
      }
      await clock.advance('3s');
      store.away = true;
      for (let i = 0; i < 400; i++) call(i % 4);
      await clock.advance('5s');
      const during = sent.filter((at) => at >= 11_000);
      expect(mostInAnyWindow(during, 1000)).toBeLessThanOrEqual(40);
      expect(during.length).toBeGreaterThanOrEqual(0.9 * 5 * 40);
      expect(shared(providers[0]!)).toEqual({ hosts: 4, leased: 0, apart: true });
      expect(events.ofType('rateLimit.apart')[0]!.detail).toEqual({ hosts: 4, reason: 'connect ECONNREFUSED' });

      store.away = false;
      const backAt = clock.now() + 3000;
      for (let i = 0; i < 400; i++) call(i % 4);
      await clock.advance('6s');
      expect(
        mostInAnyWindow(
          sent.filter((at) => at >= 11_000),
          1000,
        ),
      ).toBeLessThanOrEqual(40);
      expect(sent.filter((at) => at >= backAt).length).toBeGreaterThanOrEqual(0.85 * 3 * 40);
      expect(shared(providers[0]!).apart).toBe(false);
      expect(events.types).toContain('rateLimit.rejoined');
    });

    it('holds no call for longer than a quarter of a second, however slow the store is', async () => {
      const { clock, call, store } = fleet(1, { limit: 5, per: '1s' });
      store.latencyMs = 2000;
      const calls = Array.from({ length: 5 }, () => call(0));
      await clock.advance(251);
      expect(calls.every(({ settled, error }) => settled && error === undefined)).toBe(true);
      const next = call(0);
      await turn();
      expect(next.error).toMatchObject({ code: 'RATE_LIMITED' });
    });

    it('is a share as soon as hosts know of each other, also where the store was too slow from the start', async () => {
      const { clock, call, providers, store, sent } = fleet(4, { limit: 40, per: '1s', wait: '1h' });
      store.latencyMs = 300;
      for (let i = 0; i < 800; i++) call(i % 4);
      await clock.advance('8s');
      expect(providers.map((provider) => shared(provider))).toEqual(
        providers.map(() => ({ hosts: 4, leased: 0, apart: true })),
      );
      const since = sent.filter((at) => at >= 4000);
      expect(mostInAnyWindow(since, 1000)).toBeLessThanOrEqual(40);
      expect(since.length).toBeGreaterThanOrEqual(0.9 * 4 * 40);
    });

    it('is a share, too, where each answer comes after its lease has ended', async () => {
      const { clock, call, providers, store, sent } = fleet(1, { limit: 5, per: '1s', wait: '10s' });
      store.latencyMs = 60;
      for (let i = 0; i < 20; i++) call(0);
      await clock.advance('5s');
      expect(sent.length).toBeGreaterThanOrEqual(15);
      expect(shared(providers[0]!).apart).toBe(true);
    });
  });

  it('does not go by the hosts’ clocks', async () => {
    const clock = new TestClock();
    const store = new SharedStore(clock);
    store.latencyMs = 2;
    const sent: number[] = [];
    const rateLimit = { limit: 20, per: '1s', wait: '1m', queue: 1000 } as const;
    const providers = [0, 3_600_000].map((aheadMs) =>
      createProvider('crm', { rateLimit }, { clock: new ClockAhead(clock, aheadMs), store }),
    );
    for (let i = 0; i < 200; i++) void outcomeOf(providers[i % 2]!.execute(() => void sent.push(clock.now())));
    await clock.advance('5s');
    expect(mostInAnyWindow(sent, 1000)).toBeLessThanOrEqual(20);
    expect(sent.length).toBeGreaterThanOrEqual(0.9 * 100);
  });

  it('is this process’s alone with shared: false, or with a store that no other uses', async () => {
    for (const [limit, isShared] of [
      [{ limit: 5, per: '1s', shared: false }, true],
      [{ limit: 5, per: '1s' }, false],
    ] as const) {
      const clock = new TestClock();
      const store = new SharedStore(clock);
      Object.defineProperty(store, 'shared', { value: isShared });
      const hosts = [0, 1].map(() => createProvider('crm', { rateLimit: limit }, { clock, store }));
      for (let i = 0; i < 10; i++) await hosts[i % 2]!.execute(() => 1);
      expect(store.operations).toBe(0);
    }
  });

  it('is kept for each key and each method by itself, and no key is named in the store', async () => {
    const clock = new TestClock();
    const store = new SharedStore(clock);
    const keys = new Set<string>();
    const { count } = store;
    store.count = (key, ...rest) => {
      keys.add(key);
      return count.call(store, key, ...rest);
    };
    const options = {
      rateLimit: { limit: 2, per: '1m' },
      methods: { search: { rateLimit: { limit: 1, per: '1m', shared: false } } },
    } as ProviderOptions;
    const hosts = [0, 1].map(() => createProvider('crm', options, { clock, store }));
    const results: boolean[] = [];
    const call = async (host: number, more: { key?: string; operation?: string }) => {
      results.push('value' in (await outcomeOf(hosts[host]!.execute(() => 1, more))));
    };
    for (const [host, more] of [
      [0, { key: 'ada@example.com' }],
      [1, { key: 'ada@example.com' }],
      [0, { key: 'ada@example.com' }],
      [1, { key: 'bob' }],
      [0, { operation: 'search' }],
      [1, { operation: 'search' }],
      [1, {}],
      [0, {}],
      [1, {}],
    ] as const) {
      await call(host, more);
    }
    expect(results).toEqual([true, true, false, true, true, false, true, true, false]);
    expect([...keys].some((key) => key.includes('ada'))).toBe(false);
  });

  describe('whose provider answers', () => {
    const throttled = (retryAfter?: string) =>
      Object.assign(new Error('429'), {
        status: 429,
        ...(retryAfter !== undefined && { response: { status: 429, headers: { 'retry-after': retryAfter } } }),
      });

    it.each([
      ['by the bus at once', true, 10],
      ['by the store within a second, where there is no bus', false, 1100],
    ])('is closed by one 429 for all hosts: %s', async (_how, hasBus, withinMs) => {
      const { clock, call, providers } = fleet(2, { limit: 100, per: '1s' }, { hasBus });
      call(1);
      await clock.advance(10);
      call(0, () => Promise.reject(throttled('30')));
      await clock.advance(withinMs);
      call(1);
      await clock.advance(10);
      const refused = call(1);
      await clock.advance(10);
      expect(refused.error).toMatchObject({ code: 'RATE_LIMITED', why: 'paused-by-provider' });
      expect(snapshotOf(providers[1]!, 'rateLimit').waitMs).toBeLessThanOrEqual(30_000);
      await clock.advance('30s');
      const after = call(1);
      await clock.advance(10);
      expect(after.error).toBeUndefined();
    });

    it('stays closed over a restart, and is opened by hand on all hosts', async () => {
      const { clock, call, store, providers } = fleet(1, { limit: 100, per: '1s' });
      call(0, () => Promise.reject(throttled('60')));
      await clock.advance('10s');
      providers[0]!.close();
      const again = createProvider('crm', { rateLimit: { limit: 100 } }, { clock, store });
      const refused = watch(again.execute(() => 1));
      await clock.advance(10);
      expect(refused.error).toMatchObject({ why: 'paused-by-provider' });
      const other = createProvider('crm', { rateLimit: { limit: 100 } }, { clock, store });
      await clock.advance(10);
      other.rateLimit!.reset();
      await clock.advance(10);
      const open = watch(again.execute(() => 1));
      await clock.advance(10);
      expect(open.value).toBe(1);
    });

    it('lets no host draw from a quota of which another was told that nothing is left', async () => {
      const { clock, call, providers } = fleet(2, { limit: 100, per: '1s' });
      call(0);
      await clock.advance(10);
      const headers = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2' };
      providers[0]!.observe({ status: 200, headers });
      await clock.advance(10);
      const refused = call(1);
      await clock.advance(10);
      expect(refused.error).toMatchObject({ code: 'RATE_LIMITED', why: 'quota-spent' });
    });
  });

  it('takes new settings over, and what was let through still counts', async () => {
    const { clock, call, providers, sent } = fleet(2, { limit: 10, per: '1s', wait: '1m' });
    for (let i = 0; i < 40; i++) call(i % 2);
    await clock.advance(100);
    for (const provider of providers) provider.reconfigure({ rateLimit: { limit: 4 } });
    await clock.advance('5s');
    expect(
      mostInAnyWindow(
        sent.filter((at) => at > 100),
        1000,
      ),
    ).toBeLessThanOrEqual(4);
    expect(mostInAnyWindow(sent, 1000)).toBe(10);
  });

  it('lets no window see more than the limit, whatever hosts call, wait, hold, abort and however slow the store is', async () => {
    const arrival = fc.record({
      host: fc.integer({ min: 0, max: 3 }),
      afterMs: fc.oneof(
        fc.constant(0),
        fc.constant(0),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 0, max: 700 }),
        fc.integer({ min: 0, max: 15_000 }),
      ),
      workMs: fc.constantFrom(0, 0, 40, 300),
      abortAfterMs: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined, freq: 6 }),
    });
    const property = fc.asyncProperty(
      fc.constantFrom(
        { limit: 3, per: 1000 },
        { limit: 4, per: 20_000 },
        { limit: 20, per: 500 },
        { limit: 8, per: 2000, burst: 2 },
      ),
      fc.constantFrom(0, 1, 7),
      fc.constantFrom(1, 3, 50),
      fc.array(arrival, { minLength: 20, maxLength: 80, size: 'max' }),
      async (limit, latencyMs, concurrency, arrivals) => {
        const bulkhead = { concurrency, queue: 1000 };
        const { clock, providers, store, sent } = fleet(4, { ...limit, margin: 0, wait: '1h' } as Limit, { bulkhead });
        store.latencyMs = latencyMs;
        const results = [];
        for (const { host, afterMs, workMs, abortAfterMs } of arrivals) {
          if (afterMs > 0) await clock.advance(afterMs);
          const caller = new AbortController();
          const run = () => {
            sent.push(clock.now());
            return workMs === 0 ? undefined : clock.sleep(workMs);
          };
          results.push(watch(providers[host]!.execute(run, { signal: caller.signal })));
          if (abortAfterMs !== undefined) clock.schedule(abortAfterMs, () => caller.abort('left'));
        }
        await clock.advance('5m');
        expect(results.filter(({ settled }) => !settled)).toEqual([]);
        expect(mostInAnyWindow(sent, limit.per)).toBeLessThanOrEqual(limit.limit);
      },
    );
    await fc.assert(property, { numRuns: modelRuns(60) });
  });
});

/** A host whose clock shows another time. */
class ClockAhead extends Clock {
  constructor(
    private readonly inner: TestClock,
    private readonly aheadMs: number,
  ) {
    super();
  }

  now(): number {
    return this.inner.now() + this.aheadMs;
  }

  wallNow(): number {
    return this.inner.wallNow() + this.aheadMs;
  }

  yield(): Promise<void> {
    return this.inner.yield();
  }

  protected startTimer(ms: number, run: () => void): Timer {
    return this.inner.schedule(ms, run);
  }
}
