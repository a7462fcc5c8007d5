import type { Stage } from './stage.js';
import type { Twins } from './twins.js';

/** One kind of bad weather, and what the protected checkout promises to do in it. */
export interface Storm<Facts = unknown> {
  readonly name: string;
  readonly title: string;
  run(stage: Stage): Promise<Weathered<Facts> | NotRun>;
}

/** A storm that cannot come up on this machine. */
export interface NotRun {
  /** Why. */
  readonly notRun: string;
}

/** The facts about both checkouts after a storm, and how figures and promises follow from those about one. */
export interface Weathered<Facts> {
  readonly facts: Twins<Facts>;
  figures(facts: Facts): Figures;
  promises(facts: Facts): readonly PromiseCheck[];
}

export interface StormResult {
  readonly unprotected: Figures;
  readonly protected: Figures;
  readonly promises: readonly PromiseCheck[];
}

/**
 * The results of one checkout, by name, in reading order. Names say their unit: `p99Ms`, `quotaUsedPercent`.
 */
export type Figures = Readonly<Record<string, number>>;

/** A promise of the protected checkout, with the evidence. */
export interface PromiseCheck {
  readonly text: string;
  readonly held: boolean;
  readonly measured: string;
}

/** A storm that has been weathered, or why it could not come up. */
export interface StormReport extends StormResult, Partial<NotRun> {
  readonly name: string;
  readonly title: string;
}
