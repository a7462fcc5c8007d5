import { idOf, type BenchCase, type OnDemand } from '../bench-case.js';
import type { Cost } from '../measuring/cost.js';
import { installApart } from './install-apart.js';
import { measureApart } from './measure-apart.js';
import type { LeftOut, Result } from './result.js';
import { summarize } from './summarize.js';

export interface Comparison {
  readonly results: readonly Result[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Every case in a process of its own, in rounds, so that a machine that changes its speed treats all alike. A case that
 * cannot be run is left out and named; the others go on. `node` is the binary that measures.
 */
export async function compare(
  cases: readonly BenchCase[],
  rounds: number,
  node: string,
  progress: (line: string) => void,
): Promise<Comparison> {
  const leftOut: LeftOut[] = [];
  const runnable = await withWhatTheyNeed(cases, leftOut, progress);
  const measured = new Map(runnable.map((each): [BenchCase, Cost[]] => [each, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const [each, costs] of measured) {
      progress(`round ${round} of ${rounds}: ${idOf(each)}`);
      try {
        costs.push(await measureApart(node, each));
      } catch (error) {
        measured.delete(each);
        leftOut.push(leaveOut(each, `failed: ${messageOf(error)}`));
      }
    }
  }
  return { results: summarize(measured), leftOut };
}

/** Installs what the workspace does not hold, once for all the cases that need it. */
async function withWhatTheyNeed(
  cases: readonly BenchCase[],
  leftOut: LeftOut[],
  progress: (line: string) => void,
): Promise<readonly BenchCase[]> {
  const faults = new Map<OnDemand, string>();
  for (const needs of new Set(cases.map((each) => each.needs))) {
    if (needs === undefined) continue;
    await installApart(needs, progress).catch((error: unknown) => {
      faults.set(needs, messageOf(error));
    });
  }
  return cases.filter((each) => {
    const fault = each.needs && faults.get(each.needs);
    if (fault !== undefined) leftOut.push(leaveOut(each, `not installable here: ${fault}`));
    return fault === undefined;
  });
}

function leaveOut({ group, name }: BenchCase, reason: string): LeftOut {
  return { group, name, reason };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
