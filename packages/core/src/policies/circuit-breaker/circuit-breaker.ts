import { UNUSED_MS } from '../../engine/gates/kept-keys.js';
import type { Clock } from '../../time/clock.js';
import type { LiveCall } from '../../engine/live-call.js';
import { isFailure, SUCCESS, type Outcome } from '../../outcome/outcome.js';
import type { EnvironmentOf, KeyableGate } from '../../engine/policy.js';
import { UNCOUNTED } from './circuit.js';
import { CircuitByHand } from './circuit-by-hand.js';
import type { CircuitOpenError } from './circuit-open.error.js';
import type { CircuitBreakerSettings } from './circuit-breaker.options.js';
import type { CircuitHandle } from './circuit-handle.js';
import { CLOSED, ISOLATED } from './circuit-state.js';
import type { ExportedCircuit } from './exported-circuit.js';
import { hasHung } from './has-hung.js';
import { Ramp } from './ramp.js';
import { SlowWatch } from './slow-watch.js';
import { spanMs } from './span-ms.js';
import type { CircuitBreakerEvents, CircuitBreakerSnapshot, CircuitState } from './circuit-breaker.telemetry.js';
import { UsualTime } from './usual-time.js';
import { countOnce } from '../../engine/nested-counts.js';

export type { CircuitHandle, CircuitState, ExportedCircuit };

/** One in so many calls that succeed tells how long they usually take. */
const SAMPLE = 16;

/** The generation under which a call was admitted; where slow calls count, with what watches over its time. */
type Ticket = number | SlowWatch;

/**
 * Opens when too many calls fail or are slow, refuses while open, and lets a few through to see whether the provider is
 * back. A call that ends in another generation than it began in changes nothing.
 */
export class CircuitBreaker extends CircuitByHand implements KeyableGate<Ticket> {
  readonly kind = 'circuitBreaker';
  private readonly usual = new UsualTime();

  constructor(
    settings: CircuitBreakerSettings,
    environment: EnvironmentOf<CircuitBreakerEvents>,
    /** The circuit of all keys, of which this is one: isolating it isolates every key. */
    private readonly whole?: CircuitBreaker,
    private readonly key?: string,
  ) {
    super(settings, environment);
    if (settings.shared !== undefined) this.share(key);
  }

  get clock(): Clock {
    return this.environment.clock;
  }

  enter(call: LiveCall): Ticket | CircuitOpenError {
    const isPlain = this.current === CLOSED && this.whole === undefined && this.settings.slowCall === undefined;
    return isPlain && call.nesting === undefined ? this.generation : this.look(call);
  }

  /** Every call but those of a closed circuit without keys and slow calls that nothing around them can end. */
  private look(call: LiveCall): Ticket | CircuitOpenError {
    if (this.whole?.current === ISOLATED) return this.refuse('isolated', call);
    if (call.parent !== undefined) countOnce(call);
    if (this.current !== CLOSED) {
      const ticket = this.admit(call);
      if (ticket !== this.generation) return ticket;
    }
    const { slowCall } = this.settings;
    if (slowCall === undefined) {
      // A provider that hangs is known then by how long it was at work.
      if (call.canRunOutOfTime) call.timeWork();
      return this.generation;
    }
    call.timeWork();
    return new SlowWatch(this.generation, call, slowCall.over, this);
  }

  /**
   * Who has waited below while the state changed asks again: those who queue for a provider that fails are not sent to
   * it.
   */
  renew(ticket: Ticket, call: LiveCall): Ticket | CircuitOpenError {
    // Where nothing is refused, it was counted once.
    if (ticket === UNCOUNTED && this.settings.mode === 'metricsOnly') return ticket;
    if (generationOf(ticket) === this.generation && this.whole?.current !== ISOLATED) return ticket;
    if (typeof ticket !== 'number') ticket.remove();
    return this.enter(call);
  }

  leave(ticket: Ticket, outcome: Outcome, call: LiveCall): void {
    const { settings } = this;
    const isPlain = ticket === this.generation && outcome === SUCCESS && call.counts === undefined;
    if (isPlain && this.current === CLOSED) {
      this.countSuccess(call);
      this.windows.succeeded(call, settings);
    } else {
      if (typeof ticket !== 'number') ticket.remove();
      this.judgeLeaving(ticket, outcome, call);
    }
  }

  private judgeLeaving(ticket: Ticket, outcome: Outcome, call: LiveCall): void {
    if (this.current.name === 'half-open') this.settle(call.now);
    if (generationOf(ticket) !== this.generation) return;
    const failed = isFailure(outcome) ?? (call.cancelled && hasHung(call, this.usual.ms) ? true : undefined);
    const { current, counters, settings } = this;
    if (failed === undefined) {
      counters.ignored++;
      if (current.name === 'half-open') current.end(call, undefined);
      return;
    }
    const { counts } = call;
    if (current.name !== 'half-open' && counts?.cover(this, failed) === true) return;
    counts?.above?.note(this, failed);
    if (failed) counters.failed++;
    else this.countSuccess(call);
    if (failed && outcome.retryAfterMs !== undefined) this.streak.heed(outcome.retryAfterMs, call.now, settings);
    if (current.name === 'half-open') {
      current.end(call, failed);
      this.judge(current, call.now);
    } else {
      const { mark } = typeof ticket === 'number' ? NOT_SLOW : ticket;
      const trip = this.windows.record({ failed, mark, refused: outcome.kind !== 'success' }, call, settings);
      if (trip !== undefined) this.becomeOpen(call.now, trip);
    }
  }

  /** The clock need not be read for each to know how long they usually take. */
  private countSuccess(call: LiveCall): void {
    this.counters.succeeded++;
    if (this.counters.succeeded % SAMPLE === 0 && call.workingSince !== undefined) this.usual.note(call.tookMs);
  }

  /** To be called when a call turns out to be slow: it counts as such while it goes on. */
  onSlow(watch: SlowWatch): void {
    const { current, settings } = this;
    if (watch.generation !== this.generation || settings.slowCall === undefined) return;
    const now = this.clock.now();
    if (current.name === 'half-open') {
      current.end(watch.call, true);
      this.judge(current, now);
      return;
    }
    watch.mark = this.windows.markSlow(now, settings);
    const trip = this.windows.judge(false, true, settings);
    if (trip !== undefined) this.becomeOpen(now, trip);
  }

  forKey(environment: EnvironmentOf<CircuitBreakerEvents>, _packed?: unknown, key?: string): CircuitBreaker {
    return new CircuitBreaker(this.settings, environment, this, key);
  }

  close(): void {
    this.unshare();
  }

  oversee(keys: Iterable<KeyableGate>): void {
    this.keys = keys as Iterable<CircuitBreaker>;
  }

  /**
   * A closed circuit is idle unless it must remember that it was open lately; one that is open or half-open is when no
   * call has come for long after its time.
   */
  idle(now: number, usedAt: number): boolean {
    // Settles only what changes without an event: the one that asks may be in the middle of a transition.
    if (this.current.name === 'closed') this.settle(now);
    const { current } = this;
    switch (current.name) {
      case 'closed':
        return current === CLOSED && this.streak.length(true, now) === 0;
      case 'open':
        return now - current.until >= UNUSED_MS;
      case 'half-open':
        return now - usedAt >= UNUSED_MS;
      case 'isolated':
        return false;
    }
  }

  remembers(now: number): boolean {
    return this.windows.holdAny(this.settings.window, now);
  }

  snapshot(now: number): CircuitBreakerSnapshot {
    this.settle(now);
    const { current, settings, streak, windows } = this;
    return {
      state: current.name,
      mode: settings.mode,
      ...(current.name === 'open' && { openForMs: Math.ceil(spanMs(now, current.until)) }),
      ...(current.name === 'half-open' && { trial: current.shown() }),
      ...(current instanceof Ramp && { ramp: current.shown(settings.ramp!, now) }),
      consecutiveOpens: streak.length(current.name === 'closed', now),
      window: windows.shown(settings.window, now),
      consecutiveFailures: windows.consecutive,
      ...this.counters,
      ...(this.whole === undefined && this.keysShown()),
    };
  }

  reconfigure(settings: CircuitBreakerSettings): void {
    const now = this.environment.clock.now();
    this.settle(now);
    this.windows.resize(settings.window, now);
    const wasShared = this.settings.shared;
    this.settings = settings;
    if (settings.shared?.quorum !== wasShared?.quorum) this.share(this.key);
    // An undecided trial may be decided now, and no further call would be admitted to decide it.
    if (this.current.name === 'half-open') this.judge(this.current, now);
  }
}

const NOT_SLOW = { mark: undefined };

function generationOf(ticket: Ticket): number {
  return typeof ticket === 'number' ? ticket : ticket.generation;
}
