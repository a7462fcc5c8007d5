import type { Clock } from '@breakwater/core';
import type { LiveCall } from '@breakwater/core/adapter';
import {
  context,
  INVALID_TRACEID,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { CallSpan } from './call-span.js';
import type { OperationMeasures, ProviderMeasures } from './provider-measures.js';

/** A span that nothing is recorded of, and within which the call runs all the same. */
interface Unrecorded {
  readonly context: Context;
}

/**
 * Makes a span for each logical call, with an event for each of several attempts. Nothing of what the provider or the
 * caller has said stands in it: no message, no argument, no key.
 */
export class CallSpans {
  private readonly byCall = new Map<LiveCall, CallSpan>();
  /** Work that several calls may wait for, or none, by its attempt. */
  private readonly shared = new Map<LiveCall, Span>();

  constructor(
    private readonly tracer: Tracer,
    private readonly clock: Clock,
  ) {}

  /** `undefined` where there is nothing to tell of the call, and nothing below it has to know of its span. */
  begin(call: LiveCall, { spanName, spanOptions }: OperationMeasures): CallSpan | Unrecorded | undefined {
    const active = context.active();
    const span = this.tracer.startSpan(spanName, spanOptions, active);
    if (!span.isRecording()) return unrecorded(span, active);
    const begun = new CallSpan(span, trace.setSpan(active, span), this.wallAt);
    this.byCall.set(call, begun);
    return begun;
  }

  ended(call: LiveCall): void {
    this.byCall.delete(call);
  }

  /**
   * Begins a span of its own for an attempt that belongs to no call alone, such as one that loads for a cache. It links
   * to the span of the call that has begun it.
   */
  attemptBegins(call: LiveCall, measures: ProviderMeasures): void {
    if (call.nesting?.detached === true) this.shared.set(call, this.sharedSpan(measures.of(call.operation)));
    else if (this.byCall.size > 0) this.byCall.get(call.root)?.attemptBegins(call);
  }

  attemptEnded(call: LiveCall): void {
    if (this.byCall.size > 0) this.byCall.get(call.root)?.attemptEnded(call);
    if (this.shared.size > 0) this.endShared(call);
  }

  private endShared(call: LiveCall): void {
    const span = this.shared.get(call);
    if (span === undefined) return;
    this.shared.delete(call);
    const { kind } = call.outcome!;
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

  private readonly wallAt = (ms: number): number => this.clock.wallNow() - (this.clock.now() - ms);
}

/**
 * Spans below a call that begins a trace have to find that it is not sampled: otherwise each of them would begin a
 * trace of its own. Within another span they find that one.
 */
function unrecorded(span: Span, active: Context): Unrecorded | undefined {
  if (trace.getSpan(active) !== undefined || span.spanContext().traceId === INVALID_TRACEID) return undefined;
  return { context: trace.setSpan(active, span) };
}
