import { describe, expect, it } from '@jest/globals';
import { turn } from '../../../testing/calls.fixture.js';
import { TestClock } from '../../../testing/test-clock.js';
import { leaseRulesOf, type LeaseAnswer, type LeaseRule } from './lease-rule.js';
import { LeasedCount, type Wanted } from './leased-count.js';

const SHARED = { per: 1000, margin: 0, unit: undefined, countsRequests: false };
const [WINDOW] = leaseRulesOf({ ...SHARED, limit: 1000, burst: undefined }) as [LeaseRule];
const [BUCKET] = leaseRulesOf({ ...SHARED, bucket: 1000, refill: 1000 }) as [LeaseRule];

type Given = Partial<LeaseRule> & { readonly hosts?: number };

/** A host's part of a count, whose store answers when it is told to. */
function host(of: LeaseRule, { hosts = 1, ...given }: Given = {}) {
  const clock = new TestClock();
  const rule = { ...of, leaseMs: 100, ...given };
  const asked: number[] = [];
  const givenBack: number[] = [];
  let changes = 0;
  let answer: (answer: LeaseAnswer | undefined) => void = () => undefined;
  const count = new LeasedCount({
    rule,
    ask: (tokens) => {
      asked.push(tokens);
      return new Promise((resolve) => (answer = resolve));
    },
    giveBack: (tokens) => givenBack.push(tokens),
    hosts: () => hosts,
    now: () => clock.now(),
    random: () => 0,
    changed: () => changes++,
  });
  const seek = ({ all, next = 1, at = clock.now() }: Partial<Wanted> & { all: number }) =>
    count.seek(clock.now(), { all, next, at });
  /** Has the store answer, after so long. */
  const reply = async (given: Partial<LeaseAnswer> | undefined, afterMs = 0) => {
    await clock.advance(afterMs);
    answer(given && { admitted: true, remaining: rule.most, retryAfterMs: 0, ...given });
    await turn();
  };
  /** Leases so many tokens. */
  const lease = async (tokens: number, remaining = rule.most) => {
    seek({ all: tokens, next: tokens });
    await reply({ remaining });
  };
  const at = (ms: number) => count.at(ms);
  return { clock, count, asked, givenBack, seek, reply, lease, at, changes: () => changes };
}

describe('the tokens that a host leases', () => {
  it('can be used from the answer on, until their lease ends that began when they were asked for', async () => {
    const { count, seek, reply, at, changes } = host(WINDOW);
    seek({ all: 3 });
    expect(at(0)).toBe(0);
    await reply({}, 20);
    expect([20, 99, 100].map(at)).toEqual([3, 3, 0]);
    expect(changes()).toBe(1);
    expect(count.take(20, 2)).toBe(100);
    expect(at(20)).toBe(1);
  });

  it('are none where the store refuses them, or does not answer', async () => {
    for (const answer of [{ admitted: false, remaining: 2 }, undefined]) {
      const { count, seek, reply, at, changes } = host(WINDOW);
      seek({ all: 3 });
      await reply(answer);
      expect(at(0)).toBe(0);
      expect(count.asking).toBe(false);
      expect(changes()).toBe(1);
    }
  });

  it('are there again when a call gives them back, until their lease ends', async () => {
    const { count, lease, at } = host(WINDOW);
    await lease(3);
    count.giveBack(1, count.take(0, 3));
    expect([0, 99, 100].map(at)).toEqual([1, 1, 0]);
  });
});

describe('how many tokens a host asks for', () => {
  it.each([
    ['as many as calls want', WINDOW, {}, { all: 10 }, 10],
    ['no more than a twentieth of what remains', WINDOW, { ratePerMs: 0.1 }, { all: 200 }, 50],
    ['its share of the next moments', WINDOW, { ratePerMs: 8 }, { all: 900 }, 400],
    ['its share of the next moments among others', WINDOW, { ratePerMs: 8, hosts: 4 }, { all: 900 }, 100],
    ['one and a part of one as two', WINDOW, { ratePerMs: 0.03, most: 20 }, { all: 900 }, 2],
    ['one at least, whatever its share', WINDOW, { ratePerMs: 0.001, most: 10, hosts: 80 }, { all: 900 }, 1],
    ['all that the next call costs', WINDOW, { ratePerMs: 0.1 }, { all: 120, next: 120 }, 120],
  ])('is %s', (_what, rule, given, wanted, expected) => {
    const { asked, seek } = host(rule, given);
    seek(wanted);
    expect(asked).toEqual([expected]);
  });

  it('is none where there are enough', async () => {
    const { asked, lease, seek } = host(WINDOW);
    await lease(3);
    seek({ all: 3 });
    seek({ all: 0, next: 0 });
    expect(asked).toEqual([3]);
  });

  it('is what lacks, beside those that last until it is there', async () => {
    const { clock, asked, lease, seek, reply } = host(WINDOW);
    await lease(3);
    seek({ all: 10 });
    await reply(undefined);
    await clock.advance(50);
    seek({ all: 10, at: 100 });
    await reply(undefined);
    seek({ all: 10, next: 5, at: 99 });
    expect(asked).toEqual([3, 7, 10, 7]);
  });

  it('is what the next call lacks, where that is more than remains', async () => {
    const { asked, lease, seek } = host(WINDOW, { ratePerMs: 0.1 });
    await lease(3, 1);
    seek({ all: 10, next: 8 });
    expect(asked).toEqual([3, 5]);
  });

  it.each([
    [4.9, 4],
    [1, 1],
  ])('is what remains, in whole tokens, where that is less: %d', async (remaining, expected) => {
    const { asked, seek, reply } = host(WINDOW);
    seek({ all: 10 });
    await reply({ admitted: false, remaining });
    seek({ all: 10 });
    expect(asked).toEqual([10, expected]);
  });

  it('is one where none is known to remain, once it is time to ask', async () => {
    const { clock, asked, seek, reply } = host(WINDOW);
    seek({ all: 10 });
    await reply({ admitted: false, remaining: 0, retryAfterMs: 30 });
    await clock.advance(29);
    seek({ all: 10 });
    await clock.advance(1);
    seek({ all: 10 });
    expect(asked).toEqual([10, 1]);
  });

  it('is asked once: not before the store has answered', () => {
    const { count, asked, seek } = host(WINDOW);
    expect(count.asking).toBe(false);
    seek({ all: 10 });
    seek({ all: 20 });
    expect(count.asking).toBe(true);
    expect(asked).toEqual([10]);
  });
});

describe('tokens for calls to come', () => {
  // Over so long a time a rate is measured exactly.
  const LONG_MS = 40_000;

  /** A host that has used so many tokens evenly until now, and has none. */
  async function steady(tokens: number) {
    const bench = host(WINDOW, { most: 10_000 });
    await bench.lease(tokens);
    bench.count.take(0, tokens);
    await bench.clock.advance(LONG_MS);
    bench.seek({ all: 1 });
    await bench.reply(undefined);
    bench.asked.length = 0;
    const take = (tokens: number) => bench.count.take(bench.clock.now(), tokens);
    const use = async (tokens: number) => {
      await bench.lease(tokens);
      const endsAt = take(tokens);
      // It has asked for more, and has none.
      await bench.reply(undefined);
      return endsAt;
    };
    /** How many it asks for when one is wanted. */
    const next = async () => {
      bench.seek({ all: 1 });
      await bench.reply(undefined);
      return bench.asked.at(-1);
    };
    return { ...bench, take, use, next };
  }

  it.each([
    ['as many as it has used lately in the time of a lease', 8000, 20],
    ['no more than a twentieth of what remains', 800_000, 500],
    ['none where it uses less than one in that time', 399, 1],
  ])('are %s', async (_what, used, expected) => {
    expect(await (await steady(used)).next()).toBe(expected);
  });

  it('are asked for when less than half of them are left', async () => {
    const { asked, seek, reply, take } = await steady(8000);
    seek({ all: 1 });
    await reply({});
    take(10);
    expect(asked).toEqual([20]);
    take(1);
    expect(asked).toEqual([20, 11]);
  });

  it.each([
    [799, [1]],
    [800, [2, 2]],
  ])('are asked for without a call in line only where they are two: %i tokens in 40 s', async (used, expected) => {
    const { asked, seek, reply, take } = await steady(used);
    seek({ all: 1 });
    await reply({});
    take(asked[0]!);
    expect(asked).toEqual(expected);
  });

  it('are fewer when calls have paused', async () => {
    const { clock, next } = await steady(8000);
    await clock.advance(500);
    await next();
    expect(await next()).toBe(Math.floor(20 / Math.E));
  });

  it.each([
    ['a hundred milliseconds', 100, 100, 0.2 + (1 - Math.exp(-0.2)) * 0.8],
    ['one millisecond', 20, 1, 0.2 + (1 - Math.exp(-0.002)) * 19.8],
    ['no time', 20, 0, 0.2],
  ])('are more when more calls come, by how long they do: %s', async (_long, tokens, ms, perMs) => {
    const { clock, use, next } = await steady(8000);
    await use(tokens);
    await clock.advance(ms);
    await next();
    expect(await next()).toBe(Math.floor(100 * perMs));
  });

  it('leave out what calls have given back', async () => {
    const { clock, count, use, next } = await steady(8000);
    count.giveBack(100, await use(100));
    await clock.advance(500);
    await next();
    expect(await next()).toBe(Math.floor(20 / Math.E));
  });

  it('are no fewer for what calls give back that they took long before', async () => {
    const { clock, count, use, next } = await steady(8000);
    const endsAt = await use(100);
    await clock.advance(500);
    await next();
    // As many come as before.
    expect(await next()).toBe(20);
    count.giveBack(100, endsAt);
    await clock.advance(500);
    await next();
    expect(await next()).toBe(Math.floor(20 / Math.E));
  });
});

describe('what a host knows of the store', () => {
  it('is how long it takes to answer, the latest answers the most', async () => {
    const { clock, count, seek, reply } = host(WINDOW);
    expect(count.answersAt(7)).toBe(8);
    seek({ all: 1 });
    await reply({}, 41);
    expect(count.answersAt(50)).toBe(61);
    seek({ all: 90 });
    expect([41, 50, 52, 60].map((now) => count.answersAt(now))).toEqual([52, 52, 52, 60]);
    await reply({}, 1);
    expect(count.answersAt(clock.now())).toBe(42 + 8.5);
    for (let i = 0; i < 20; i++) {
      await clock.advance(100);
      seek({ all: 1 });
      await reply({});
    }
    expect(count.answersAt(clock.now())).toBe(clock.now() + 1);
  });

  it.each([
    [2.5, false],
    [2.6, true],
  ])('is whether a lease outlasts two questions: one of %d ms', (leaseMs, outlasts) => {
    expect(host(WINDOW, { leaseMs }).count.outlastsTrips).toBe(outlasts);
  });

  it('is that there are none until it is time to ask again', async () => {
    const { count, seek, reply } = host(WINDOW);
    expect([count.isSpent(0), count.spentUntil > 0]).toEqual([false, false]);
    seek({ all: 1 });
    await reply({ admitted: false, remaining: 0, retryAfterMs: 30 }, 20);
    // It was said when half of the time had passed.
    expect(count.spentUntil).toBe(40);
    expect([39, 40].map((now) => count.isSpent(now))).toEqual([true, false]);
  });

  it.each([
    ['refused', 'less remains than the next call costs', { admitted: false, remaining: 4.9 }, 5, true],
    ['refused', 'as much remains as the next call costs', { admitted: false, remaining: 5 }, 5, false],
    ['refused', 'less than one remains for a call that costs nothing', { admitted: false, remaining: 0.5 }, 0, true],
    ['refused', 'one remains for a call that costs nothing', { admitted: false, remaining: 1 }, 0, false],
    ['admitted', 'less than one remains', { admitted: true, remaining: 0.9 }, 5, true],
    ['admitted', 'one remains', { admitted: true, remaining: 1 }, 5, false],
  ])('says so where it was %s and %s', async (_answer, _why, answer, next, isSpent) => {
    const { count, seek, reply } = host(WINDOW);
    seek({ all: 10, next });
    await reply({ ...answer, retryAfterMs: 30 });
    expect(count.isSpent(29)).toBe(isSpent);
  });

  it.each([
    ['the next one of a bucket, where more were asked for', BUCKET, { admitted: false }, 1, 100 - 90],
    ['the next one of a bucket for a call that costs nothing', BUCKET, { admitted: false }, 0, 100 - 90],
    ['what the next call costs', BUCKET, { admitted: false }, 6, 100 - 40],
    ['what the store has said, after tokens that were granted', BUCKET, { admitted: true }, 1, 100],
    ['what the store has said of a window', WINDOW, { admitted: false }, 1, 100],
  ])('waits for %s', async (_what, rule, answer, next, expected) => {
    const { count, seek, reply } = host(rule, { ratePerMs: 0.1 });
    seek({ all: 10, next });
    await reply({ ...answer, remaining: 0, retryAfterMs: 100 });
    expect(count.spentUntil).toBe(expected);
  });

  /** The most that the store is not known to lack. */
  const plenty = (count: LeasedCount, now: number) => {
    let tokens = 0;
    while (!count.isScarce(now, tokens + 1)) tokens++;
    return tokens;
  };

  it('is what remained when it answered', async () => {
    for (const hosts of [1, 3]) {
      const { count, lease } = host(WINDOW, { hosts });
      expect(plenty(count, 0)).toBe(1000);
      await lease(10, 5);
      expect([0, 5000].map((now) => plenty(count, now))).toEqual([5, 5]);
    }
  });

  it('is what has come back in a bucket since then, which no other host draws from', async () => {
    const { count, seek, reply } = host(BUCKET);
    seek({ all: 1 });
    await reply({ remaining: 5 }, 20);
    expect([20, 30, 5000].map((now) => plenty(count, now))).toEqual([15, 25, 1000]);
  });

  it('is what remained in a bucket, and one less for each other host', async () => {
    const { count, lease } = host(BUCKET, { hosts: 3 });
    await lease(10, 5);
    expect([0, 5000].map((now) => plenty(count, now))).toEqual([3, 3]);
  });

  it('is how many it may have: those it holds, and those it has asked for, or that remain', async () => {
    const { count, seek, reply } = host(WINDOW);
    expect(count.reach(0)).toBe(1000);
    seek({ all: 10 });
    expect(count.reach(0)).toBe(10);
    await reply({ remaining: 30 });
    expect(count.reach(0)).toBe(40);
    expect(count.reach(100)).toBe(30);
    seek({ all: 31, next: 31 });
    expect(count.reach(0)).toBe(10 + 21);
    await reply({ admitted: false, remaining: 20, retryAfterMs: 50 });
    expect([49, 50].map((now) => count.reach(now))).toEqual([10, 30]);
  });
});

describe('how long a call waits for tokens', () => {
  it('is not at all for those there are, and one question for those that remain', async () => {
    const { count, lease } = host(WINDOW);
    await lease(3, 5);
    expect([3, 4, 8].map((tokens) => count.waitMs(0, tokens))).toEqual([0, 1, 1]);
  });

  it('is for more than remain the time in which the host’s share comes back', async () => {
    const { count, lease } = host(WINDOW, { hosts: 4, ratePerMs: 0.1 });
    await lease(3, 5);
    expect(count.waitMs(0, 10)).toBe(1 + 2 / 0.025);
  });

  it('is until it is time to ask again, and longer for more than one', async () => {
    const { count, seek, reply } = host(WINDOW, { ratePerMs: 0.1 });
    seek({ all: 5, next: 5 });
    await reply({ admitted: false, remaining: 3, retryAfterMs: 30 });
    expect([1, 3].map((tokens) => count.waitMs(10, tokens))).toEqual([20, 20 + 2 / 0.1]);
    // Then it asks.
    expect(count.waitMs(30, 3)).toBe(1);
  });

  it('is one question also where none was left, once it is time to ask', async () => {
    const { count, seek, reply } = host(WINDOW);
    seek({ all: 5 });
    await reply({ admitted: false, remaining: 0, retryAfterMs: 30 });
    expect(count.waitMs(30, 1)).toBe(1);
  });

  it('is shorter where the others have left the host more than its share lately', async () => {
    const { clock, count, lease } = host(WINDOW, { hosts: 4, ratePerMs: 0.1, memoryMs: 1000 });
    await lease(500);
    count.take(0, 500);
    await clock.advance(1000);
    await lease(100, 1);
    count.take(1000, 100);
    // One remains, and 500 were granted a second ago.
    const perMs = (now: number) => ((500 / Math.E + 100) * Math.exp((1000 - now) / 1000)) / 1000;
    for (const now of [1000, 2000]) expect(count.waitMs(now, 11)).toBeCloseTo(1 + 10 / perMs(now), 6);
    expect(count.waitMs(9000, 11)).toBe(1 + 10 / 0.025);
  });
});

describe('tokens that a host does not use', () => {
  it.each([
    ['more than a fiftieth of the limit', 21, 149, [21]],
    ['no more than that', 20, 149, []],
    ['more, but too long ago', 21, 150, []],
  ])('are given back once their lease has ended, if that is worthwhile: %s', async (_many, tokens, at, expected) => {
    const { clock, givenBack, lease, seek } = host(WINDOW, { returnsForMs: 50 });
    await lease(tokens);
    await clock.advance(at);
    seek({ all: 0, next: 0 });
    seek({ all: 0, next: 0 });
    expect(givenBack).toEqual(expected);
  });

  it('are let go, where they come back at a steady pace and end before there is something to use them with', async () => {
    const { clock, count, givenBack, lease } = host(BUCKET);
    await lease(5, 20);
    await clock.advance(50);
    count.letGo(50, 99);
    expect([givenBack, count.at(50)]).toEqual([[], 5]);
    count.letGo(50, 100);
    expect([givenBack, count.at(50)]).toEqual([[5], 0]);
    // Twenty, those that have come back since then, and these.
    expect([50, 60].map((now) => count.reach(now))).toEqual([75, 85]);
  });

  it('are kept of a window, whose oldest would leave it in their place', async () => {
    const { count, givenBack, lease } = host(WINDOW);
    await lease(5);
    count.letGo(0, 100);
    expect([givenBack, count.at(0)]).toEqual([[], 5]);
  });
});
