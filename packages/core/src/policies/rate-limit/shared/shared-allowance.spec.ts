import { describe, expect, it } from '@jest/globals';
import type { EnvironmentOf } from '../../../engine/policy.js';
import { EventHub } from '../../../events/event-hub.js';
import { createEnvironment } from '../../../provider/create-environment.js';
import { TestClock } from '../../../testing/test-clock.js';
import { LocalAllowance } from '../local-allowance.js';
import type { Quota, WindowQuota } from '../quota.js';
import type { RateLimitEvents } from '../rate-limit.telemetry.js';
import { leaseRulesOf } from './lease-rule.js';
import { SharedAllowance } from './shared-allowance.js';
import { SharedStore } from './shared-store.fixture.js';

const SHARED = { margin: 0, unit: undefined, countsRequests: false };
/** Leases of it last 25 ms. */
const SECOND: WindowQuota = { ...SHARED, limit: 100, per: 1000, burst: undefined };
/** Leases of it last 100 ms, and for half a minute after that the store takes tokens back. */
const MINUTE: WindowQuota = { ...SHARED, limit: 100, per: 60_000, burst: undefined };
const REQUESTS: WindowQuota = { ...MINUTE, countsRequests: true };

/** One host's part of quotas in a store. */
function host(...quotas: readonly Quota[]) {
  const clock = new TestClock();
  const store = new SharedStore(clock);
  /** Tokens, or milliseconds of a pace, that the store counts however many there are. */
  const told: number[] = [];
  const { count, advance } = store;
  store.count = (key, by, window) => {
    if (key.startsWith('limit:') && window.limit === Number.MAX_SAFE_INTEGER) told.push(by);
    return count.call(store, key, by, window);
  };
  store.advance = (key, byMs, windowMs) => {
    if (windowMs === Number.MAX_SAFE_INTEGER) told.push(byMs);
    return advance.call(store, key, byMs, windowMs);
  };
  const parts = { name: 'crm', path: 'crm', settings: {}, clock, store, random: () => 0.5 };
  const environment: EnvironmentOf<RateLimitEvents> = createEnvironment(parts, new EventHub(), {
    classify: undefined,
  });
  const allowance = new SharedAllowance(quotas, {
    environment,
    key: 'limit',
    ready: Promise.resolve(),
    asking: () => undefined,
    changed: () => undefined,
  });
  const now = () => clock.now();
  const seek = async (cost: number, calls = 1) => {
    allowance.seek(now(), { cost, calls, nextCost: cost });
    await clock.advance(0);
  };
  const take = (cost = 1) => allowance.take(now(), cost, false);
  /** Has what waits for nothing but the store go on, and returns how much of each quota is left in it. */
  const left = async () => {
    await clock.advance(0);
    const counts = quotas.map(async (quota, i) => {
      const [rule] = leaseRulesOf(quota);
      return (await rule!.ask(store.inner, `limit:${i}:${rule!.name}`, 0)).remaining;
    });
    return Promise.all(counts);
  };
  const leased = () => allowance.shown(now()).leased;
  /** The store goes away, which this host finds when it asks next. */
  const lose = async () => {
    store.away = true;
    await clock.advance(2000);
    await seek(1);
    store.away = false;
  };
  /** Draws from the store again. */
  const rejoin = async () => {
    for (let i = 0; i < 2; i++) {
      await clock.advance(1000);
      await seek(1);
    }
  };
  return { clock, store, told, allowance, now, seek, take, left, leased, lose, rejoin };
}

describe('a host’s part of a limit', () => {
  it('is free where it holds a token of each quota', async () => {
    const { clock, allowance, now, seek, take } = host(SECOND, MINUTE);
    expect(allowance.isFree(0)).toBe(false);
    await seek(2);
    expect(allowance.isFree(0)).toBe(true);
    take();
    expect(allowance.isFree(0)).toBe(true);
    take();
    expect(allowance.isFree(0)).toBe(false);
    await seek(1);
    // The lease of one has ended.
    await clock.advance(50);
    expect([allowance.isFree(now()), allowance.waitMs(now(), 1, 1)]).toEqual([false, 1]);
    expect(allowance.shown(now())).toEqual({ hosts: 1, leased: 0, apart: false });
  });

  it('counts calls of some quotas, and their cost of the others', async () => {
    const { allowance, seek, take, left } = host(REQUESTS, MINUTE);
    await seek(10);
    expect(await left()).toEqual([99, 90]);
    expect(allowance.waitMs(0, 10, 1)).toBe(0);
    expect(allowance.waitMs(0, 11, 1)).toBeGreaterThan(0);
    expect(allowance.waitMs(0, 10, 2)).toBeGreaterThan(0);
    take(10);
    expect(allowance.waitMs(0, 1, 0)).toBeGreaterThan(0);
    expect(allowance.waitMs(0, 0, 1)).toBeGreaterThan(0);
  });

  it('is not known before the store has answered, unless one quota is spent', async () => {
    const { clock, store, allowance, seek } = host({ ...SECOND, limit: 1 }, MINUTE);
    expect(allowance.isAsking(0)).toBe(true);
    const { count } = store;
    // Another host has the only token of the first, and questions for the second get lost.
    await store.inner.count('limit:0:window:cost:1000', 1, { limit: 1, windowMs: 1025, slices: 128 });
    store.count = (key, ...more) =>
      key.startsWith('limit:1:') ? new Promise(() => undefined) : count.call(store, key, ...more);
    await seek(1);
    expect(allowance.isAsking(0)).toBe(true);
    await clock.advance(100);
    expect(allowance.isAsking(100)).toBe(false);
  });

  it('spares calls the reading of a clock when their answers come', () => {
    expect(host(SECOND).allowance.heedsAnswers).toBe(false);
  });

  it('uses what one call has left for the next', async () => {
    const { allowance, seek, take } = host(SECOND);
    await seek(2);
    const taken = take();
    allowance.done(taken);
    expect(take()).toBe(taken);
  });
});

describe('tokens of a call that did not go out', () => {
  it('are there for the next as long as their lease goes on', async () => {
    const { clock, store, allowance, now, seek, take, left, leased } = host(REQUESTS, MINUTE);
    await seek(10);
    const taken = take(10);
    await clock.advance(99);
    const { operations } = store;
    expect(allowance.giveBack(taken, now())).toBe(true);
    expect([await left(), leased(), store.operations]).toEqual([[99, 90], 1, operations]);
    expect(allowance.waitMs(now(), 10, 1)).toBe(0);
    await clock.advance(1);
    expect(leased()).toBe(0);
  });

  it.each([
    [100, 100],
    [100 + 29_999, 100],
    [100 + 30_000, 90],
  ])('are given back to the store after their lease, as long as it takes them: after %i ms', async (ms, expected) => {
    const { clock, allowance, now, seek, take, left, leased } = host(MINUTE);
    await seek(10);
    const taken = take(10);
    await clock.advance(ms);
    allowance.giveBack(taken, now());
    expect([await left(), leased()]).toEqual([[expected], 0]);
  });

  it('are lost after their lease where the window is short', async () => {
    const { clock, allowance, now, seek, take, left } = host(SECOND);
    await seek(10);
    const taken = take(10);
    await clock.advance(25);
    allowance.giveBack(taken, now());
    expect(await left()).toEqual([90]);
  });

  it('are none where it cost nothing, which goes out where the host has none as well', async () => {
    const { store, allowance, now, seek, take, leased } = host(REQUESTS, MINUTE);
    expect(allowance.giveBack(take(0), now())).toBe(true);
    await seek(1);
    const { operations } = store;
    expect(allowance.giveBack(take(0), now())).toBe(true);
    expect([leased(), store.operations]).toEqual([1, operations]);
  });
});

describe('a call that turns out to cost something else', () => {
  it('leaves tokens to the next as long as their lease goes on, and then to the store', async () => {
    const { clock, allowance, now, seek, take, left } = host(REQUESTS, MINUTE);
    await seek(10);
    const taken = take(10);
    await clock.advance(50);
    allowance.settle(taken, 4, now());
    expect([await left(), allowance.waitMs(now(), 6, 0), allowance.waitMs(now(), 7, 0) > 0]).toEqual([
      [99, 90],
      0,
      true,
    ]);
    await clock.advance(50);
    allowance.settle(taken, 1, now());
    expect(await left()).toEqual([99, 93]);
    // It is still a call.
    expect(allowance.waitMs(now(), 0, 1)).toBeGreaterThan(0);
  });

  it('leaves its tokens to the next also where it was told the same cost', async () => {
    const { allowance, now, seek, take, leased } = host(MINUTE);
    await seek(3);
    const taken = take(3);
    allowance.settle(taken, 3, now());
    allowance.giveBack(taken, now());
    expect(leased()).toBe(3);
  });

  it('takes more of those that the host holds, and has the store count the rest', async () => {
    const { store, allowance, now, seek, take, left, leased } = host(REQUESTS, MINUTE);
    await seek(10, 3);
    const taken = take(7);
    const { operations } = store;
    allowance.settle(taken, 9, now());
    expect([await left(), leased(), allowance.waitMs(now(), 0, 2), store.operations]).toEqual([
      [97, 90],
      1,
      0,
      operations,
    ]);
    allowance.settle(taken, 9, now());
    allowance.settle(taken, 10, now());
    expect([await left(), store.operations]).toEqual([[97, 90], operations]);
    allowance.settle(taken, 15, now());
    expect(await left()).toEqual([97, 85]);
    expect([allowance.waitMs(now(), 0, 2), allowance.waitMs(now(), 1, 0)]).toEqual([0, 1]);
  });

  it('leaves nothing to another call of what it took beyond its lease', async () => {
    const { allowance, now, seek, take, left, leased } = host(MINUTE);
    await seek(1);
    const taken = take(0);
    allowance.settle(taken, 6, now());
    expect([await left(), leased()]).toEqual([[94], 0]);
    allowance.settle(taken, 2, now());
    expect([await left(), leased()]).toEqual([[98], 0]);
    allowance.giveBack(taken, now());
    expect([await left(), leased()]).toEqual([[100], 0]);
  });
});

describe('a call that is held between the limit and the provider', () => {
  it('leaves its tokens to others, and takes others when it goes out', async () => {
    const { clock, allowance, now, seek, take, left, leased } = host(MINUTE);
    await seek(3);
    const taken = take(3);
    allowance.hold(taken, now());
    expect(leased()).toBe(3);
    expect(allowance.sent(taken, now())).toBe(true);
    expect(leased()).toBe(0);
    // It is not held now.
    expect(allowance.sent(taken, now())).toBe(true);
    allowance.hold(taken, now());
    take(1);
    expect(allowance.sent(taken, now())).toBe(false);
    await clock.advance(100);
    expect(allowance.sent(taken, now())).toBe(false);
    await seek(3);
    expect(allowance.sent(taken, now())).toBe(true);
    expect([await left(), allowance.snapshot(now())[0]!.used]).toEqual([[94], 4]);
  });

  it('leaves nothing twice when it is given back', async () => {
    const { clock, allowance, now, seek, take, left, leased } = host(MINUTE);
    await seek(3);
    const taken = take(3);
    allowance.hold(taken, now());
    expect([allowance.giveBack(taken, now()), leased()]).toEqual([true, 3]);
    await clock.advance(200);
    expect([await left(), leased()]).toEqual([[97], 0]);
  });

  it('takes what it turns out to cost when it goes out', async () => {
    const { clock, allowance, now, seek, take, left, leased } = host(MINUTE);
    await seek(3);
    const taken = take(3);
    allowance.hold(taken, now());
    allowance.settle(taken, 5, now());
    allowance.settle(taken, 1, now());
    expect([await left(), leased()]).toEqual([[97], 3]);
    expect([allowance.sent(taken, now()), leased()]).toEqual([true, 2]);
    await clock.advance(200);
    expect(await left()).toEqual([97]);
  });
});

describe('a host whose store is away', () => {
  it('does not ask until it may be back, and knows how long calls wait', async () => {
    const { clock, store, allowance, now, seek, lose } = host({ ...SECOND, limit: 2 });
    await lose();
    expect(allowance.shown(now())).toEqual({ hosts: 1, leased: 0, apart: true });
    expect([allowance.isFree(now()), allowance.waitMs(now(), 2, 2), allowance.isAsking(now())]).toEqual([
      true,
      0,
      false,
    ]);
    const { operations } = store;
    store.away = true;
    await clock.advance(999);
    await seek(1);
    expect(store.operations).toBe(operations);
    await clock.advance(1);
    await seek(1);
    await clock.advance(1000);
    await seek(1);
    expect(store.operations).toBeGreaterThan(operations);
  });

  it('tells it what went out meanwhile, once, and of what costs came late', async () => {
    const quotas = [REQUESTS, MINUTE, { ...MINUTE, per: 90_000 }];
    const { told, allowance, now, seek, take, left, lose, rejoin } = host(...quotas);
    await seek(20);
    take(20);
    await lose();
    const taken = take(5);
    take(2);
    allowance.settle(taken, 8, now());
    await rejoin();
    expect(told).toEqual([2, 10, 10]);
    expect(await left()).toEqual([96, 69, 69]);
    await lose();
    await rejoin();
    expect(told).toHaveLength(3);
    expect(allowance.shown(now()).apart).toBe(false);
  });

  it('tells it nothing of calls that went out before the window', async () => {
    const { clock, take, left, lose, seek, now } = host(SECOND, { ...MINUTE, limit: 5 });
    await lose();
    take(5);
    await clock.advance(1500);
    await seek(1);
    expect([await left(), now()]).toEqual([[100, 0], 3500]);
  });

  it('tells it no more of a pace than it lets out at once', async () => {
    const { clock, told, take, lose, seek } = host({ ...MINUTE, burst: 10 });
    await lose();
    take(10);
    await clock.advance(600);
    take(1);
    await clock.advance(400);
    await seek(1);
    // A token of the pace stands for 600 ms.
    expect(told).toEqual([10 * 600, 11]);
  });

  it('tells it when calls go out, though none waits', async () => {
    const { clock, take, left, lose } = host(MINUTE);
    await lose();
    take(5);
    await clock.advance(999);
    take(1);
    expect(await left()).toEqual([100]);
    await clock.advance(1);
    take(1);
    expect(await left()).toEqual([93]);
  });

  it('lets calls go out that were held, and counts them', async () => {
    const { allowance, now, seek, take, left, lose, rejoin } = host(MINUTE);
    await seek(3);
    const taken = take(3);
    allowance.hold(taken, now());
    await lose();
    expect(allowance.sent(taken, now())).toBe(true);
    await rejoin();
    expect(await left()).toEqual([97 - 3 - 1]);
  });

  it('leaves to the store what it leased before, and takes nothing back from what it told', async () => {
    const { clock, told, allowance, now, seek, take, left, leased, lose, rejoin } = host(MINUTE);
    await seek(10);
    const before = take(10);
    await clock.advance(100);
    await lose();
    // Nothing is given back to a store that is away.
    allowance.settle(before, 4, now());
    const during = take(5);
    await rejoin();
    expect(told).toEqual([5]);
    expect(await left()).toEqual([90 - 5 - 1]);
    allowance.giveBack(during, now());
    expect([await left(), leased()]).toEqual([[84], 1]);
  });

  it('finds so also when it tells of a late cost', async () => {
    const { store, clock, allowance, now, seek, take } = host(MINUTE);
    await seek(1);
    const taken = take(1);
    store.away = true;
    allowance.settle(taken, 5, now());
    await clock.advance(0);
    expect(allowance.shown(now()).apart).toBe(true);
  });

  it('shows the quotas as they are set', async () => {
    const { allowance, now, take, lose } = host(SECOND);
    await lose();
    take(5);
    expect(allowance.snapshot(now())).toEqual([{ limit: 100, perMs: 1000, used: 5 }]);
  });
});

describe('the memory of a host', () => {
  it('stays with quotas that are set anew, and its leases with the same quotas', async () => {
    const { allowance, now, seek, take, leased } = host(SECOND);
    await seek(5);
    take(2);
    expect(allowance.withQuotas([{ ...SECOND }], now())).toBe(allowance);
    expect(leased()).toBe(3);
    const next = allowance.withQuotas([{ ...SECOND, limit: 50 }], now());
    expect([next.shown(now()).leased, next.snapshot(now())[0]]).toEqual([0, { limit: 50, perMs: 1000, used: 2 }]);
    const alone = next.alone([{ ...SECOND, limit: 3 }], now());
    expect(alone).toBeInstanceOf(LocalAllowance);
    expect([alone.waitMs(now(), 1, 1), alone.waitMs(now(), 2, 2) > 0]).toEqual([0, true]);
  });

  it('is packed and unpacked, until nothing of it counts any more', async () => {
    const { clock, allowance, now, seek, take } = host(SECOND);
    expect([allowance.isFresh(now()), allowance.isHalfSpent(now()), allowance.pack(now())]).toEqual([
      true,
      false,
      undefined,
    ]);
    await seek(50);
    take(50);
    expect([allowance.isFresh(now()), allowance.isHalfSpent(now())]).toEqual([false, true]);
    const packed = allowance.pack(now())!;
    const { allowance: other } = host(SECOND);
    other.unpack(packed, now());
    expect(other.snapshot(now())[0]!.used).toBe(50);
    await clock.advance(999);
    expect(other.isOver(packed, now())).toBe(false);
    await clock.advance(1);
    expect([other.isOver(packed, now()), allowance.isFresh(now())]).toEqual([true, true]);
  });
});
