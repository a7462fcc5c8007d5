import { describe, expect, it } from '@jest/globals';
import type { Answer } from '../load/submission.js';
import { Tally } from './tally.js';

function tallyAt(now: number) {
  const clock = { now: () => now, wallNow: () => now, sleep: async () => undefined };
  const tally = new Tally(clock);
  const add = (endedAt: number, ms: number, answer: Answer) =>
    tally.add({ plannedAt: endedAt - ms, sentAt: endedAt - ms, endedAt, answer });
  return { tally, add, at: (later: number) => (now = later) };
}

const PAID: Answer = { kind: 'answered', status: 201 };
const REFUSED: Answer = { kind: 'answered', status: 503 };
const NONE: Answer = { kind: 'unanswered', why: 'too late' };

describe('Tally', () => {
  it('tells the orders of the last ten seconds apart by what their customers have seen', () => {
    const { tally, add, at } = tallyAt(20_000);
    add(15_500, 10, PAID);
    add(19_500, 20, PAID);
    add(19_600, 30, REFUSED);
    add(19_700, 2500, NONE);
    expect(tally.read()).toMatchObject({ accepted: 2, turnedAway: 1, unanswered: 1, p50: 20, p95: 2500 });
    expect(tally.read().seconds.slice(-5)).toEqual([
      [1, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [1, 2],
    ]);
    at(26_000);
    expect(tally.read()).toMatchObject({ accepted: 1, turnedAway: 1 });
    at(40_000);
    expect(tally.read()).toEqual({
      accepted: 0,
      turnedAway: 0,
      unanswered: 0,
      seconds: Array.from({ length: 10 }, () => [0, 0]),
    });
  });
});
