import { isResilienceError, type Outcome } from '@breakwater/core';
import type { LiveCall } from '@breakwater/core/adapter';
import { SpanStatusCode, type Context, type Span } from '@opentelemetry/api';

/** An attempt that has ended, before it is told. */
interface EndedAttempt {
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly startedAt: number | undefined;
  readonly endedAt: number;
}

/** The span of one call, and what its attempts have come to. */
export class CallSpan {
  private attempts = 0;
  /** Most calls have one attempt: others are kept in a map. */
  private firstCall: LiveCall | undefined;
  private firstStartedAt = 0;
  private others: Map<LiveCall, number> | undefined;
  /** The first attempt that has ended, until there is another: alone it would say what the span says. */
  private untold: EndedAttempt | undefined;

  constructor(
    readonly span: Span,
    /** The context within which it runs. */
    readonly context: Context,
    /** The time of the wall at a moment of the clock. */
    private readonly wallAt: (ms: number) => number,
  ) {}

  attemptBegins(call: LiveCall): void {
    if (this.firstCall === undefined) {
      this.firstCall = call;
      this.firstStartedAt = call.now;
    } else (this.others ??= new Map()).set(call, call.now);
  }

  attemptEnded(call: LiveCall): void {
    const startedAt = call === this.firstCall ? this.firstStartedAt : this.others?.get(call);
    const ended = { attempt: call.attempt, outcome: call.outcome!, startedAt, endedAt: call.now };
    if (++this.attempts === 1) {
      this.untold = ended;
      return;
    }
    if (this.untold !== undefined) this.tell(this.untold, new Date(this.wallAt(this.untold.endedAt)));
    this.untold = undefined;
    this.tell(ended);
  }

  end(outcome: Outcome, error: unknown): void {
    const { span } = this;
    span.setAttribute('breakwater.outcome', outcome.kind);
    span.setAttribute('breakwater.attempts', this.attempts);
    const status = this.untold?.outcome.status;
    if (status !== undefined) span.setAttribute('http.response.status_code', status);
    if (error !== undefined || outcome.kind !== 'success') {
      span.setAttribute('error.type', errorType(outcome, error));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }

  private tell({ attempt, outcome: { kind, status }, startedAt, endedAt }: EndedAttempt, at?: Date): void {
    const attributes = {
      'breakwater.attempt': attempt,
      'breakwater.outcome': kind,
      ...(startedAt !== undefined && { 'breakwater.attempt.duration': (endedAt - startedAt) / 1000 }),
      ...(status !== undefined && { 'http.response.status_code': status }),
    };
    this.span.addEvent('breakwater.attempt', attributes, at);
  }
}

/** One of a few words: the code of our own errors, the status of an answer, or the kind of the outcome. */
export function errorType({ kind, status }: Outcome, error: unknown): string {
  if (isResilienceError(error)) return error.code;
  return status === undefined ? kind : String(status);
}
