import { isResilienceError, type Outcome } from '@breakwater/core';
import type { LiveCall } from '@breakwater/core/adapter';
import { context, SpanStatusCode, trace, type Context, type Span, type Tracer } from '@opentelemetry/api';
import type { OperationMeasures } from './provider-measures.js';

/** A call that is traced. */
export interface CallSpan {
  readonly span: Span;
  /** The context within which it runs. */
  readonly context: Context;
  attempts: number;
  lastStatus: number | undefined;
}

/**
 * Makes a span for each logical call, with an event for each attempt. Nothing of what the provider or the caller has
 * said stands in it: no message, no argument, no key.
 */
export class CallSpans {
  private readonly byCall = new Map<LiveCall, CallSpan>();
  /** Work that several calls may wait for, or none, by its attempt. */
  private readonly shared = new Map<LiveCall, Span>();
  private readonly startedAt = new WeakMap<LiveCall, number>();

  constructor(private readonly tracer: Tracer) {}

  /** `undefined` where the call is not recorded: then there is nothing to tell of it. */
  begin(call: LiveCall, { spanName, spanOptions }: OperationMeasures): CallSpan | undefined {
    const active = context.active();
    const span = this.tracer.startSpan(spanName, spanOptions, active);
    if (!span.isRecording()) return undefined;
    const begun: CallSpan = { span, context: trace.setSpan(active, span), attempts: 0, lastStatus: undefined };
    this.byCall.set(call, begun);
    return begun;
  }

  end(call: LiveCall, begun: CallSpan, outcome: Outcome, error: unknown): void {
    this.byCall.delete(call);
    const { span } = begun;
    span.setAttribute('breakwater.outcome', outcome.kind);
    span.setAttribute('breakwater.attempts', begun.attempts);
    if (error !== undefined || outcome.kind !== 'success') {
      span.setAttribute('error.type', errorType(outcome, error));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }

  /**
   * Begins a span of its own for an attempt that belongs to no call alone, such as one that loads for a cache. It links
   * to the span of the call that has begun it.
   */
  attemptBegins(call: LiveCall, measures: OperationMeasures): void {
    if (call.isDetached) this.shared.set(call, this.sharedSpan(measures));
    else if (this.byCall.has(call.root)) this.startedAt.set(call, call.now);
  }

  attemptEnded(call: LiveCall): void {
    const begun = this.byCall.get(call.root);
    const { kind, status } = call.outcome!;
    if (begun !== undefined) {
      begun.attempts++;
      const startedAt = this.startedAt.get(call);
      begun.span.addEvent('breakwater.attempt', {
        'breakwater.attempt': call.attempt,
        'breakwater.outcome': kind,
        ...(startedAt !== undefined && { 'breakwater.attempt.duration': (call.now - startedAt) / 1000 }),
        ...(status !== undefined && { 'http.response.status_code': status }),
      });
      return;
    }
    const span = this.shared.get(call);
    if (span === undefined) return;
    this.shared.delete(call);
    span.setAttribute('breakwater.outcome', kind);
    if (kind !== 'success') span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }

  private sharedSpan({ spanName, spanOptions }: OperationMeasures): Span {
    const cause = trace.getActiveSpan()?.spanContext();
    return this.tracer.startSpan(`${spanName} (shared)`, {
      ...spanOptions,
      root: true,
      ...(cause && { links: [{ context: cause }] }),
    });
  }
}

/** One of a few words: the code of our own errors, the status of an answer, or the kind of the outcome. */
export function errorType({ kind, status }: Outcome, error: unknown): string {
  if (isResilienceError(error)) return error.code;
  return status === undefined ? kind : String(status);
}
