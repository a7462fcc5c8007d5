import type { Comparison } from '../running/compare.js';
import type { LeftOut } from '../running/result.js';

/** The results, and all that they depend on. Written as JSON with `--json`. */
export interface Report extends Comparison {
  /** ISO 8601, in UTC. */
  readonly date: string;
  readonly machine: string;
  /** The version that measured. */
  readonly node: string;
  readonly rounds: number;
  /** The versions of the packages that were measured. */
  readonly versions: Readonly<Record<string, string>>;
}

/** One line for each reason, with the cases that it keeps out. */
export function leftOutLines(leftOut: readonly LeftOut[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { group, name, reason } of leftOut) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), `${group}: ${name}`]);
  }
  return [...byReason].map(([reason, names]) => `${names.join('; ')} – ${reason}`);
}
