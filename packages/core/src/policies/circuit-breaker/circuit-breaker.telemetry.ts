import type { EventLevels } from '../../events/event-hub.js';

/** The states of a circuit; `'isolated'` is open by hand until it is taken back. */
export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated';

/** The fields of every transition. */
interface Transition {
  /** The state before. */
  from: CircuitState;
  /** Present when the circuit only watches, and refuses nothing. */
  mode?: 'metricsOnly';
}

export interface CircuitBreakerEvents {
  /** The circuit refuses calls from now on. */
  'circuitBreaker.opened': Transition & {
    reason:
      | 'consecutive failures'
      | 'failure rate'
      | 'slow call rate'
      | 'trial failed'
      | 'trial took too long'
      | 'forced'
      | 'imported'
      | 'other hosts';
    /** How many hosts have found it open, where it was for that. */
    hosts?: number;
    /** For how long, in milliseconds. */
    openForMs: number;
    /** How often it has opened with no stable time closed in between. */
    consecutiveOpens: number;
    /** Whether the provider's own word (`Retry-After`) has made it longer. */
    hinted?: boolean;
    /** The window that tripped it, and the calls counted there. */
    window?: 'consecutive' | 'count' | 'time';
    calls?: number;
    failed?: number;
    slow?: number;
  };
  /** The circuit lets a few calls through to see whether the provider is back. */
  'circuitBreaker.halfOpened': Transition & { reason: 'open for long enough' | 'imported' };
  /** The circuit lets all calls through again, or a growing share of them. */
  'circuitBreaker.closed': Transition & {
    reason: 'trial succeeded' | 'forced' | 'reset' | 'imported';
    /** How long the share grows, in milliseconds. */
    rampMs?: number;
  };
  /** The circuit was isolated by hand, and refuses calls until that is taken back. */
  'circuitBreaker.isolated': Transition & { reason: 'forced' | 'imported' };
}

export const circuitBreakerEvents: EventLevels<CircuitBreakerEvents> = {
  'circuitBreaker.opened': 'error',
  'circuitBreaker.halfOpened': 'info',
  'circuitBreaker.closed': 'info',
  'circuitBreaker.isolated': 'warn',
};

/** The calls that a window holds. */
export interface WindowSnapshot {
  /** Calls that the window holds. */
  readonly calls: number;
  /** Those of them that failed. */
  readonly failed: number;
  /** Those of them that were slow. */
  readonly slow: number;
}

export interface CircuitBreakerSnapshot {
  /** `closed`, `open`, `half-open` or `isolated`. */
  readonly state: CircuitState;
  /** Whether it refuses, or only watches. */
  readonly mode: 'enforce' | 'metricsOnly';
  /** Open: for how much longer, in milliseconds. */
  readonly openForMs?: number;
  /** Half-open: the trial calls. */
  readonly trial?: { readonly inFlight: number; readonly succeeded: number; readonly failed: number };
  /** Closed, recovering: the share of calls that is let through, and how long it goes on growing. */
  readonly ramp?: { readonly share: number; readonly leftMs: number };
  /** How often it has opened with no stable time closed in between. */
  readonly consecutiveOpens: number;
  /** The calls that its windows hold. */
  readonly window: { readonly time?: WindowSnapshot; readonly count?: WindowSnapshot };
  /** Failures in a row up to now. */
  readonly consecutiveFailures: number;
  /** Calls that succeeded, since the start. */
  readonly succeeded: number;
  /** Calls that failed, since the start. */
  readonly failed: number;
  /** Calls that said nothing about the provider's health. */
  readonly ignored: number;
  /** Calls that were refused, since the start. */
  readonly refused: number;
  /** `metricsOnly`: calls that would have been refused. */
  readonly wouldRefuse: number;
  /** How often it has opened. */
  readonly opened: number;
  /** The numbers of circuits of keys, as they were found when last asked. */
  readonly openKeys?: number;
  readonly halfOpenKeys?: number;
}
