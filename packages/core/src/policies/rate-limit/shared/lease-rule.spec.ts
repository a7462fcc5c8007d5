import { describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../../store/memory-store.js';
import { TestClock } from '../../../testing/test-clock.js';
import type { BucketQuota, Quota, WindowQuota } from '../quota.js';
import { leaseRulesOf } from './lease-rule.js';

const SHARED = { per: 1000, margin: 0, unit: undefined, countsRequests: false };

function windowOf(given: Partial<WindowQuota>): WindowQuota {
  return { ...SHARED, limit: 100, burst: undefined, ...given };
}

function bucketOf(given: Partial<BucketQuota>): BucketQuota {
  return { ...SHARED, bucket: 10, refill: 20, ...given };
}

/** The last of the rules of a quota, and its count in a store of its own. */
function counted(quota: Quota) {
  const clock = new TestClock();
  const store = new MemoryStore({ clock });
  const rule = leaseRulesOf(quota).at(-1)!;
  const ask = (tokens: number) => rule.ask(store, 'key', tokens);
  const correct = (tokens: number) => rule.correct(store, 'key', tokens);
  /** Whether the store holds to its word of when the next such question is admitted, and to no sooner a moment. */
  const keepsWord = async (tokens: number, retryAfterMs: number) => {
    await clock.advance(Math.ceil(retryAfterMs) - 1);
    const tooSoon = await ask(tokens);
    await clock.advance(1);
    const inTime = await ask(tokens);
    return !tooSoon.admitted && inTime.admitted;
  };
  return { clock, ask, correct, keepsWord };
}

describe('how hosts draw from a window', () => {
  it('counts a token from its lease on until the window has passed in which it may arrive', () => {
    const [rule, ...more] = leaseRulesOf(windowOf({ margin: 50 }));
    expect(more).toEqual([]);
    expect(rule).toMatchObject({
      name: 'window:cost:1000',
      perCall: false,
      most: 100,
      refills: false,
      leaseMs: 25,
      backAfterMs: 1075,
      memoryMs: 1075,
      ratePerMs: 100 / 1075,
      grainMs: 1075 / 128,
      slackMs: Infinity,
    });
  });

  it.each([
    [100, 5],
    [200, 5],
    [1000, 25],
    [4000, 100],
    [60_000, 100],
  ])('loses little of it to a lease: a window of %i ms has leases of %i ms', (per, leaseMs) => {
    expect(leaseRulesOf(windowOf({ per }))[0]!.leaseMs).toBe(leaseMs);
  });

  it.each([
    [9999, 0],
    [10_000, 5000],
    [60_000, 30_000],
  ])('takes tokens back for half of a long window: one of %i ms for %i ms', (per, returnsForMs) => {
    expect(leaseRulesOf(windowOf({ per }))[0]!.returnsForMs).toBe(returnsForMs);
  });

  it('is the same count whatever the limit, and one of its own for each period and unit', () => {
    const name = (given: Partial<WindowQuota>) => leaseRulesOf(windowOf(given)).map((rule) => rule.name);
    expect(name({ limit: 7 })).toEqual(name({ limit: 100 }));
    expect(name({ per: 2000 })).toEqual(['window:cost:2000']);
    expect(name({ countsRequests: true })).toEqual(['window:requests:1000']);
    expect(name({ countsRequests: true, unit: 'tokens' })).toEqual(['window:tokens:1000']);
    expect(leaseRulesOf(windowOf({ countsRequests: true }))[0]!.perCall).toBe(true);
  });

  it('says how many are left, and after how long as many as were asked for will be', async () => {
    const { ask, keepsWord } = counted(windowOf({ limit: 10 }));
    expect(await ask(3)).toEqual({ admitted: true, remaining: 7, retryAfterMs: 0 });
    const refused = await ask(8);
    expect(refused).toMatchObject({ admitted: false, remaining: 7 });
    expect(await keepsWord(8, refused.retryAfterMs)).toBe(true);
  });

  it('counts tokens that were used already whether there is room or not, and gives others back', async () => {
    const { ask, correct } = counted(windowOf({ limit: 10 }));
    await correct(4);
    expect(await ask(2)).toMatchObject({ admitted: true, remaining: 4 });
    await correct(-3);
    expect(await ask(1)).toMatchObject({ admitted: true, remaining: 6 });
    await correct(20);
    expect(await ask(1)).toMatchObject({ admitted: false, remaining: 0 });
  });
});

describe('how hosts draw from a bucket', () => {
  it('is smaller by what comes back while leases last', () => {
    const [rule, ...more] = leaseRulesOf(bucketOf({ margin: 30 }));
    expect(more).toEqual([]);
    expect(rule).toMatchObject({
      name: 'bucket:cost:1000',
      perCall: false,
      most: 10,
      refills: true,
      returnsForMs: 0,
      leaseMs: 25,
      backAfterMs: 50,
      ratePerMs: 1 / 50,
      grainMs: 50,
      slackMs: 10 * 50 - 25 - 30 - 50,
    });
  });

  it.each([
    [1, 5, 0],
    [2, 10, 40],
    [10, 25, 425],
  ])('has the shorter leases the smaller it is: %i tokens, %i ms', (bucket, leaseMs, slackMs) => {
    expect(leaseRulesOf(bucketOf({ bucket }))[0]).toMatchObject({ leaseMs, slackMs });
  });

  it.each([
    [10, 1000],
    [100, 5000],
  ])('remembers what a host was granted until %i tokens have come back, and no shorter than a second', (bucket, ms) => {
    expect(leaseRulesOf(bucketOf({ bucket }))[0]!.memoryMs).toBe(ms);
  });

  it('says how many are left, and when the next one is', async () => {
    // A bucket of 500 ms, less 55.
    const { ask, keepsWord } = counted(bucketOf({ margin: 30 }));
    expect(await ask(4)).toEqual({ admitted: true, remaining: 4.9, retryAfterMs: 0 });
    const last = await ask(4);
    expect(last).toEqual({ admitted: true, remaining: 0.9, retryAfterMs: 5 });
    expect(await keepsWord(1, last.retryAfterMs)).toBe(true);
  });

  it('says after how long as many as were asked for will be', async () => {
    const { ask, keepsWord } = counted(bucketOf({}));
    await ask(6);
    const refused = await ask(6);
    expect(refused).toEqual({ admitted: false, remaining: 3.5, retryAfterMs: 125 });
    expect(await keepsWord(6, refused.retryAfterMs)).toBe(true);
  });

  it('admits all that it holds when it is full, and says how long it lasts until there is one after that', async () => {
    const { ask, keepsWord } = counted(bucketOf({ margin: 30 }));
    const all = await ask(10);
    expect(all).toEqual({ admitted: true, remaining: 0, retryAfterMs: 160 });
    expect(await keepsWord(1, all.retryAfterMs)).toBe(true);
    expect(await ask(10)).toEqual({ admitted: false, remaining: 0, retryAfterMs: 445 });
  });

  it('admits a part of it up to what is left out, and more only when it is full', async () => {
    const margin = 25;
    // One token of the ten stands for leases and the margin.
    const nine = counted(bucketOf({ margin }));
    expect(await nine.ask(9)).toEqual({ admitted: true, remaining: 0, retryAfterMs: 50 });
    const ten = counted(bucketOf({ margin }));
    await ten.ask(1);
    await ten.clock.advance(50);
    expect(await ten.ask(10)).toEqual({ admitted: true, remaining: 0, retryAfterMs: 150 });
  });

  it('of one token is full after each', async () => {
    const { ask, keepsWord } = counted(bucketOf({ bucket: 1 }));
    const answer = await ask(1);
    expect(answer).toEqual({ admitted: true, remaining: 0, retryAfterMs: 55 });
    expect(await keepsWord(1, answer.retryAfterMs)).toBe(true);
  });

  it('counts tokens that were used already whether there is room or not, and gives others back', async () => {
    const { ask, correct } = counted(bucketOf({}));
    await correct(4);
    expect(await ask(2)).toMatchObject({ admitted: true, remaining: 3.5 });
    await correct(-3);
    expect(await ask(1)).toMatchObject({ admitted: true, remaining: 5.5 });
    await correct(20);
    expect(await ask(1)).toMatchObject({ admitted: false, remaining: 0 });
  });
});

describe('how hosts draw from a window that is paced', () => {
  it('asks for both: the window, and a pace of its own that leaves room for a late arrival', () => {
    const [window, pace, ...more] = leaseRulesOf(windowOf({ limit: 20, burst: 4, margin: 100, countsRequests: true }));
    expect(more).toEqual([]);
    expect(window).toMatchObject({ name: 'window:requests:1000', most: 20, perCall: true });
    expect(pace).toMatchObject({ name: 'pace:requests:1100', most: 4, perCall: true, refills: true, backAfterMs: 55 });
  });

  it.each([
    [19, 2],
    [20, 1],
    [21, 1],
  ])('is paced only by a burst of less than its limit: one of %i of 20 has %i counts', (burst, counts) => {
    expect(leaseRulesOf(windowOf({ limit: 20, burst }))).toHaveLength(counts);
  });

  it.each([
    [20, 4, 50, 100],
    [20, 1, 25, 0],
    [100, 1, 5, 0],
    [1000, 2, 5, 0],
    [100, 10, 50, 40],
  ])(
    'leases for two trips, and leaves out what comes back meanwhile: %i with a burst of %i',
    (limit, burst, ...want) => {
      const { leaseMs, slackMs } = leaseRulesOf(windowOf({ limit, burst }))[1]!;
      expect([leaseMs, slackMs]).toEqual(want);
    },
  );

  it('takes no time of a lease for tokens that need all of the burst', async () => {
    const { ask } = counted(windowOf({ limit: 20, burst: 4 }));
    expect(await ask(4)).toEqual({ admitted: true, remaining: 0, retryAfterMs: 100 });
    expect(await ask(1)).toEqual({ admitted: false, remaining: 0, retryAfterMs: 100 });
  });

  it('has one token after the other with a burst of one', async () => {
    const { ask } = counted(windowOf({ limit: 20, burst: 1 }));
    expect(await ask(1)).toEqual({ admitted: true, remaining: 0, retryAfterMs: 50 });
  });
});
