import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { liveCall, turn, watch } from '../../testing/calls.fixture.js';
import { modelRuns } from '../../testing/model-runs.js';
import { TestClock } from '../../testing/test-clock.js';
import { PriorityQueue } from './priority-queue.js';

function bench(share = 0.1) {
  const clock = new TestClock();
  const queue = new PriorityQueue<string>(clock, share);
  const order: string[] = [];
  const join = (name: string, background: boolean, cost = 1) => {
    const call = liveCall(undefined, undefined, clock);
    const tooLong = () => `${name} waited too long`;
    const result = watch(queue.join(call, { cost, background, maxWaitMs: Infinity, tooLong }));
    return { name, call, result };
  };
  const foreground = (name: string, cost?: number) => join(name, false, cost);
  const background = (name: string, cost?: number) => join(name, true, cost);
  const admit = async (waiting: readonly { name: string; result: { settled: boolean } }[], times: number) => {
    for (let i = 0; i < times; i++) {
      const before = new Set(waiting.filter(({ result }) => result.settled));
      queue.admitNext('turn');
      await turn();
      order.push(...waiting.filter((one) => one.result.settled && !before.has(one)).map(({ name }) => name));
    }
    return order;
  };
  return { clock, queue, foreground, background, admit };
}

describe('priority queue', () => {
  it('lets foreground go before background, each first come first served', async () => {
    const { queue, foreground, background, admit } = bench();
    const all = [background('b1'), background('b2'), foreground('f1'), foreground('f2')];
    expect([queue.size, queue.backgroundSize]).toEqual([4, 2]);
    expect(await admit(all, 4)).toEqual(['f1', 'f2', 'b1', 'b2']);
    expect([queue.size, queue.backgroundSize, queue.nextCost]).toEqual([0, 0, undefined]);
  });

  it.each([
    [0.1, 'fffffffffbfffffffffb'],
    [0.25, 'fffbfffb'],
    [0.5, 'fbfbfb'],
    [0.75, 'fbbbfbbb'],
  ])('guarantees background its share of %f while both wait', async (share, expected) => {
    const { foreground, background, admit } = bench(share);
    const all = Array.from(expected, () => [background('b'), foreground('f')]).flat();
    expect((await admit(all, expected.length)).join('')).toBe(expected);
  });

  it('counts what calls cost, not how many they are', async () => {
    const { foreground, background, admit } = bench(0.5);
    const all = [background('b', 4), foreground('f1', 3), foreground('f2', 1), foreground('f3', 1)];
    expect(await admit(all, 4)).toEqual(['f1', 'f2', 'b', 'f3']);
  });

  it('does not starve background where each in the foreground finds none of its own before it', async () => {
    const { queue, background, admit } = bench(0.25);
    const b = background('b');
    for (let i = 0; i < 3; i++) {
      expect(queue.isFirst(false)).toBe(true);
      queue.pass(1);
    }
    expect(queue.isFirst(false)).toBe(false);
    expect(await admit([b], 1)).toEqual(['b']);
  });

  it('owes nothing to a background that was not there', async () => {
    const { foreground, background, admit, queue } = bench(0.25);
    const early = background('early');
    const first = [foreground('f1'), foreground('f2'), foreground('f3')];
    expect(await admit(first, 3)).toEqual(['f1', 'f2', 'f3']);
    early.call.abort('left');
    expect(queue.isFirst(false)).toBe(true);
    const more = [foreground('f4'), background('late')];
    expect(await admit(more, 1)).toEqual(['f1', 'f2', 'f3', 'f4']);
  });

  it('takes what background had for itself off what it is owed, and lets it owe nothing', async () => {
    const { foreground, background, admit } = bench(0.25);
    const all = [background('b1'), background('b2'), foreground('f1')];
    expect(await admit(all, 2)).toEqual(['f1', 'b1']);
    const more = [...all, foreground('f2'), foreground('f3'), foreground('f4'), foreground('f5')];
    expect((await admit(more, 4)).slice(2)).toEqual(['f2', 'f3', 'f4', 'b2']);
  });

  it('says which stand behind none', () => {
    const { queue, foreground, background } = bench();
    expect([queue.isFirst(false), queue.isFirst(true)]).toEqual([true, true]);
    background('b');
    expect([queue.isFirst(false), queue.isFirst(true)]).toEqual([true, false]);
    foreground('f');
    expect([queue.isFirst(false), queue.isFirst(true)]).toEqual([false, false]);
  });

  it('says what the next costs', () => {
    const { queue, foreground, background } = bench();
    background('b', 5);
    expect(queue.nextCost).toBe(5);
    foreground('f', 2);
    expect(queue.nextCost).toBe(2);
  });

  it('says what stands before a newcomer', () => {
    const { queue, foreground, background } = bench(0.25);
    expect([queue.costAhead(1, false), queue.costAhead(1, true)]).toEqual([0, 0]);
    background('b1', 2);
    background('b2', 2);
    expect([queue.costAhead(1, false), queue.costAhead(1, true)]).toEqual([0, 4]);
    for (let i = 0; i < 10; i++) foreground('f', 2);
    // Every third of those twenty gives one to the background, as far as it has any.
    expect(queue.costAhead(1, false)).toBe(20 + 4);
    // It goes when three times as much has gone as the background then had.
    expect(queue.costAhead(1, true)).toBe(4 + 15);
    expect(queue.costAhead(100, true)).toBe(4 + 20);
  });

  it('takes nothing off what stands before a newcomer for having been overtaken before it came', async () => {
    const { queue, background, foreground, admit } = bench(0.5);
    const early = background('early', 2);
    await admit([early, foreground('f', 1)], 1);
    expect(queue.costAhead(1, true)).toBe(2);
    early.call.abort('left');
    for (let i = 0; i < 5; i++) foreground('f');
    // It would go once as much has gone as it costs.
    expect(queue.costAhead(2, true)).toBe(2);
  });

  it('takes what it is owed off what goes before the background', async () => {
    const { queue, background, foreground, admit } = bench(0.25);
    const waiting = [background('b', 5), ...Array.from({ length: 30 }, () => foreground('f'))];
    await admit(waiting, 6);
    // Six have gone, for which it is owed two: eighteen tokens of its own are paid by 54, less those six.
    expect(queue.costAhead(1, true)).toBe(5 + 12);
    background('b', 1);
    expect(queue.costAhead(1, true)).toBe(6 + 15);
    expect(await admit(waiting, 0)).toEqual(Array(6).fill('f'));
  });

  it('says what all that wait cost', () => {
    const { queue, foreground, background } = bench();
    background('b', 5);
    foreground('f', 2);
    foreground('f', 3);
    expect(queue.cost).toBe(10);
  });

  it('tells of each when it is served, and takes those that leave off what those behind them wait for', async () => {
    const { queue, foreground, background } = bench(0.25);
    const all = [
      foreground('f1', 3),
      foreground('f2', 6),
      foreground('f3', 9),
      background('b1', 2),
      background('b2', 1),
    ];
    const seen: unknown[] = [];
    queue.refuseSome((_call, { cost, calls, dueAt }) => void seen.push([cost, calls, dueAt]));
    expect(seen).toEqual([
      [3, 1, Infinity],
      [9 + 1, 2, Infinity],
      [18 + 3, 3, Infinity],
      [2 + 6, 4, Infinity],
      [3 + 9, 5, Infinity],
    ]);
    seen.length = 0;
    queue.refuseSome((_call, { cost, calls }) => {
      seen.push([cost, calls]);
      return cost === 10 || cost === 8 ? 'left' : undefined;
    });
    await turn();
    expect(all.map(({ result }) => result.error)).toEqual([undefined, 'left', undefined, 'left', undefined]);
    expect(seen).toEqual([
      [3, 1],
      [10, 2],
      [13, 2],
      [8, 3],
      [4, 3],
    ]);
  });

  it('says how many stand before a newcomer', () => {
    const { queue, foreground, background } = bench();
    for (const join of [background, background, foreground]) join('any', 7);
    expect([queue.callsAhead(false), queue.callsAhead(true)]).toEqual([1, 3]);
  });

  it('has nothing stand before a background that is owed more than it asks for', async () => {
    const { queue, background, foreground, admit } = bench(0.5);
    const waiting = [background('b', 2), foreground('f', 20)];
    expect(await admit(waiting, 1)).toEqual(['f']);
    expect(queue.costAhead(1, true)).toBe(2);
  });

  it('can have the next leave, the last of the background, and all', async () => {
    const { queue, foreground, background } = bench();
    const [b, b2, f, f2] = [background('b'), background('b2', 3), foreground('f', 2), foreground('f2')];
    queue.refuseNext((_call, cost) => `not for ${cost}`);
    queue.refuseLastInBackground((_call, cost) => `no place for ${cost}`);
    await turn();
    expect([f.result.error, b2.result.error]).toEqual(['not for 2', 'no place for 3']);
    expect([b.result.settled, f2.result.settled, queue.closed]).toEqual([false, false, false]);
    queue.close(() => 'closed');
    await turn();
    expect([b.result.error, f2.result.error]).toEqual(['closed', 'closed']);
    expect([queue.size, queue.closed]).toEqual([0, true]);
  });

  it('gives background its share and foreground the rest, whatever calls cost and whenever they come', async () => {
    const joins = fc.array(fc.record({ background: fc.boolean(), cost: fc.integer({ min: 1, max: 5 }) }), {
      minLength: 20,
      maxLength: 60,
      size: 'max',
    });
    const property = fc.asyncProperty(fc.constantFrom(0.05, 0.1, 0.3, 0.5, 0.9), joins, async (share, calls) => {
      const { queue, foreground, background } = bench(share);
      const waiting = calls.map(({ background: isBackground, cost }) =>
        isBackground ? background('b', cost) : foreground('f', cost),
      );
      const left = { f: calls.filter((c) => !c.background), b: calls.filter((c) => c.background) };
      const had = { f: 0, b: 0 };
      while (left.f.length > 0 && left.b.length > 0) {
        const sizeBefore = queue.backgroundSize;
        queue.admitNext('turn');
        const name = queue.backgroundSize < sizeBefore ? 'b' : 'f';
        had[name] += left[name].shift()!.cost;
        // Never ahead of its share, and never behind by more than the call that is next.
        const share_ = (had.f * share) / (1 - share);
        expect(had.b).toBeLessThanOrEqual(share_ + 1e-6);
        if (name === 'f') continue;
        expect(had.b).toBeGreaterThan(share_ - 5 - (5 * share) / (1 - share));
      }
      while (queue.size > 0) queue.admitNext('turn');
      await turn();
      expect(waiting.every(({ result }) => result.value === 'turn')).toBe(true);
    });
    await fc.assert(property, { numRuns: modelRuns(200) });
  });
});
