import { describe, expect, it } from '@jest/globals';
import type { BenchCase, Group } from '../bench-case.js';
import type { Cost } from '../measuring/cost.js';
import { summarize } from './summarize.js';

function caseOf(group: Group, name: string): BenchCase {
  return { group, name, prepare: async () => async () => undefined };
}

describe('the summary of the rounds', () => {
  it('tells the median of each number, and the ratio to the bare method of the same group', () => {
    const rounds: Cost[] = [
      { ns: 300, bytes: 10 },
      { ns: 100, bytes: 30 },
      { ns: 200, bytes: 20 },
    ];
    const measured = new Map<BenchCase, readonly Cost[]>([
      [caseOf('call', 'bare'), [{ ns: 50, bytes: 5 }]],
      [caseOf('concurrent', 'bare'), [{ ns: 80 }]],
      [{ ...caseOf('call', 'ours'), limit: { timesBare: 3 } }, rounds],
      [caseOf('concurrent', 'ours'), rounds],
    ]);
    const [bare, , ours, concurrent] = summarize(measured);
    expect(bare).toMatchObject({ name: 'bare', timesBare: 1 });
    expect(ours).toEqual({
      group: 'call',
      name: 'ours',
      cost: { ns: 200, bytes: 20 },
      timesBare: 4,
      limit: { timesBare: 3 },
      rounds,
    });
    expect(concurrent).toMatchObject({ timesBare: 2.5 });
  });

  it('takes what some rounds could not measure from the others, and tells nothing when none could', () => {
    const some: Cost[] = [{ ns: 1 }, { ns: 2, bytes: 7 }, { ns: 3 }];
    const [first, second] = summarize(
      new Map<BenchCase, readonly Cost[]>([
        [caseOf('call', 'some'), some],
        [caseOf('call', 'none'), [{ ns: 4, bytes: undefined }]],
      ]),
    );
    expect(first!.cost).toEqual({ ns: 2, bytes: 7 });
    expect(second!.cost).toEqual({ ns: 4 });
  });

  it('tells no ratio of idle instances', () => {
    const [idle] = summarize(new Map([[caseOf('idle', 'breaker'), [{ bytes: 700, timers: 0, retainedBytes: 1 }]]]));
    expect(idle).not.toHaveProperty('timesBare');
    expect(idle!.cost).toEqual({ bytes: 700, timers: 0, retainedBytes: 1 });
  });
});
