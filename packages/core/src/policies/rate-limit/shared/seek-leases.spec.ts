import { describe, expect, it } from '@jest/globals';
import { turn } from '../../../testing/calls.fixture.js';
import { TestClock } from '../../../testing/test-clock.js';
import type { Quota } from '../quota.js';
import { leaseRulesOf, type LeaseAnswer } from './lease-rule.js';
import { LeasedCount } from './leased-count.js';
import { seekLeases } from './seek-leases.js';

const SHARED = { per: 1000, margin: 0, unit: undefined, countsRequests: false };
const LINE_OF_ONE = { cost: 1, calls: 1, nextCost: 1 };

function paced(limit: number, burst: number): Quota {
  return { ...SHARED, limit, burst };
}

/** The counts of these quotas, and a store that answers when it is told to. Each is called by its shape and period. */
function bench(quotas: readonly Quota[], hosts = 1) {
  const clock = new TestClock();
  const asked: (readonly [string, number])[] = [];
  const givenBack: (readonly [string, number])[] = [];
  const answers = new Map<string, (answer: LeaseAnswer | undefined) => void>();
  const counted = quotas.flatMap(leaseRulesOf).map((rule) => {
    const [shape, , per] = rule.name.split(':');
    const name = per === '1000' ? shape! : `${shape} of ${per}`;
    const count = new LeasedCount({
      rule,
      ask: (tokens) => {
        asked.push([name, tokens]);
        return new Promise((resolve) => answers.set(name, resolve));
      },
      giveBack: (tokens) => givenBack.push([name, tokens]),
      hosts: () => hosts,
      now: () => clock.now(),
      random: () => 0,
      changed: () => undefined,
    });
    return { rule, count };
  });
  counted.sort((a, b) => a.rule.backAfterMs - b.rule.backAfterMs);
  /** Who is asked for how many tokens for those in line. */
  const seek = (line: { cost: number; calls: number; nextCost: number }) => {
    asked.length = 0;
    seekLeases(clock.now(), counted, line);
    return [...asked];
  };
  const reply = async (name: string, given: Partial<LeaseAnswer> | undefined, afterMs = 0) => {
    await clock.advance(afterMs);
    answers.get(name)!(given && { admitted: true, remaining: 100, retryAfterMs: 0, ...given });
    await turn();
  };
  return { clock, seek, reply, givenBack };
}

describe('tokens of several counts', () => {
  it('are asked for at once, where there are enough of each', () => {
    const { seek } = bench([paced(100, 10)]);
    expect(seek({ cost: 3, calls: 3, nextCost: 1 })).toEqual([
      ['pace', 3],
      ['window', 3],
    ]);
  });

  it('are asked for by what each counts: calls, or what they cost', () => {
    const requests = { ...SHARED, limit: 100, burst: undefined, countsRequests: true };
    const tokens = { ...SHARED, per: 2000, limit: 1000, burst: undefined };
    expect(bench([requests, tokens]).seek({ cost: 30, calls: 3, nextCost: 10 })).toEqual([
      ['window', 3],
      ['window of 2000', 30],
    ]);
    const costly = bench([requests, tokens]).seek({ cost: 200, calls: 1, nextCost: 200 });
    expect(costly).toEqual([
      ['window', 1],
      ['window of 2000', 200],
    ]);
    expect(bench([requests, tokens]).seek({ cost: 0, calls: 2, nextCost: 0 })).toEqual([['window', 2]]);
  });

  it('are no more of one than can be used with those of another', async () => {
    const { seek, reply } = bench([paced(1000, 20)]);
    expect(seek({ cost: 40, calls: 40, nextCost: 1 })).toEqual([
      ['pace', 20],
      ['window', 20],
    ]);
    // A call that is dearer than what the other has takes all that it needs.
    await reply('pace', { admitted: false, remaining: 8 });
    await reply('window', undefined);
    expect(seek({ cost: 40, calls: 4, nextCost: 10 })).toEqual([['pace', 10]]);
  });

  it('are asked for one after the other, the one that is lost for longest last, where the first may have none', async () => {
    const { seek, reply } = bench([paced(20, 4)], 5);
    expect(seek({ cost: 3, calls: 3, nextCost: 1 })).toEqual([['pace', 1]]);
    expect(seek({ cost: 3, calls: 3, nextCost: 1 })).toEqual([]);
    await reply('pace', { remaining: 3 });
    expect(seek({ cost: 3, calls: 3, nextCost: 1 })).toEqual([
      ['pace', 1],
      ['window', 1],
    ]);
  });

  it('are not asked for while one that is needed has none, and what would run out meanwhile is for the others', async () => {
    const slow = { ...SHARED, bucket: 10, refill: 10 };
    const fast = { ...SHARED, per: 500, bucket: 100, refill: 100 };
    const { clock, seek, reply, givenBack } = bench([slow, fast]);
    expect(seek(LINE_OF_ONE)).toEqual([
      ['bucket of 500', 1],
      ['bucket', 1],
    ]);
    await reply('bucket of 500', {});
    await reply('bucket', { admitted: false, remaining: 0, retryAfterMs: 90 });
    expect(seek(LINE_OF_ONE)).toEqual([]);
    expect(givenBack).toEqual([['bucket of 500', 1]]);
    await clock.advance(89);
    expect(seek(LINE_OF_ONE)).toEqual([]);
    await clock.advance(1);
    expect(seek(LINE_OF_ONE).map(([name]) => name)).toContain('bucket');
  });

  it('are asked for where one that has none is not needed for the next call', async () => {
    const { seek, reply } = bench([paced(100, 10)]);
    seek(LINE_OF_ONE);
    await reply('pace', { remaining: 0, retryAfterMs: 20 });
    await reply('window', undefined);
    expect(seek(LINE_OF_ONE)).toEqual([['window', 1]]);
  });

  it.each([
    ['in time', 1, [['window', 1]]],
    [
      'too late for those there are',
      43,
      [
        ['pace', 1],
        ['window', 1],
      ],
    ],
  ])('are there together: the store answers %s', async (_when, tripMs, expected) => {
    const { clock, seek, reply } = bench([paced(100, 10)]);
    seek(LINE_OF_ONE);
    await reply('window', undefined);
    await reply('pace', undefined);
    // The window is known to take so long, and the pace's lease ends 7 ms from now.
    seek(LINE_OF_ONE);
    await reply('window', { admitted: false, remaining: 100 }, tripMs);
    await clock.advance(43 - tripMs);
    await reply('pace', {});
    expect(seek(LINE_OF_ONE)).toEqual(expected);
  });

  it.each([
    ['where the first lasts until the other has answered', 1, [['window', 2]]],
    [
      'and at once where it would not',
      57,
      [
        ['window', 2],
        ['window of 60000', 2],
      ],
    ],
  ])('of windows are asked for one after the other %s', async (_where, tripMs, expected) => {
    const short = { ...SHARED, limit: 2, burst: undefined };
    const long = { ...SHARED, per: 60_000, limit: 100, burst: undefined };
    const { seek, reply } = bench([short, long]);
    seek(LINE_OF_ONE);
    await reply('window', { admitted: false, remaining: 1 }, tripMs);
    await reply('window of 60000', undefined);
    expect(seek({ cost: 2, calls: 1, nextCost: 2 })).toEqual(expected);
  });

  it('of a pace that may have none are asked for first, however long that takes: they can be given back', async () => {
    const { seek, reply } = bench([paced(20, 4)], 5);
    seek(LINE_OF_ONE);
    await reply('pace', { admitted: false, remaining: 1 }, 90);
    expect(seek(LINE_OF_ONE)).toEqual([['pace', 1]]);
  });
});
