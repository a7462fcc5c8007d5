import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../clock.js';
import { Machine } from './machine.js';

/** A machine on which each question takes as long as the next of these says; ends with the last. */
async function machineThatTakes(answers: readonly (number | 'fails')[]) {
  let now = 0;
  const clock: Clock = { now: () => now, wallNow: () => now, sleep: async (ms) => void (now += ms) };
  const ending = new AbortController();
  const left = [...answers];
  const ask = async () => {
    const next = left.shift();
    if (left.length === 0) ending.abort();
    if (next === 'fails') throw new Error('socket hang up');
    now += next ?? 0;
  };
  const machine = new Machine(ask, clock);
  await machine.run(ending.signal);
  return machine;
}

describe('the machine of the demo', () => {
  it('is overloaded where most answers that need no work are late, not where one is', async () => {
    expect((await machineThatTakes([3, 4, 900, 3, 5])).read()).toEqual({ isOverloaded: false, answerMs: 4 });
    expect((await machineThatTakes([150, 90, 4, 300, 210])).read()).toEqual({
      isOverloaded: true,
      answerMs: 150,
    });
  });

  it('is judged by the last ten seconds, and goes on where a question fails', async () => {
    const machine = await machineThatTakes([
      ...Array.from({ length: 9 }, () => 2000),
      ...Array.from({ length: 19 }, () => 5),
      'fails',
      5,
    ]);
    expect(machine.read()).toEqual({ isOverloaded: false, answerMs: 5 });
  });

  it('keeps no more than ten seconds of answers, however long no page asks for them', async () => {
    const machine = await machineThatTakes(Array.from({ length: 5000 }, () => 5));
    expect(machine['trips'].length).toBeLessThanOrEqual(20);
    expect(machine.read()).toEqual({ isOverloaded: false, answerMs: 5 });
  });

  it('is overloaded while it has not answered for so long that nothing else is known of it', async () => {
    let now = 0;
    const clock: Clock = { now: () => now, wallNow: () => now, sleep: async () => undefined };
    const machine = new Machine(() => new Promise(() => undefined), clock);
    expect(machine.read()).toEqual({ isOverloaded: false });
    void machine.run(new AbortController().signal);
    expect(machine.read()).toEqual({ isOverloaded: false });
    now = 20_000;
    expect(machine.read()).toEqual({ isOverloaded: true, answerMs: 20_000 });
  });
});
