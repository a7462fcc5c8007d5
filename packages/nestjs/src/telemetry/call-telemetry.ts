import type { Outcome } from '@breakwater/core';
import { whenRead, type CallObserver, type LiveCall, type Next, type ObservedProvider } from '@breakwater/core/adapter';
import { context, type Histogram } from '@opentelemetry/api';
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
    const span = this.sinks.spans?.begin(call, measures.operation);
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
    spans?.attemptBegins(call, measures.of(call.operation).operation);
  }

  attemptEnded(call: LiveCall): void {
    this.sinks.measures.of(call.operation).attempted(call.outcome!.kind);
    this.sinks.spans?.attemptEnded(call);
  }

  private end({ call, measures, startedAt, span }: UnderWay, outcome: Outcome, error: unknown): void {
    const { clock, provider } = this.provider;
    const seconds = (clock.now() - startedAt) / 1000;
    measures.active--;
    const histogram = measures.durations(outcome.kind);
    histogram.record(seconds);
    this.sinks.durations?.record(
      seconds,
      attributesOf(provider, measures.operation, outcome, error),
      span?.context ?? context.active(),
    );
    if (span === undefined) return;
    this.sinks.spans!.end(call, span, outcome, error);
    const { traceId, spanId } = span.span.spanContext();
    histogram.note({ traceId, spanId, value: seconds, at: clock.wallNow() / 1000 });
  }
}

interface UnderWay {
  readonly call: LiveCall;
  readonly measures: OperationMeasures;
  readonly startedAt: number;
  readonly span: CallSpan | undefined;
}

function attributesOf(provider: string, operation: string, outcome: Outcome, error: unknown) {
  return {
    'breakwater.provider': provider,
    'breakwater.operation': operation,
    'breakwater.outcome': outcome.kind,
    ...(outcome.kind !== 'success' && { 'error.type': errorType(outcome, error) }),
  };
}
