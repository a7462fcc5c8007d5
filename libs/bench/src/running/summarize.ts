import { median } from '../median.js';
import type { BenchCase } from '../bench-case.js';
import type { Cost } from '../measuring/cost.js';
import { bareOf } from '../select-cases.js';
import type { Result } from './result.js';

/** The medians of what the rounds gave for each case, and how they stand to the bare method of their group. */
export function summarize(measured: ReadonlyMap<BenchCase, readonly Cost[]>): readonly Result[] {
  const all = [...measured].map(([{ group, name, limit }, rounds]) => ({
    group,
    name,
    cost: medianCost(rounds),
    ...(limit && { limit }),
    rounds,
  }));
  return all.map((each): Result => {
    const { ns } = each.cost;
    const bare = bareOf(all, each.group)?.cost.ns;
    return ns === undefined || bare === undefined ? each : { ...each, timesBare: ns / bare };
  });
}

function medianCost(rounds: readonly Cost[]): Cost {
  const names = ['ns', 'bytes', 'timers', 'retainedBytes'] as const;
  const medians = names.flatMap((name) => {
    const values = rounds.map((round) => round[name]).filter((value) => value !== undefined);
    return values.length === 0 ? [] : [[name, median(values)] as const];
  });
  return Object.fromEntries(medians);
}
