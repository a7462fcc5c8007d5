import type { OutcomeKind } from '@breakwater/core';
import { SpanKind, type Attributes, type SpanOptions } from '@opentelemetry/api';
import { DurationHistogram } from './duration-histogram.js';

/** Where it is the caller who names operations, there could be any number of them. */
const MOST_OPERATIONS = 200;

/** The counts of one operation's calls that ended in one way, and the attributes by which they are told. */
export class OutcomeMeasures {
  attempts = 0;
  readonly durations = new DurationHistogram();

  private readonly byError = new Map<string, Attributes>();

  constructor(readonly attributes: Attributes) {}

  /** The attributes with `error.type`, which is one of a few words. */
  failedWith(errorType: string): Attributes {
    let attributes = this.byError.get(errorType);
    if (attributes === undefined) {
      attributes = { ...this.attributes, 'error.type': errorType };
      this.byError.set(errorType, attributes);
    }
    return attributes;
  }
}

/** The counts of one operation's calls, and the parts of their spans that are the same for all. */
export class OperationMeasures {
  active = 0;
  readonly outcomes = new Map<OutcomeKind, OutcomeMeasures>();
  readonly spanName: string;
  readonly spanOptions: SpanOptions;
  private well: OutcomeMeasures | undefined;

  constructor(
    provider: string,
    readonly operation: string,
  ) {
    this.spanName = `${provider} ${operation}`;
    const attributes = { 'breakwater.provider': provider, 'breakwater.operation': operation };
    this.spanOptions = { kind: SpanKind.INTERNAL, attributes };
  }

  of(outcome: OutcomeKind): OutcomeMeasures {
    // Nearly every call ends well: that needs no look-up.
    if (outcome === 'success' && this.well !== undefined) return this.well;
    let measures = this.outcomes.get(outcome);
    if (measures === undefined) {
      measures = new OutcomeMeasures({ ...this.spanOptions.attributes, 'breakwater.outcome': outcome });
      this.outcomes.set(outcome, measures);
      if (outcome === 'success') this.well = measures;
    }
    return measures;
  }
}

/** The counts of one provider's calls, by operation. The operations after the first 200 are counted as `other`. */
export class ProviderMeasures {
  private readonly other: OperationMeasures;
  private readonly byOperation: Map<string, OperationMeasures>;
  /** Those of the latest call, which mostly are those of the next one or of its attempt. */
  private latest: OperationMeasures;

  constructor(readonly provider: string) {
    this.other = this.latest = new OperationMeasures(provider, 'other');
    this.byOperation = new Map([['other', this.other]]);
  }

  of(operation: string): OperationMeasures {
    if (operation === this.latest.operation) return this.latest;
    return (this.latest = this.byOperation.get(operation) ?? this.make(operation));
  }

  get operations(): readonly OperationMeasures[] {
    return [...this.byOperation.values()].filter((each) => each !== this.other || each.outcomes.size > 0);
  }

  private make(operation: string): OperationMeasures {
    if (this.byOperation.size > MOST_OPERATIONS) return this.other;
    const made = new OperationMeasures(this.provider, operation);
    this.byOperation.set(operation, made);
    return made;
  }
}
