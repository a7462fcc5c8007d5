import { describe, expect, it } from '@jest/globals';
import { Tally } from './tally.js';
import type { StepTaken } from './visit.js';

function tallyAt(now: number) {
  const clock = { now: () => now, wallNow: () => now, sleep: async () => undefined };
  const tally = new Tally(clock);
  const add = (endedAt: number, steps: readonly StepTaken[]) =>
    tally.add({ startedAt: endedAt - steps.reduce((sum, { ms }) => sum + ms, 0), endedAt, steps });
  return { tally, add, at: (later: number) => (now = later) };
}

const looked: StepTaken = { step: 'catalog', outcome: 'done', ms: 5 };
const filled: StepTaken = { step: 'inventory', outcome: 'done', ms: 10 };
const ordered: StepTaken = { step: 'payments', outcome: 'done', ms: 15 };

describe('Tally', () => {
  it('tells the customers of the last ten seconds apart by what they have seen', () => {
    const { tally, add, at } = tallyAt(20_000);
    add(15_500, [looked, filled, ordered]);
    add(19_500, [{ ...looked, stale: true }, filled, ordered]);
    add(19_600, [looked, { ...filled, outcome: 'turned-away', ms: 40 }]);
    add(19_700, [{ ...looked, outcome: 'unanswered', ms: 2500 }]);
    expect(tally.read()).toMatchObject({ served: 2, turnedAway: 1, unanswered: 1, p50: 30, p95: 2500 });
    expect(tally.read().seconds.slice(-5)).toEqual([
      [1, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [1, 2],
    ]);
    expect(tally.read().steps).toEqual({
      catalog: { tried: 4, done: 3, stale: 1, p50: 5 },
      inventory: { tried: 3, done: 2, stale: 0, p50: 10 },
      payments: { tried: 2, done: 2, stale: 0, p50: 15 },
    });
    at(26_000);
    expect(tally.read()).toMatchObject({ served: 1, turnedAway: 1 });
    at(40_000);
    const none = { tried: 0, done: 0, stale: 0 };
    expect(tally.read()).toEqual({
      served: 0,
      turnedAway: 0,
      unanswered: 0,
      seconds: Array.from({ length: 10 }, () => [0, 0]),
      steps: { catalog: none, inventory: none, payments: none },
    });
  });
});
