import type { LiveCall } from '../../call.js';
import { keyedEnvironment } from '../../keyed-gate.js';
import { isFailure, type Outcome } from '../../outcome.js';
import type { Environment, KeyableGate } from '../../policy.js';
import { Circuit } from './circuit.js';
import type { CircuitOpenError } from './circuit-open.error.js';
import type { CircuitBreakerSettings } from './circuit-breaker.options.js';
import { CLOSED, ISOLATED, type CircuitState } from './circuit-state.js';
import { exportedCircuit, importedState, readExportedCircuit, type ExportedCircuit } from './exported-circuit.js';
import { Ramp } from './ramp.js';

export type { CircuitState, ExportedCircuit };

/** The ticket of a call that was let through only because nothing is refused: it belongs to no generation, and decides nothing. */
const UNCOUNTED = -1;

/**
 * Opens when too many calls fail or are slow, refuses while open, and lets a few through to see whether the provider is
 * back. A call that ends in another generation than it began in changes nothing.
 */
export class CircuitBreaker extends Circuit implements KeyableGate<number> {
  readonly kind = 'circuitBreaker';
  /** The environment of the circuits of keys. */
  private keyed: Environment | undefined;

  constructor(
    settings: CircuitBreakerSettings,
    environment: Environment,
    /** The circuit of all keys, of which this is one: isolating it isolates every key. */
    private readonly whole?: CircuitBreaker,
  ) {
    super(settings, environment);
  }

  get state(): CircuitState {
    this.settle(this.environment.clock.now());
    return this.current.name;
  }

  /** The ticket is the generation under which the call was admitted. */
  enter(call: LiveCall): number | CircuitOpenError {
    if (this.current !== CLOSED || this.whole?.current === ISOLATED) {
      const admitted = this.whole?.current === ISOLATED ? this.refuse('isolated', call) : this.admit(call);
      if (admitted !== true) return admitted === false ? UNCOUNTED : admitted;
    }
    if (this.settings.slowCall !== undefined) call.timeWork();
    return this.generation;
  }

  leave(generation: number, outcome: Outcome, call: LiveCall): void {
    if (this.current.name === 'half-open') this.settle(call.now);
    if (generation !== this.generation) return;
    const failed = isFailure(outcome);
    const { current, counters, settings } = this;
    if (failed === undefined) {
      counters.ignored++;
      if (current.name === 'half-open') current.end(undefined);
      return;
    }
    if (failed) counters.failed++;
    else counters.succeeded++;
    const slow = settings.slowCall !== undefined && call.tookMs > settings.slowCall.over;
    if (failed && outcome.retryAfterMs !== undefined) this.streak.heed(outcome.retryAfterMs, call.now, settings);
    if (current.name === 'half-open') {
      current.end(failed || slow);
      this.judge(current, call.now);
    } else {
      const trip = this.windows.record(failed, slow, call, settings);
      if (trip !== undefined) this.becomeOpen(call.now, trip);
    }
  }

  forKey(): CircuitBreaker {
    this.keyed ??= keyedEnvironment(this.environment);
    return new CircuitBreaker(this.settings, this.keyed, this);
  }

  /** A closed circuit that must remember that it was open lately is not idle. */
  idle(now: number): boolean {
    // Only what changes without a word: whoever asks may be in the middle of something.
    if (this.current.name === 'closed') this.settle(now);
    return this.current === CLOSED && this.streak.length(true, now) === 0;
  }

  /** Refuses every call, of every key, until somebody forces another state or resets. With metrics only it refuses none. */
  isolate(): void {
    this.become(ISOLATED, 'forced');
  }

  /** Opens the circuit as if the provider had failed; it goes half-open in its time. */
  forceOpen(): void {
    this.becomeOpen(this.environment.clock.now(), { reason: 'forced' });
  }

  /** Closes the circuit without a ramp. How often it has opened lately is forgotten only when it stays closed. */
  forceClosed(): void {
    this.becomeClosed(this.environment.clock.now(), 'forced');
  }

  /** Closes the circuit and forgets what it counted, how often it has opened included. */
  reset(): void {
    this.forgetCounters();
    this.streak.resume(0);
    this.become(CLOSED, 'reset');
  }

  /** What another process, or this one after a restart, needs to go on. Remaining times, never timestamps. */
  export(): ExportedCircuit {
    const now = this.environment.clock.now();
    this.settle(now);
    return exportedCircuit(this.current, this.streak, this.settings, now);
  }

  /** Takes up what `export` gave. Throws a `TypeError` for anything else. */
  import(exported: ExportedCircuit): void {
    const given = readExportedCircuit(exported);
    const now = this.environment.clock.now();
    const next = importedState(given, this.settings, now);
    this.streak.resume(given.consecutiveOpens, now + (given.stableInMs ?? 0));
    if (given.stableInMs === undefined) this.streak.close(this.fullFrom(next, now), this.settings);
    const { consecutiveOpens } = given;
    this.become(next, 'imported', next.name === 'open' ? { openForMs: next.until - now, consecutiveOpens } : {});
    // Under other settings the trial may be decided.
    if (next.name === 'half-open' && this.current === next) this.judge(next, now);
  }

  snapshot(now: number): Readonly<Record<string, unknown>> {
    this.settle(now);
    const { current, settings, streak, windows } = this;
    return {
      state: current.name,
      mode: settings.mode,
      ...(current.name === 'open' && { openForMs: Math.ceil(current.until - now) }),
      ...(current.name === 'half-open' && { trial: current.shown() }),
      ...(current instanceof Ramp && { ramp: current.shown(settings.ramp!, now) }),
      consecutiveOpens: streak.length(current.name === 'closed', now),
      window: windows.shown(settings.window, now),
      consecutiveFailures: windows.consecutive,
      ...this.counters,
    };
  }

  reconfigure(settings: CircuitBreakerSettings): void {
    const now = this.environment.clock.now();
    this.settle(now);
    this.windows.resize(settings.window, now);
    this.settings = settings;
    // What was undecided may be decided now, and nobody would be let in any more to decide it.
    if (this.current.name === 'half-open') this.judge(this.current, now);
  }
}
