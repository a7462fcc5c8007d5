import { idOf, type BenchCase } from './bench-case.js';
import { UsageError } from './options.js';

/**
 * The cases whose id contains `only`, all when it is absent, and with them the first of each group of calls that they
 * are told against. Throws a `UsageError` that lists all ids when none contains it.
 */
export function selectCases(cases: readonly BenchCase[], only: string | undefined): readonly BenchCase[] {
  if (only === undefined) return cases;
  const wanted = new Set(cases.filter((each) => idOf(each).toLowerCase().includes(only.toLowerCase())));
  if (wanted.size === 0) {
    throw new UsageError(
      `no case is called anything with ‘${only}’. There are:\n${cases.map((each) => `  ${idOf(each)}\n`).join('')}`,
    );
  }
  for (const { group } of [...wanted]) {
    const bare = bareOf(cases, group);
    if (bare !== undefined) wanted.add(bare);
  }
  return cases.filter((each) => wanted.has(each));
}

/** The case that the others of a group are compared with: its first. Idle instances are compared with none. */
export function bareOf<T extends Pick<BenchCase, 'group'>>(
  cases: readonly T[],
  group: BenchCase['group'],
): T | undefined {
  return group === 'idle' ? undefined : cases.find((each) => each.group === group);
}
