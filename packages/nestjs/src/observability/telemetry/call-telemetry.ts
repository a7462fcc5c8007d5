import type { Outcome } from '@breakwater/core';
import {
  CountedOnce,
  whenRead,
  type CallObserver,
  type LiveCall,
  type Next,
  type ObservedProvider,
} from '@breakwater/core/adapter';
import { context, type Context, type Histogram } from '@opentelemetry/api';
import { CallSpan, errorType } from './call-span.js';
import type { CallSpans } from './call-spans.js';
import type { OperationMeasures, ProviderMeasures } from './provider-measures.js';

/** Where telemetry of calls goes. */
export interface CallSinks {
  readonly measures: ProviderMeasures;
  readonly spans?: CallSpans | undefined;
  readonly durations?: Histogram | undefined;
  /** Whether a registry is served that can tell of traces. */
  readonly keepsExemplars: () => boolean;
}

/** Watches the calls of one provider: counts them, times them, and makes their spans. */
export class CallTelemetry implements CallObserver {
  private readonly once = new CountedOnce();

  constructor(
    private readonly provider: ObservedProvider,
    private readonly sinks: CallSinks,
  ) {}

  around(call: LiveCall, next: Next<unknown>): Promise<unknown> {
    const measures = this.sinks.measures.of(call.operation);
    const startedAt = this.provider.clock.now();
    const begun = this.sinks.spans?.begin(call, measures);
    const isWithin = this.once.isWithin(call);
    if (!isWithin) measures.active++;
    const underWay = { call, measures, startedAt, begun, isWithin };
    const result = begun === undefined ? next(call) : context.with(begun.context, next, undefined, call);
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
    if (spans !== undefined) spans.attemptBegins(call, measures);
  }

  attemptEnded(call: LiveCall): void {
    const { spans, measures } = this.sinks;
    if (this.once.attemptEnded(call)) measures.of(call.operation).of(call.outcome!.kind).attempts++;
    if (spans !== undefined) spans.attemptEnded(call);
  }

  private end(underWay: UnderWay, outcome: Outcome, error: unknown): void {
    const { call, measures, startedAt, begun, isWithin } = underWay;
    const seconds = (this.provider.clock.now() - startedAt) / 1000;
    if (!isWithin) measures.active--;
    const counts = this.once.ended(call, outcome.kind !== 'success');
    if (counts) this.count(underWay, { outcome, error, seconds });
    if (!(begun instanceof CallSpan)) return;
    this.sinks.spans!.ended(call);
    begun.end(outcome, error);
    if (!counts || !this.sinks.keepsExemplars()) return;
    const { traceId, spanId } = begun.span.spanContext();
    const exemplar = { traceId, spanId, value: seconds, at: this.provider.clock.wallNow() / 1000 };
    measures.of(outcome.kind).durations.note(exemplar);
  }

  private count({ measures, begun }: UnderWay, { outcome, error, seconds }: Ended): void {
    const ended = measures.of(outcome.kind);
    ended.durations.record(seconds);
    const { durations } = this.sinks;
    if (durations === undefined) return;
    const attributes = outcome.kind === 'success' ? ended.attributes : ended.failedWith(errorType(outcome, error));
    durations.record(seconds, attributes, begun?.context);
  }
}

interface UnderWay {
  readonly call: LiveCall;
  readonly measures: OperationMeasures;
  readonly startedAt: number;
  readonly begun: { readonly context: Context } | undefined;
  /** Whether it is made in another call of its provider. */
  readonly isWithin: boolean;
}

interface Ended {
  readonly outcome: Outcome;
  readonly error: unknown;
  readonly seconds: number;
}
