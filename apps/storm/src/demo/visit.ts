/** The steps of a customer in a shop, in order, each named for the third party that it takes. */
export const STEPS = ['catalog', 'inventory', 'payments'] as const;

export type Step = (typeof STEPS)[number];

/** How a step ended for the customer, who goes on only when it is done. */
export interface StepTaken {
  readonly step: Step;
  readonly outcome: 'done' | 'turned-away' | 'unanswered';
  readonly ms: number;
  /** Whether the price on the page was an old one. */
  readonly stale?: boolean;
}

/** One customer in one shop, on the monotonic clock. */
export interface Visit {
  readonly startedAt: number;
  readonly endedAt: number;
  /** Up to the one that was not done. */
  readonly steps: readonly StepTaken[];
}

/** How a visit ended: that of the last step which was taken. */
export function outcomeOf({ steps }: Visit): StepTaken['outcome'] {
  return steps.at(-1)?.outcome ?? 'unanswered';
}
