import { describe, expect, it } from '@jest/globals';
import { LocalAllowance } from './local-allowance.js';
import type { Quota } from './quota.js';

const common = { margin: 0, unit: undefined, countsRequests: false, burst: undefined };
const second: Quota = { ...common, limit: 2, per: 1000 };
const hour: Quota = { ...common, limit: 3, per: 3_600_000 };
const bucket: Quota = { ...common, bucket: 4, refill: 2, per: 1000 };

function wait(allowance: LocalAllowance, now: number, tokens: number): number {
  return allowance.waitMs(now, tokens, 1);
}

describe('local allowance', () => {
  it('admits a call when all quotas do, and waits for the last', () => {
    const allowance = new LocalAllowance([second, hour]);
    expect(allowance.mostCost).toBe(2);
    expect(wait(allowance, 0, 2)).toBe(0);
    allowance.take(0, 2, false);
    expect(wait(allowance, 0, 1)).toBe(1000);
    allowance.take(1000, 1, false);
    expect(wait(allowance, 2000, 1)).toBe(3_600_000 - 2000);
  });

  it('takes of each, and gives back to each', () => {
    const allowance = new LocalAllowance([second, hour, bucket]);
    const taken = allowance.take(0, 2, false);
    expect(allowance.isFresh(0)).toBe(false);
    expect(allowance.giveBack(taken, 0)).toBe(true);
    expect(allowance.isFresh(0)).toBe(true);
    expect(wait(allowance, 0, 2)).toBe(0);
  });

  it('is fresh when each quota is', () => {
    for (const quotas of [
      [second, hour],
      [hour, second],
    ]) {
      const allowance = new LocalAllowance(quotas);
      allowance.take(0, 1, false);
      expect(allowance.isFresh(1000)).toBe(false);
      expect(allowance.isFresh(3_600_000)).toBe(true);
    }
  });

  it('counts calls of a quota of requests, and what they cost of all others', () => {
    const requests: Quota = { ...second, countsRequests: true };
    const tokens: Quota = { ...common, limit: 1000, per: 1000, unit: 'tokens' };
    const allowance = new LocalAllowance([requests, tokens]);
    expect(allowance.mostCost).toBe(1000);
    allowance.take(0, 400, false);
    expect(wait(allowance, 0, 600)).toBe(0);
    expect(wait(allowance, 0, 601)).toBe(1000);
    allowance.take(0, 0, false);
    allowance.take(0, 1, false);
    expect(wait(allowance, 0, 1)).toBe(1000);
  });

  it('corrects what a call turned out to cost, upwards and downwards, and never how many calls it was', () => {
    const requests: Quota = { ...second, countsRequests: true };
    const tokens: Quota = { ...common, limit: 1000, per: 1000, unit: 'tokens' };
    const allowance = new LocalAllowance([requests, tokens]);
    const taken = allowance.take(0, 400, false);
    allowance.settle(taken, 900, 10);
    expect(wait(allowance, 10, 101)).toBe(990);
    allowance.settle(taken, 0, 10);
    expect(wait(allowance, 10, 1000)).toBe(0);
    allowance.take(10, 1, false);
    expect(wait(allowance, 10, 1)).toBe(990);
  });

  it('goes on where the quota of the same period stood', () => {
    const standing = new LocalAllowance([second, hour]);
    standing.take(0, 2, false);
    const allowance = standing.withQuotas(
      [
        { ...hour, limit: 8 },
        { ...second, limit: 50 },
      ],
      500,
    );
    expect(wait(allowance, 500, 6)).toBe(0);
    expect(wait(allowance, 500, 7)).toBe(3_599_500);
    const short = standing.withQuotas([{ ...second, limit: 3 }], 500);
    expect(wait(short, 500, 2)).toBe(500);
  });

  it('starts a new period with what is known of the longest', () => {
    const standing = new LocalAllowance([second, hour]);
    standing.take(0, 1, false);
    standing.take(1500, 2, false);
    const minute = standing.withQuotas([{ ...common, limit: 4, per: 60_000 }], 2000);
    expect(wait(minute, 2000, 1)).toBe(0);
    expect(wait(minute, 2000, 2)).toBe(58_000);
    const filled = standing.withQuotas([bucket], 2000);
    expect(wait(filled, 2000, 3)).toBe(0);
    expect(wait(filled, 2000, 4)).toBe(500);
  });

  it('starts a bucket empty at worst, and a window with what is missing in a bucket', () => {
    const many = new LocalAllowance([{ ...common, limit: 1000, per: 3_600_000 }]);
    for (let i = 0; i < 10; i++) many.take(i, 100, false);
    const filled = many.withQuotas([bucket], 10);
    expect(wait(filled, 10, 1)).toBe(500);
    const window = filled.withQuotas([{ ...common, limit: 5, per: 1000 }], 10);
    expect(wait(window, 10, 1)).toBe(0);
    expect(wait(window, 10, 2)).toBe(1000);
  });

  it('is the same where its quotas are', () => {
    const allowance = new LocalAllowance([second, hour]);
    expect(allowance.withQuotas([{ ...second }, { ...hour }], 0)).toBe(allowance);
    expect(allowance.withQuotas([second], 0)).not.toBe(allowance);
    expect(allowance.withQuotas([second, { ...hour, burst: 2 }], 0)).not.toBe(allowance);
  });

  it('takes nothing back and settles nothing that was taken of others', () => {
    const before = new LocalAllowance([second]);
    const taken = before.take(0, 2, false);
    const allowance = before.withQuotas([{ ...second, burst: 1 }], 0);
    allowance.settle(taken, 1, 0);
    allowance.answered(taken, 0);
    expect(allowance.giveBack(taken, 0)).toBe(false);
    expect(wait(allowance, 0, 1)).toBe(1000);
  });

  it('counts what was taken of others once more where it goes out only now', () => {
    const before = new LocalAllowance([second]);
    const taken = before.take(0, 1, false);
    before.hold(taken, 0);
    const allowance = before.withQuotas([{ ...second, limit: 3 }], 0);
    allowance.sent(taken, 700);
    expect([wait(allowance, 700, 2), wait(allowance, 700, 3)]).toEqual([0, 1000]);
    expect(wait(allowance, 1700, 3)).toBe(0);
    expect(allowance.giveBack(taken, 1000)).toBe(true);
    expect(wait(allowance, 1000, 3)).toBe(0);
  });

  it('counts a call from when it goes out, where something held it', () => {
    const allowance = new LocalAllowance([second, bucket]);
    const taken = allowance.take(0, 2, false);
    allowance.hold(taken, 0);
    allowance.sent(taken, 900);
    expect(wait(allowance, 900, 1)).toBe(1000);
    expect(allowance.giveBack(taken, 900)).toBe(true);
    expect(wait(allowance, 900, 2)).toBe(0);
  });

  it.each([
    ['window', second],
    ['bucket', { ...bucket, bucket: 2 }],
  ])('keeps what a held call has taken of a %s for it, however long it is held', (_shape, quota) => {
    const allowance = new LocalAllowance([quota]);
    const first = allowance.take(0, 1, false);
    allowance.hold(first, 0);
    expect(allowance.snapshot(60_000)[0]!.used).toBe(1);
    expect([allowance.isFree(60_000), allowance.isFresh(60_000)]).toEqual([true, false]);
    allowance.take(60_000, 1, false);
    expect([allowance.isFree(60_000), wait(allowance, 60_000, 1)]).toEqual([false, expect.any(Number)]);
    expect(wait(allowance, 60_000, 1)).toBeGreaterThan(0);
    allowance.sent(first, 60_001);
    expect(wait(allowance, 60_001, 1)).toBeGreaterThan(0);
    expect(wait(allowance, 61_002, 2)).toBe(0);
  });

  it('has what a held call gives back at once, also of quotas that have changed meanwhile', () => {
    const before = new LocalAllowance([second]);
    const taken = before.take(0, 2, false);
    before.hold(taken, 0);
    const allowance = before.withQuotas([{ ...second, limit: 3 }], 0);
    expect(wait(allowance, 10, 2)).toBeGreaterThan(0);
    allowance.settle(taken, 1, 10);
    expect(wait(allowance, 10, 2)).toBe(0);
    expect(allowance.giveBack(taken, 10)).toBe(true);
    expect(wait(allowance, 10, 3)).toBe(0);
  });

  it('is free for a call that costs one when, and only when, that waits for nothing', () => {
    for (const quotas of [[second], [second, hour], [hour, second], [second, bucket, hour]]) {
      const allowance = new LocalAllowance(quotas);
      for (const now of [0, 10, 20, 1000, 1001, 2000, 3_600_000]) {
        expect([now, allowance.isFree(now)]).toEqual([now, wait(allowance, now, 1) === 0]);
        if (allowance.isFree(now)) allowance.take(now, 1, false);
      }
    }
  });

  it('heeds answers where any of its quotas does, and counts from them on in each', () => {
    const large = { ...second, limit: 1000, per: 10_000 };
    const heeds = (...quotas: Quota[]) => new LocalAllowance(quotas).heedsAnswers;
    expect([heeds(large), heeds(bucket), heeds(large, bucket)]).toEqual([false, false, false]);
    expect([heeds(second), heeds(second, large), heeds(large, second)]).toEqual([true, true, true]);
    expect([heeds(large, bucket, second), heeds(bucket, second, large)]).toEqual([true, true]);
    const allowance = new LocalAllowance([
      { ...second, margin: 50 },
      { ...second, margin: 40 },
      { ...second, limit: 3, per: 2000, margin: 60 },
    ]);
    const taken = allowance.take(0, 1, false);
    allowance.take(0, 1, false);
    allowance.answered(taken, 12);
    expect(wait(allowance, 12, 1)).toBe(1000);
    allowance.take(1012, 1, false);
    expect(wait(allowance, 1060, 1)).toBe(12 + 2000 - 1060);
  });

  it('counts the calls that something holds, too, of a quota of requests', () => {
    const requests: Quota = { ...second, limit: 3, countsRequests: true };
    const tokens: Quota = { ...common, limit: 1000, per: 1000, unit: 'tokens' };
    const allowance = new LocalAllowance([requests, tokens]);
    const taken = [1, 2].map(() => allowance.take(0, 1, false));
    for (const each of taken) allowance.hold(each, 0);
    expect([allowance.waitMs(5000, 1, 1), allowance.waitMs(5000, 1, 2) > 0]).toEqual([0, true]);
    expect(allowance.snapshot(5000).map(({ used }) => used)).toEqual([2, 2]);
    allowance.sent(taken[0]!, 5000);
    expect([allowance.waitMs(5000, 1, 1), allowance.waitMs(5000, 1, 2) > 0]).toEqual([0, true]);
    allowance.giveBack(taken[1]!, 5000);
    expect([allowance.waitMs(5000, 1, 2), allowance.waitMs(5000, 1, 3) > 0]).toEqual([0, true]);
    expect([allowance.isFresh(5999), allowance.isFresh(6000)]).toEqual([false, true]);
  });

  it('holds a call once more that has gone out, and has it then count from when it goes', () => {
    const allowance = new LocalAllowance([{ ...second, limit: 1 }]);
    const taken = allowance.take(0, 1, false);
    for (const now of [5000, 7000]) {
      allowance.hold(taken, now - 1000);
      expect(wait(allowance, now, 1)).toBeGreaterThan(0);
      allowance.sent(taken, now);
      expect([wait(allowance, now + 999, 1), wait(allowance, now + 1000, 1)]).toEqual([1, 0]);
    }
  });

  it('makes up for no time in which something held a call', () => {
    const allowance = new LocalAllowance([{ ...common, limit: 10, per: 1000, burst: 1 }]);
    allowance.take(0, 1, false);
    const taken = allowance.take(100, 1, true);
    allowance.hold(taken, 100);
    allowance.sent(taken, 130);
    expect(wait(allowance, 130, 1)).toBe(100);
  });

  it('holds a call beside what it took of quotas that have changed since, of whatever number they are', () => {
    const before = new LocalAllowance([second]);
    const taken = before.take(0, 1, false);
    const allowance = before.withQuotas([{ ...hour, limit: 5 }, { ...second, limit: 5 }, bucket], 0);
    allowance.hold(taken, 10);
    expect([wait(allowance, 10, 2), wait(allowance, 10, 3) > 0]).toEqual([0, true]);
    allowance.sent(taken, 2000);
    expect([wait(allowance, 2000, 3), wait(allowance, 2000, 4) > 0]).toEqual([0, true]);
  });

  it('has as many tickets as calls were under way at a time', () => {
    const allowance = new LocalAllowance([second, hour]);
    const taken = allowance.take(0, 1, false);
    expect(allowance.take(0, 1, false)).not.toBe(taken);
    allowance.done(taken);
    const again = allowance.take(1000, 1, false);
    expect(again).toBe(taken);
    allowance.giveBack(again, 1000);
    expect(wait(allowance, 2000, 1)).toBe(0);
  });

  it('shows each quota as it is configured, and how much of it is taken', () => {
    const allowance = new LocalAllowance([
      { ...second, burst: 1, unit: 'requests', countsRequests: true },
      { ...hour, limit: 100, unit: 'points' },
      { ...bucket, bucket: 9 },
      hour,
    ]);
    allowance.take(0, 3, false);
    expect(allowance.snapshot(0)).toStrictEqual([
      { limit: 2, perMs: 1000, burst: 1, unit: 'requests', used: 1 },
      { limit: 100, perMs: 3_600_000, unit: 'points', used: 3 },
      { bucket: 9, refill: 2, perMs: 1000, used: 3 },
      { limit: 3, perMs: 3_600_000, used: 3 },
    ]);
  });

  it('is half spent when any of its quotas is', () => {
    const allowance = new LocalAllowance([{ ...hour, limit: 100 }, { ...second, limit: 5 }, bucket]);
    const spent: boolean[] = [];
    for (let i = 0; i < 3; i++) {
      allowance.take(0, 1, false);
      spent.push(allowance.isHalfSpent(0));
    }
    expect(spent).toEqual([false, true, true]);
    expect([allowance.isHalfSpent(499), allowance.isHalfSpent(500), allowance.isHalfSpent(1000)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  describe('whose quotas are others from now on', () => {
    const requests: Quota = { ...common, limit: 10, per: 60_000, unit: 'requests', countsRequests: true };
    const points: Quota = { ...common, limit: 100, per: 60_000, unit: 'points' };
    const used = (allowance: LocalAllowance, now: number) => allowance.snapshot(now).map((quota) => quota.used);

    it('goes on with what each counts, requests or cost', () => {
      for (const quotas of [
        [requests, points],
        [points, requests],
      ]) {
        const before = new LocalAllowance(quotas);
        for (const cost of [30, 20]) before.take(0, cost, false);
        const doubled = quotas.map((quota) => ({ ...quota, limit: 2 * (quota as { limit: number }).limit }));
        expect(used(before.withQuotas(doubled, 10), 10)).toEqual(quotas[0] === requests ? [2, 50] : [50, 2]);
        const other = quotas.map((quota) => ({ ...quota, per: 30_000 }));
        expect(used(before.withQuotas(other, 10), 10)).toEqual(quotas[0] === requests ? [2, 50] : [50, 2]);
      }
    });

    it('goes on with what the others count where none counts the same', () => {
      const before = new LocalAllowance([requests]);
      for (const cost of [30, 20]) before.take(0, cost, false);
      expect(used(before.withQuotas([points], 10), 10)).toEqual([2]);
      const priced = new LocalAllowance([points]);
      for (const cost of [3, 2]) priced.take(0, cost, false);
      expect(used(priced.withQuotas([requests], 10), 10)).toEqual([5]);
    });

    it('goes on with the word of the same period before that of the longest', () => {
      const before = new LocalAllowance([
        { ...hour, limit: 9 },
        { ...second, limit: 9 },
        { ...points, limit: 9 },
      ]);
      before.take(0, 2, false);
      before.take(900, 3, false);
      for (const [per, expected] of [
        [1000, 3],
        [60_000, 5],
        [90_000, 5],
      ] as const) {
        expect(used(before.withQuotas([{ ...second, limit: 20, per }], 1500), 1500)).toEqual([expected]);
      }
    });
  });

  it('is packed as one number for one call that costs 1, and as no lists in a list where requests are not counted', () => {
    const allowance = new LocalAllowance([{ ...hour, limit: 20 }]);
    allowance.take(700, 1, false);
    expect(allowance.pack(1000)).toBe(700);
    allowance.take(900, 2, false);
    expect(allowance.pack(1000)).toEqual([700, 900, -2]);
    const requests = new LocalAllowance([{ ...hour, countsRequests: true }]);
    requests.take(700, 5, false);
    expect(requests.pack(1000)).toEqual([[700], []]);
  });

  const points = { ...common, limit: 20, per: 60_000 };
  const requests = { ...common, limit: 8, per: 60_000, unit: 'requests', countsRequests: true };

  it.each([
    ['that cost 1', [1, 1, 1, 1, 1], [points], 5],
    ['that cost more', [3, 2, 4], [points], 6],
    ['of which some do', [1, 3, 1, 1, 2], [points], 7],
    ['that cost nothing', [0, 1], [points], 1],
    ['of several units', [3, 1, 2], [requests, points], 8],
    ['of requests alone', [3, 1, 2], [requests], 3],
    ['of a long period behind a short one', [1, 3], [{ ...points, per: 100 }, points], 3],
    ['of a long period before a short one', [1, 3], [points, { ...points, per: 100 }], 3],
  ])('goes on from where it was packed, with calls %s', (_name, costs, quotas, numbers) => {
    const before = new LocalAllowance(quotas);
    costs.forEach((cost, i) => before.take(i * 1000, cost, false));
    const packed = before.pack(10_000)!;
    expect([packed].flat(2)).toHaveLength(numbers);
    const after = new LocalAllowance(quotas);
    after.unpack(packed, 10_000);
    expect(after.snapshot(10_000)).toEqual(before.snapshot(10_000));
    for (const now of [10_000, 60_500, 62_000]) {
      const waits = [before, after].map((each) => [1, 5, 20].map((tokens) => each.waitMs(now, tokens, tokens)));
      expect(waits[1]).toEqual(waits[0]);
    }
    const last = (costs.length - 1) * 1000 + 60_000;
    expect([last - 1, last].map((now) => after.isOver(packed, now))).toEqual([false, true]);
  });
});
