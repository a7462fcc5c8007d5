import type { LiveCall } from '../../engine/live-call.js';
import type { EnvironmentOf, FaultInjector } from '../../engine/policy.js';
import type { ChaosSettings } from './chaos.options.js';
import { InjectedFaultError, markInjected } from './injected-fault.error.js';
import type { ChaosEvents, ChaosSnapshot } from './chaos.telemetry.js';

type Attempt = (call: LiveCall) => unknown;

/** Does to calls what a provider on a bad day would do to them. */
export class Chaos implements FaultInjector {
  readonly kind = 'chaos';
  private readonly counters = { delays: 0, behaviors: 0, faults: 0, outcomes: 0 };
  /** Each lets one delayed call go on. */
  private readonly delayed = new Set<() => void>();

  constructor(
    private settings: ChaosSettings,
    private readonly environment: EnvironmentOf<ChaosEvents>,
  ) {}

  inject(call: LiveCall, work: Attempt): unknown {
    const { settings } = this;
    if (!settings.enabled || !this.isChosen(call)) return work(call);
    const { latency, behavior } = settings;
    const delayMs = this.strikes(latency) ? this.between(latency.delay) : undefined;
    const run = this.strikes(behavior) ? behavior.run : undefined;
    if (delayMs === undefined && run === undefined) return this.answer(call, work, settings);
    return this.answerLater(call, work, { settings, delayMs, run });
  }

  snapshot(): ChaosSnapshot {
    return { enabled: this.settings.enabled, ...this.counters };
  }

  reconfigure(settings: ChaosSettings): void {
    this.settings = settings;
  }

  /** Calls that were delayed go on at once. */
  close(): void {
    for (const goOn of [...this.delayed]) goOn();
  }

  private answer(call: LiveCall, work: Attempt, { fault, outcome }: ChaosSettings): unknown {
    if (this.strikes(fault)) throw this.errorOf(fault, call);
    if (!this.strikes(outcome)) return work(call);
    this.counters.outcomes++;
    this.report(call, { what: 'outcome' });
    return outcome.make(call);
  }

  private async answerLater(
    call: LiveCall,
    work: Attempt,
    { settings, delayMs, run }: { settings: ChaosSettings; delayMs: number | undefined; run: Attempt | undefined },
  ): Promise<unknown> {
    if (delayMs !== undefined) {
      this.counters.delays++;
      this.report(call, { what: 'latency', delayMs });
      await this.delay(call, delayMs);
      if (call.aborted) throw call.reason;
    }
    if (run !== undefined) {
      this.counters.behaviors++;
      this.report(call, { what: 'behavior' });
      await run(call);
      if (call.aborted) throw call.reason;
    }
    return this.answer(call, work, settings);
  }

  /** Ends with the time, or as soon as the call is aborted, leaving no timer and no listener. */
  private delay(call: LiveCall, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const goOn = () => {
        timer.cancel();
        stopListening();
        this.delayed.delete(goOn);
        resolve();
      };
      const timer = this.environment.clock.schedule(ms, goOn);
      const stopListening = call.onAbort(goOn);
      this.delayed.add(goOn);
    });
  }

  private errorOf(fault: NonNullable<ChaosSettings['fault']>, call: LiveCall): unknown {
    const { status, code, retryAfter: retryAfterMs, error: make } = fault;
    this.counters.faults++;
    const error =
      make === undefined ? new InjectedFaultError(call.provider, { status, code, retryAfterMs }) : make(call);
    markInjected(error);
    this.report(call, { what: 'fault', as: status ?? code ?? (error instanceof Error ? error.name : typeof error) });
    return error;
  }

  private isChosen(call: LiveCall): boolean {
    const { only } = this.settings;
    try {
      return only === undefined || only(call) === true;
    } catch (error) {
      this.environment.callbackFailed('chaos.only', error, call.operation);
      return false;
    }
  }

  /** Throws the dice for one injection. */
  private strikes<I extends { readonly rate: number }>(injection: I | undefined): injection is I {
    return injection !== undefined && this.environment.random() < injection.rate;
  }

  private between({ min, max }: { readonly min: number; readonly max: number }): number {
    return min + this.environment.random() * (max - min);
  }

  private report(call: LiveCall, what: Omit<ChaosEvents['chaos.injected'], 'attempt'>): void {
    this.environment.emit('chaos.injected', { ...what, attempt: call.attempt }, call.operation);
  }
}
