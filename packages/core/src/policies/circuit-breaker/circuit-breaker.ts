import type { LiveCall } from '../../call.js';
import { isFailure, type Outcome } from '../../outcome.js';
import type { Environment, Gate } from '../../policy.js';
import { CircuitOpenError } from './circuit-open.error.js';
import type { CircuitBreakerSettings } from './circuit-breaker.options.js';
import { TimeWindow } from './time-window.js';

export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated';

/** The state, with the data that exists only in it. Times are monotonic; `since` is when the oldest trial in flight began. */
type State =
  | { readonly name: 'closed' }
  | { readonly name: 'open'; readonly until: number }
  | { readonly name: 'half-open'; since: number; admitted: number; inFlight: number; succeeded: number; failed: number }
  | { readonly name: 'isolated' };

/** The circuit as another process, or this one after a restart, can take it up. Remaining times, never timestamps. */
export interface ExportedCircuit {
  readonly state: CircuitState;
  readonly openForMs?: number;
}

const CLOSED: State = { name: 'closed' };
const ISOLATED: State = { name: 'isolated' };

/**
 * Opens when too many calls fail or are slow, refuses while open, and lets a few through to see whether the provider is
 * back. Every transition starts a new generation: a call that ends in another one than it began in changes nothing. There
 * is no timer: what time brings about happens at the next admission, or when somebody looks.
 */
export class CircuitBreaker implements Gate<number> {
  readonly kind = 'circuitBreaker';
  private current: State = CLOSED;
  private generation = 0;
  private consecutive = 0;
  private window: TimeWindow | undefined;
  private counters = { succeeded: 0, failed: 0, ignored: 0, refused: 0, opened: 0 };

  constructor(
    private settings: CircuitBreakerSettings,
    private readonly environment: Environment,
  ) {
    this.window = this.newWindow();
  }

  get state(): CircuitState {
    this.settle(this.environment.clock.now());
    return this.current.name;
  }

  /** The ticket is the generation under which the call was admitted. */
  enter(call: LiveCall, now: number): number {
    if (this.current !== CLOSED) this.admitUnlessClosed(call, now);
    return this.generation;
  }

  leave(generation: number, outcome: Outcome, now: number, tookMs: number): void {
    if (generation !== this.generation) return;
    const failed = isFailure(outcome);
    const trial = this.current.name === 'half-open' ? this.current : undefined;
    if (failed === undefined) {
      this.counters.ignored++;
      // An ignored outcome decides nothing, so the trial is free to be made again.
      if (trial !== undefined) {
        trial.inFlight--;
        trial.admitted--;
      }
      return;
    }
    this.counters[failed ? 'failed' : 'succeeded']++;
    const slow = this.settings.slowCall !== undefined && tookMs > this.settings.slowCall.over;
    if (trial !== undefined) this.judgeTrial(trial, failed || slow, now);
    else if (this.current === CLOSED) this.judgeClosed(failed, slow, now);
  }

  /** Refuses every call until `reset` or `forceClosed`. */
  isolate(): void {
    this.become(ISOLATED, 'isolated');
  }

  /** Opens the circuit as if the provider had failed; it goes half-open in its time. */
  forceOpen(): void {
    this.becomeOpen(this.environment.clock.now(), 'forced');
  }

  forceClosed(): void {
    this.becomeClosed('forced');
  }

  /** Closes the circuit and forgets what it counted. */
  reset(): void {
    this.counters = { succeeded: 0, failed: 0, ignored: 0, refused: 0, opened: 0 };
    this.becomeClosed('reset');
  }

  export(): ExportedCircuit {
    const now = this.environment.clock.now();
    this.settle(now);
    if (this.current.name === 'open') return { state: 'open', openForMs: this.current.until - now };
    return { state: this.current.name };
  }

  import(exported: ExportedCircuit): void {
    const now = this.environment.clock.now();
    const { state, openForMs = this.settings.openFor } = exported;
    if (state === 'open') this.become({ name: 'open', until: now + openForMs }, 'opened', { reason: 'imported' });
    else if (state === 'half-open') this.become(halfOpenAt(now), 'halfOpened', { reason: 'imported' });
    else if (state === 'isolated') this.isolate();
    else this.becomeClosed('imported');
  }

  snapshot(now: number): Readonly<Record<string, unknown>> {
    this.settle(now);
    this.window?.slideTo(now);
    const { current } = this;
    return {
      state: current.name,
      ...(current.name === 'open' && { openForMs: Math.ceil(current.until - now) }),
      ...(this.window && { window: { calls: this.window.total, failed: this.window.failed, slow: this.window.slow } }),
      consecutiveFailures: this.consecutive,
      ...this.counters,
    };
  }

  reconfigure(settings: CircuitBreakerSettings): void {
    const resized = settings.window.time !== this.settings.window.time;
    this.settings = settings;
    if (!resized) return;
    const counted = this.window;
    this.window = this.newWindow();
    if (counted !== undefined) this.window?.take(counted);
  }

  /** Brings about what time has: an open circuit that has served goes half-open, a trial that takes too long re-opens. */
  private settle(now: number): void {
    const { current } = this;
    if (current.name === 'open' && now >= current.until) this.become(halfOpenAt(now), 'halfOpened');
    else if (current.name === 'half-open' && current.inFlight > 0 && now - current.since >= this.settings.halfOpen.atMost) {
      this.becomeOpen(now, 'trial took too long');
    }
  }

  private admitUnlessClosed(call: LiveCall, now: number): void {
    this.settle(now);
    const { current } = this;
    if (current.name === 'half-open' && current.admitted < this.settings.halfOpen.calls) {
      if (current.inFlight === 0) current.since = now;
      current.admitted++;
      current.inFlight++;
    } else if (current.name !== 'closed') {
      this.counters.refused++;
      throw new CircuitOpenError(current.name, {
        provider: call.provider,
        operation: call.operation,
        retryAfterMs: this.waitFrom(now),
      });
    }
  }

  private waitFrom(now: number): number | undefined {
    const { current } = this;
    if (current.name === 'open') return current.until - now;
    return current.name === 'half-open' ? Math.max(0, current.since + this.settings.halfOpen.atMost - now) : undefined;
  }

  /** The verdict falls as soon as it is decided: not every permitted trial has to be made. */
  private judgeTrial(trial: State & { name: 'half-open' }, failed: boolean, now: number): void {
    trial.inFlight--;
    if (failed) trial.failed++;
    else trial.succeeded++;
    const { calls, successRate } = this.settings.halfOpen;
    const needed = Math.ceil(calls * successRate - 1e-9);
    if (trial.succeeded >= needed) this.becomeClosed('trial succeeded');
    else if (calls - trial.failed < needed) this.becomeOpen(now, 'trial failed');
  }

  private judgeClosed(failed: boolean, slow: boolean, now: number): void {
    this.consecutive = failed ? this.consecutive + 1 : 0;
    const { window, settings } = this;
    if (settings.window.consecutive !== undefined && this.consecutive >= settings.window.consecutive) {
      return this.becomeOpen(now, 'consecutive failures');
    }
    if (window === undefined) return;
    window.record(failed, slow, now);
    if (window.total < settings.minimumCalls) return;
    if (failed && window.failed >= settings.failureRate * window.total) this.becomeOpen(now, 'failure rate');
    else if (slow && window.slow >= settings.slowCall!.rate * window.total) this.becomeOpen(now, 'slow call rate');
  }

  private becomeOpen(now: number, reason: string): void {
    this.counters.opened++;
    this.become({ name: 'open', until: now + this.settings.openFor }, 'opened', { reason, openForMs: this.settings.openFor });
  }

  private becomeClosed(reason: string): void {
    this.become(CLOSED, 'closed', { reason });
  }

  /** Commits the new state before anybody is told of it. */
  private become(next: State, event: string, detail: Record<string, unknown> = {}): void {
    const from = this.current.name;
    this.current = next;
    this.generation++;
    this.consecutive = 0;
    this.window?.clear();
    this.environment.emit(`circuitBreaker.${event}`, { from, ...detail });
  }

  private newWindow(): TimeWindow | undefined {
    const { time } = this.settings.window;
    return time === undefined ? undefined : new TimeWindow(time, this.environment.clock.now());
  }
}

function halfOpenAt(now: number): State {
  return { name: 'half-open', since: now, admitted: 0, inFlight: 0, succeeded: 0, failed: 0 };
}
