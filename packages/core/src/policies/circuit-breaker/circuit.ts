import type { LiveCall } from '../../engine/live-call.js';
import type { EnvironmentOf } from '../../engine/policy.js';
import { CallWindows } from './call-windows.js';
import type { CircuitBreakerSettings } from './circuit-breaker.options.js';
import { CircuitOpenError } from './circuit-open.error.js';
import { CLOSED, type CurrentState } from './circuit-state.js';
import { HalfOpenTrial } from './half-open-trial.js';
import { OpenStreak } from './open-streak.js';
import { Ramp } from './ramp.js';
import { spanMs } from './span-ms.js';
import { circuitId } from './shared/circuit-id.js';
import { SHARED_CIRCUITS, type VotedCircuit } from './shared/shared-circuits.js';
import type { CircuitBreakerEvents } from './circuit-breaker.telemetry.js';

/**
 * The ticket of a call that belongs to no generation, and decides nothing: it was let through because nothing is
 * refused, or because the call in whose method it is made was.
 */
export const UNCOUNTED = -1;

/**
 * The states of a circuit and the transitions between them. Every transition starts a new generation. There is no
 * timer: the effects of time appear at the next admission, or at the next look.
 */
export class Circuit {
  protected current: CurrentState = CLOSED;
  protected generation = 0;
  protected counters = newCounters();
  protected readonly windows = new CallWindows();
  protected readonly streak = new OpenStreak();
  /** Until when other hosts had it open, by their last word. */
  private adoptedUntil = -Infinity;
  /** Where other hosts have a say. */
  private voted: VotedCircuit | undefined;

  constructor(
    protected settings: CircuitBreakerSettings,
    protected readonly environment: EnvironmentOf<CircuitBreakerEvents>,
  ) {}

  /**
   * Brings about what time has: an open circuit that has served goes half-open, a trial that hangs re-opens, a ramp
   * ends.
   */
  protected settle(now: number): void {
    const { current, settings } = this;
    if (current.name === 'open') {
      if (now >= current.until) this.become(new HalfOpenTrial(), SERVED);
    } else if (current.name === 'half-open') {
      if (current.isOverdue(settings.halfOpen, now)) this.becomeOpen(now, { reason: 'trial took too long' });
    } else if (current instanceof Ramp && (settings.ramp === undefined || current.leftMs(settings.ramp, now) === 0)) {
      // No transition: calls that began in the ramp count on.
      this.current = CLOSED;
    }
  }

  /** The ticket of a call that is let through, or why it is refused. */
  protected admit(call: LiveCall): number | CircuitOpenError {
    const { now } = call;
    if (this.current.name === 'open' && now >= this.current.until) return this.beginTrial(call);
    this.settle(now);
    const { current, settings } = this;
    // Refused, it would only make the call fail that was let through.
    if (isWithin(current, call)) return UNCOUNTED;
    switch (current.name) {
      case 'isolated':
        return this.refuse('isolated', call);
      case 'open':
        return this.refuse('open', call, current.until - now);
      case 'half-open': {
        if (current.admit(settings.halfOpen, call)) return this.generation;
        // It may be decided at any moment, and is looked at again when its time is up.
        const waitMs = Math.min(settings.openFor.initial, current.leftMs(settings.halfOpen, now));
        return this.refuse('half-open', call, waitMs);
      }
      case 'closed':
        if (!(current instanceof Ramp) || current.admit(settings.ramp!, call)) return this.generation;
        return this.refuse('recovering', call, current.leftMs(settings.ramp!, now));
    }
  }

  /** The refusal, or a ticket where nothing is refused. Not thrown: that would be most of what failing fast costs. */
  protected refuse(state: CircuitOpenError['state'], call: LiveCall, retryAfterMs?: number): number | CircuitOpenError {
    if (this.settings.mode === 'metricsOnly') {
      this.counters.wouldRefuse++;
      return UNCOUNTED;
    }
    this.counters.refused++;
    return new CircuitOpenError(state, { provider: call.provider, operation: call.operation, retryAfterMs });
  }

  /**
   * The call that finds the circuit to have been open for long enough is the first of the trial, before any listener is
   * told of it.
   */
  private beginTrial(call: LiveCall): number {
    const trial = new HalfOpenTrial();
    trial.admit(this.settings.halfOpen, call);
    const ticket = this.generation + 1;
    this.become(trial, SERVED);
    return ticket;
  }

  /** Tells the other hosts what this one's calls have found. */
  private tell(next: CurrentState, reason: string): void {
    if (this.voted === undefined) return;
    const circuits = this.environment.shared(SHARED_CIRCUITS);
    if (next.name === 'closed') circuits.vote(this.voted.id, 0);
    else if (next.name === 'open' && !NO_EVIDENCE.has(reason)) {
      circuits.vote(this.voted.id, next.until - this.environment.clock.now());
    }
  }

  /** Lets the other hosts vote on it, or no longer. */
  protected share(key?: string): void {
    const { environment, settings } = this;
    const circuits = environment.shared(SHARED_CIRCUITS);
    if (this.voted !== undefined) circuits.leave(this.voted);
    this.voted = undefined;
    const { shared } = settings;
    if (shared === undefined) return;
    this.voted = {
      id: circuitId(environment.operation, key),
      quorum: shared.quorum,
      adopt: (openForMs, hosts) => this.adopt(openForMs, hosts),
    };
    circuits.join(this.voted, environment);
  }

  protected unshare(): void {
    if (this.voted !== undefined) this.environment.shared(SHARED_CIRCUITS).leave(this.voted);
  }

  protected judge(trial: HalfOpenTrial, now: number): void {
    const { ramp, halfOpen } = this.settings;
    const verdict = trial.verdict(halfOpen);
    if (verdict === true) this.becomeClosed(now, 'trial succeeded', ramp === undefined ? CLOSED : new Ramp(ramp, now));
    else if (verdict === false) this.becomeOpen(now, { reason: 'trial failed' });
  }

  protected becomeOpen(now: number, { reason, ...detail }: { reason: string }): void {
    const { current, settings, environment } = this;
    const { until: after, hinted } = this.streak.open(current.name, now, settings, environment);
    // Opened by hand while it is open, it is open for no less than it was.
    const until = current.name === 'open' ? Math.max(after, current.until) : after;
    this.counters.opened++;
    const openForMs = spanMs(now, until);
    this.become({ name: 'open', until }, reason, {
      openForMs,
      consecutiveOpens: this.streak.length(false, now),
      hinted,
      ...detail,
    });
  }

  protected becomeClosed(now: number, reason: string, next: typeof CLOSED | Ramp = CLOSED): void {
    const fullAt = this.fullFrom(next, now);
    this.streak.settle(this.current.name === 'closed', now);
    this.streak.close(fullAt, this.settings);
    this.become(next, reason, next === CLOSED ? {} : { rampMs: spanMs(now, fullAt) });
  }

  /** From when on a state lets every call through, if it does. */
  protected fullFrom(state: CurrentState, now: number): number {
    return state instanceof Ramp ? now + state.leftMs(this.settings.ramp!, now) : now;
  }

  /** Enough other hosts have found it open. It was not this one's calls: how often they have opened it stays. */
  adopt(openForMs: number, hosts: number): void {
    const now = this.environment.clock.now();
    this.settle(now);
    // A circuit that was closed since, by hand or by a trial, is not opened again by the same hosts' word.
    const until = now + openForMs;
    if (this.current.name !== 'closed' || until <= this.adoptedUntil + SAME_MS) return;
    this.adoptedUntil = until;
    this.streak.settle(true, now);
    this.counters.opened++;
    this.become({ name: 'open', until }, OTHER_HOSTS, {
      openForMs: spanMs(now, until),
      consecutiveOpens: this.streak.length(false, now),
      hosts,
    });
  }

  /** Commits the new state before any listener is told of it. */
  protected become(next: CurrentState, reason: string, detail: Readonly<Record<string, unknown>> = {}): void {
    const from = this.current.name;
    this.current = next;
    this.generation++;
    this.windows.clear();
    this.streak.forgetHints();
    this.tell(next, reason);
    const mode = this.settings.mode === 'metricsOnly' && { mode: 'metricsOnly' };
    // The detail fits the state: each is set where the circuit enters it.
    const told = { from, reason, ...detail, ...mode } as CircuitBreakerEvents[keyof CircuitBreakerEvents];
    this.environment.emit(`circuitBreaker.${EVENTS[next.name]}`, told as never);
  }
}

const SERVED = 'open for long enough';
/** Words of other hosts that differ by less say the same, in milliseconds: they were on their way. */
const SAME_MS = 500;
const OTHER_HOSTS = 'other hosts';
/** By hand, or by what others have found: no evidence of this host's own. */
const NO_EVIDENCE: ReadonlySet<string> = new Set([OTHER_HOSTS, 'forced', 'imported']);

const EVENTS = { closed: 'closed', open: 'opened', 'half-open': 'halfOpened', isolated: 'isolated' } as const;

/** Whether a call is made, at whatever depth, in one that goes on and was let through by this trial or ramp. */
function isWithin(permit: CurrentState, { parent }: LiveCall): boolean {
  for (let outer = parent; outer !== undefined && !outer.ended; outer = outer.parent) {
    if (outer.nesting?.admittedBy === permit) return true;
  }
  return false;
}

/** How often what has happened, since the beginning or the last reset. */
export function newCounters() {
  return { succeeded: 0, failed: 0, ignored: 0, refused: 0, wouldRefuse: 0, opened: 0 };
}
