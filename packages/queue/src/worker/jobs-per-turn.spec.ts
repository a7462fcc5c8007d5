import { describe, expect, it } from '@jest/globals';
import { JobsPerTurn } from './jobs-per-turn.js';

describe('JobsPerTurn', () => {
  it('begins all that there is room for while turns are short', () => {
    const perTurn = new JobsPerTurn(10);
    for (let turn = 0; turn < 5; turn++) perTurn.took(0.1);
    expect(perTurn.count).toBe(10);
  });

  it('begins a quarter less after a turn that was too long, one at least, and finds back one by one', () => {
    const perTurn = new JobsPerTurn(32);
    const counts = [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 0.1, 0.1, 0.1].map((ms) => {
      perTurn.took(ms);
      return perTurn.count;
    });
    expect(counts).toEqual([24, 18, 13, 9, 6, 4, 3, 2, 1, 1, 2, 3, 4]);
  });
});
