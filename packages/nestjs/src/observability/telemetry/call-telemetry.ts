import type { Outcome } from '@breakwater/core';
import { whenRead, type CallObserver, type LiveCall, type Next, type ObservedProvider } from '@breakwater/core/adapter';
import { context, type Attributes, type Histogram } from '@opentelemetry/api';
import { errorType, type CallSpan, type CallSpans } from './call-spans.js';
import type { OperationMeasures, ProviderMeasures } from './provider-measures.js';

/** Where telemetry of calls goes. */
export interface CallSinks {
  readonly measures: ProviderMeasures;
  readonly spans?: CallSpans | undefined;
  readonly durations?: Histogram | undefined;
}

/** Watches the calls of one provider: counts them, times them, and makes their spans. */
export class CallTelemetry implements CallObserver {
  constructor(
    private readonly provider: ObservedProvider,
    private readonly sinks: CallSinks,
  ) {}

  around(call: LiveCall, next: Next<unknown>): Promise<unknown> {
    const measures = this.sinks.measures.of(call.operation);
    const startedAt = this.provider.clock.now();
    const span = this.sinks.spans?.begin(call, measures);
    measures.active++;
    const underWay = { call, measures, startedAt, span };
    const result = span === undefined ? next(call) : context.with(span.context, next, undefined, call);
    return result.then(
      (value) => {
        whenRead(value, () => this.end(underWay, this.provider.classify({ ok: true, value }, call), undefined));
        return value;
      },
      (error: unknown) => {
        this.end(underWay, this.provider.classify({ ok: false, error }, call), error);
        throw error;
      },
    );
  }

  attemptBegins(call: LiveCall): void {
    const { spans, measures } = this.sinks;
    if (spans !== undefined) spans.attemptBegins(call, measures.of(call.operation));
  }

  attemptEnded(call: LiveCall): void {
    const { spans, measures } = this.sinks;
    measures.of(call.operation).of(call.outcome!.kind).attempts++;
    if (spans !== undefined) spans.attemptEnded(call);
  }

  private end({ call, measures, startedAt, span }: UnderWay, outcome: Outcome, error: unknown): void {
    const { clock } = this.provider;
    const seconds = (clock.now() - startedAt) / 1000;
    measures.active--;
    const { durations, attributes } = measures.of(outcome.kind);
    durations.record(seconds);
    this.sinks.durations?.record(seconds, withErrorType(attributes, outcome, error), span?.context);
    if (span === undefined) return;
    this.sinks.spans!.end(call, span, outcome, error);
    const { traceId, spanId } = span.span.spanContext();
    durations.note({ traceId, spanId, value: seconds, at: clock.wallNow() / 1000 });
  }
}

interface UnderWay {
  readonly call: LiveCall;
  readonly measures: OperationMeasures;
  readonly startedAt: number;
  readonly span: CallSpan | undefined;
}

function withErrorType(attributes: Attributes, outcome: Outcome, error: unknown): Attributes {
  return outcome.kind === 'success' ? attributes : { ...attributes, 'error.type': errorType(outcome, error) };
}
