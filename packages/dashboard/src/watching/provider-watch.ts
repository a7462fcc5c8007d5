import { isResilienceError, type OutcomeKind, type ResilienceEvent, type Settled } from '@breakwater/core';
import {
  CountedOnce,
  whenRead,
  type CallObserver,
  type LiveCall,
  type LiveProvider,
  type Next,
  type ObservedProvider,
} from '@breakwater/core/adapter';
import type { ProviderView } from '../wire/frame.js';
import { CallWindow, type CallKind } from './call-window.js';
import { CircuitHistory } from './circuit-history.js';
import { FailureCauses } from './failure-causes.js';

const KIND_OF: Readonly<Record<OutcomeKind, CallKind>> = {
  success: 'ok',
  'not-sent': 'failed',
  transient: 'failed',
  unknown: 'failed',
  contract: 'failed',
  throttled: 'failed',
  unauthorized: 'failed',
  refused: 'refused',
  permanent: 'other',
  invalid: 'other',
  cancelled: 'other',
};

/** Watches one provider: its calls by time, the history of its circuits, and its webhooks. */
export class ProviderWatch implements CallObserver {
  private readonly window = new CallWindow();
  private readonly circuits = new CircuitHistory();
  private readonly failures = new FailureCauses();
  private readonly webhooks = { accepted: 0, repeated: 0, rejected: 0 };
  private readonly once = new CountedOnce();
  private active = 0;
  /** The latest refusal that was told of: calls around the refused one fail with it, too. */
  private toldRefusal: unknown;
  /** Wall time minus monotonic time: so that a call reads one clock only. */
  private offsetMs = 0;
  private observed!: ObservedProvider;

  constructor(
    private readonly provider: LiveProvider,
    /** Told of a call that a circuit has refused: no event tells of that. */
    private readonly onCircuitRefusal: (operation: string) => void,
  ) {
    provider.observeCalls((observed) => {
      this.observed = observed;
      this.tuneClock();
      return this;
    });
  }

  around(call: LiveCall, next: Next<unknown>): Promise<unknown> {
    const startedAt = this.observed.clock.now();
    const isWithin = this.once.isWithin(call);
    const underWay = { call, startedAt, isWithin };
    if (!isWithin) this.active++;
    return next(call).then(
      (value) => {
        whenRead(value, () => this.end(underWay, { ok: true, value }));
        return value;
      },
      (error: unknown) => {
        this.end(underWay, { ok: false, error });
        if (isResilienceError(error) && error.code === 'CIRCUIT_OPEN') this.circuitRefused(call, error);
        throw error;
      },
    );
  }

  attemptBegins(): void {
    // The end of an attempt says it all.
  }

  attemptEnded(call: LiveCall): void {
    if (this.once.attemptEnded(call)) this.window.attempted(call.now + this.offsetMs);
  }

  /** Takes note of an event of this provider. */
  note(event: ResilienceEvent): void {
    if (event.type === 'webhook.accepted') this.webhooks.accepted++;
    else if (event.type === 'webhook.repeated') this.webhooks.repeated++;
    else if (event.type === 'webhook.rejected') this.webhooks.rejected++;
    else this.circuits.note(event);
  }

  /** Everything that there is to see, with the seconds since `since`, in epoch seconds. */
  view(since: number): ProviderView {
    this.tuneClock();
    const now = this.observed.clock.wallNow();
    const { name, enabled, policies, httpCache } = this.provider.snapshot();
    const failures = this.failures.view();
    return {
      name,
      enabled,
      active: this.active,
      total: { ...this.window.total },
      minute: this.window.minute(now),
      seconds: this.window.seconds(since, now),
      slices: this.window.slices(since, now),
      policies,
      ...(httpCache && { httpCache }),
      ...(failures && { failures }),
      history: this.circuits.transitions,
      webhooks: this.webhooks,
    };
  }

  private end({ call, startedAt, isWithin }: UnderWay, settled: Settled): void {
    const outcome = this.observed.classify(settled, call);
    const now = this.observed.clock.now();
    if (!isWithin) this.active--;
    if (!this.once.ended(call, outcome.kind !== 'success')) return;
    const kind = KIND_OF[outcome.kind];
    this.window.record(kind, now - startedAt, now + this.offsetMs);
    if (kind === 'failed') this.failures.note(outcome, settled.ok ? undefined : settled.error, now + this.offsetMs);
  }

  private circuitRefused(call: LiveCall, error: unknown): void {
    if (error === this.toldRefusal) return;
    this.toldRefusal = error;
    this.onCircuitRefusal(call.operation);
  }

  private tuneClock(): void {
    const { clock } = this.observed;
    this.offsetMs = clock.wallNow() - clock.now();
  }
}

interface UnderWay {
  readonly call: LiveCall;
  readonly startedAt: number;
  /** Whether it is made in another call of its provider. */
  readonly isWithin: boolean;
}
