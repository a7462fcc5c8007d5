import type { Group, Limit } from '../bench-case.js';
import type { Cost } from '../measuring/cost.js';

/** The cost of a case: medians over the rounds. */
export interface Result {
  readonly group: Group;
  readonly name: string;
  readonly cost: Cost;
  /** To the bare method of the same group. */
  readonly timesBare?: number;
  readonly limit?: Limit;
  /** The cost in each round. */
  readonly rounds: readonly Cost[];
}

/** A case that could not be measured here, and why. */
export interface LeftOut {
  readonly group: Group;
  readonly name: string;
  readonly reason: string;
}
