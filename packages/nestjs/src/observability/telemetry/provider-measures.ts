import type { OutcomeKind } from '@breakwater/core';
import { SpanKind, type Attributes, type SpanOptions } from '@opentelemetry/api';
import { DurationHistogram } from './duration-histogram.js';

/** Where it is the caller who names operations, there could be any number of them. */
const MOST_OPERATIONS = 200;

/** The counts of one operation's calls that ended in one way, and the attributes by which they are told. */
export class OutcomeMeasures {
  attempts = 0;
  readonly durations = new DurationHistogram();

  constructor(readonly attributes: Attributes) {}
}

/** The counts of one operation's calls, and the parts of their spans that are the same for all. */
export class OperationMeasures {
  active = 0;
  readonly outcomes = new Map<OutcomeKind, OutcomeMeasures>();
  readonly spanName: string;
  readonly spanOptions: SpanOptions;

  constructor(
    provider: string,
    readonly operation: string,
  ) {
    this.spanName = `${provider} ${operation}`;
    const attributes = { 'breakwater.provider': provider, 'breakwater.operation': operation };
    this.spanOptions = { kind: SpanKind.INTERNAL, attributes };
  }

  of(outcome: OutcomeKind): OutcomeMeasures {
    let measures = this.outcomes.get(outcome);
    if (measures === undefined) {
      measures = new OutcomeMeasures({ ...this.spanOptions.attributes, 'breakwater.outcome': outcome });
      this.outcomes.set(outcome, measures);
    }
    return measures;
  }
}

/** The counts of one provider's calls, by operation. The operations after the first 200 are counted as `other`. */
export class ProviderMeasures {
  private readonly byOperation = new Map<string, OperationMeasures>();
  private readonly other: OperationMeasures;

  constructor(readonly provider: string) {
    this.other = new OperationMeasures(provider, 'other');
  }

  of(operation: string): OperationMeasures {
    const standing = this.byOperation.get(operation);
    if (standing !== undefined) return standing;
    if (this.byOperation.size >= MOST_OPERATIONS) return this.other;
    const made = new OperationMeasures(this.provider, operation);
    this.byOperation.set(operation, made);
    return made;
  }

  get operations(): readonly OperationMeasures[] {
    return [...this.byOperation.values(), ...(this.other.outcomes.size > 0 ? [this.other] : [])];
  }
}
