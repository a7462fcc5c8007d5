import type { OutcomeKind } from '@breakwater/core';
import { DurationHistogram } from './duration-histogram.js';

/** Where it is the caller who names operations, there could be any number of them. */
const MOST_OPERATIONS = 200;

/** The counts of one operation's calls. */
export class OperationMeasures {
  active = 0;
  readonly calls = new Map<OutcomeKind, DurationHistogram>();
  readonly attempts = new Map<OutcomeKind, number>();

  constructor(readonly operation: string) {}

  durations(outcome: OutcomeKind): DurationHistogram {
    let histogram = this.calls.get(outcome);
    if (histogram === undefined) this.calls.set(outcome, (histogram = new DurationHistogram()));
    return histogram;
  }

  attempted(outcome: OutcomeKind): void {
    this.attempts.set(outcome, (this.attempts.get(outcome) ?? 0) + 1);
  }
}

/** The counts of one provider’s calls, by operation. The operations after the first 200 are counted as `other`. */
export class ProviderMeasures {
  private readonly byOperation = new Map<string, OperationMeasures>();
  private readonly other = new OperationMeasures('other');

  constructor(readonly provider: string) {}

  of(operation: string): OperationMeasures {
    const standing = this.byOperation.get(operation);
    if (standing !== undefined) return standing;
    if (this.byOperation.size >= MOST_OPERATIONS) return this.other;
    const made = new OperationMeasures(operation);
    this.byOperation.set(operation, made);
    return made;
  }

  get operations(): readonly OperationMeasures[] {
    const { other } = this;
    return [...this.byOperation.values(), ...(other.attempts.size + other.calls.size > 0 ? [other] : [])];
  }
}
