import type { LiveCall } from '../../call.js';
import { isFailure, type Outcome } from '../../outcome.js';
import { keyedEnvironment } from '../../keyed-gate.js';
import type { Environment, KeyableGate } from '../../policy.js';
import { CircuitOpenError } from './circuit-open.error.js';
import type { CircuitBreakerSettings } from './circuit-breaker.options.js';
import { HalfOpenTrial } from './half-open-trial.js';
import { TimeWindow } from './time-window.js';

export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated';

/** The state, with the data that exists only in it. Times are monotonic. */
type State =
  | { readonly name: 'closed' }
  | { readonly name: 'open'; readonly until: number }
  | HalfOpenTrial
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
export class CircuitBreaker implements KeyableGate<number> {
  readonly kind = 'circuitBreaker';
  private current: State = CLOSED;
  private generation = 0;
  private consecutive = 0;
  private window: TimeWindow | undefined;
  private counters = { succeeded: 0, failed: 0, ignored: 0, refused: 0, opened: 0 };

  constructor(
    private settings: CircuitBreakerSettings,
    private readonly environment: Environment,
    /** The circuit of all keys, of which this is one: isolating it isolates every key. */
    private readonly whole?: CircuitBreaker,
  ) {
    this.window = this.newWindow();
  }

  get state(): CircuitState {
    this.settle(this.environment.clock.now());
    return this.current.name;
  }

  /** The ticket is the generation under which the call was admitted. */
  enter(call: LiveCall, now: number): number {
    if (this.current !== CLOSED || this.whole?.current === ISOLATED) this.admitUnlessClosed(call, now);
    return this.generation;
  }

  leave(generation: number, outcome: Outcome, now: number, tookMs: number): void {
    if (this.current.name === 'half-open') this.settle(now);
    if (generation !== this.generation) return;
    const failed = isFailure(outcome);
    const slow = this.settings.slowCall !== undefined && tookMs > this.settings.slowCall.over;
    this.counters[failed === undefined ? 'ignored' : failed ? 'failed' : 'succeeded']++;
    if (this.current.name === 'half-open') {
      this.current.end(failed === undefined ? undefined : failed || slow);
      this.judgeTrial(this.current, now);
    } else if (failed !== undefined) {
      this.judgeClosed(failed, slow, now);
    }
  }

  forKey(): CircuitBreaker {
    return new CircuitBreaker(this.settings, keyedEnvironment(this.environment), this);
  }

  idle(): boolean {
    return this.current === CLOSED;
  }

  /** Refuses every call, of every key, until `reset` or `forceClosed`. */
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

  /** Takes up what `export` gave. Throws a `TypeError` for anything else. */
  import({ state, openForMs = this.settings.openFor }: ExportedCircuit): void {
    const now = this.environment.clock.now();
    const detail = { reason: 'imported' };
    if (!(openForMs >= 0 && openForMs < Infinity)) throw new TypeError(`openForMs: ${openForMs} is no remaining time`);
    if (state === 'open') this.become({ name: 'open', until: now + openForMs }, 'opened', { ...detail, openForMs });
    else if (state === 'half-open') this.become(new HalfOpenTrial(now), 'halfOpened', detail);
    else if (state === 'isolated') this.become(ISOLATED, 'isolated', detail);
    else if (state === 'closed') this.becomeClosed('imported');
    else throw new TypeError(`'${String(state)}' is no state of a circuit`);
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
    const now = this.environment.clock.now();
    this.settings = settings;
    if (resized) this.resizeWindow(now);
    // What was undecided may be decided now, and nobody would be let in any more to decide it.
    if (this.current.name === 'half-open') this.judgeTrial(this.current, now);
  }

  /** Brings about what time has: an open circuit that has served goes half-open, a trial that takes too long re-opens. */
  private settle(now: number): void {
    const { current } = this;
    if (current.name === 'open' && now >= current.until) this.become(new HalfOpenTrial(now), 'halfOpened');
    else if (current.name === 'half-open' && current.isOverdue(this.settings.halfOpen, now)) {
      this.becomeOpen(now, 'trial took too long');
    }
  }

  private admitUnlessClosed(call: LiveCall, now: number): void {
    if (this.whole?.current === ISOLATED) this.refuse('isolated', call, undefined);
    this.settle(now);
    const { current } = this;
    if (current.name === 'closed') return;
    if (current.name === 'half-open' && current.admit(this.settings.halfOpen, now)) return;
    this.refuse(current.name, call, this.waitFrom(now));
  }

  private refuse(state: 'open' | 'half-open' | 'isolated', call: LiveCall, retryAfterMs: number | undefined): never {
    this.counters.refused++;
    throw new CircuitOpenError(state, { provider: call.provider, operation: call.operation, retryAfterMs });
  }

  /** When to come back. A trial may be decided at any moment, and at the latest when its time is up. */
  private waitFrom(now: number): number | undefined {
    const { current, settings } = this;
    if (current.name === 'open') return current.until - now;
    if (current.name !== 'half-open') return undefined;
    return Math.min(settings.openFor, current.leftMs(settings.halfOpen, now));
  }

  private judgeTrial(trial: HalfOpenTrial, now: number): void {
    const verdict = trial.verdict(this.settings.halfOpen);
    if (verdict === true) this.becomeClosed('trial succeeded');
    else if (verdict === false) this.becomeOpen(now, 'trial failed');
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
    // Divided rather than multiplied: 0.55 × 20 is more than 11.
    if (failed && window.failed / window.total >= settings.failureRate) this.becomeOpen(now, 'failure rate');
    else if (slow && window.slow / window.total >= settings.slowCall!.rate) this.becomeOpen(now, 'slow call rate');
  }

  private becomeOpen(now: number, reason: string): void {
    this.counters.opened++;
    this.become({ name: 'open', until: now + this.settings.openFor }, 'opened', {
      reason,
      openForMs: this.settings.openFor,
    });
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

  private resizeWindow(now: number): void {
    const counted = this.window;
    this.window = this.newWindow();
    if (counted === undefined) return;
    counted.slideTo(now);
    this.window?.take(counted);
  }

  private newWindow(): TimeWindow | undefined {
    const { time } = this.settings.window;
    return time === undefined ? undefined : new TimeWindow(time, this.environment.clock.now());
  }
}
