import type { BreakerSettings } from '../checkout-settings.js';

export interface Outage {
  /** Calls a second that would be made if all were well. */
  readonly rate: number;
  readonly attemptTimeoutMs: number;
  readonly lastsMs: number;
}

export interface BreakerAllowance {
  /** From the first sign of trouble until the breaker is open, at the latest. */
  readonly opensWithinMs: number;
  /** Calls made by then: those already under way when the first one failed, the failures it takes, a retry of each. */
  readonly untilOpen: number;
  /** Calls let through to see whether the provider is back. */
  readonly probes: number;
}

/** How many calls a circuit breaker may let through to a provider that does not answer, by its own settings. */
export function breakerAllowance(breaker: BreakerSettings, outage: Outage): BreakerAllowance {
  const failing = (breaker.consecutiveFailures / outage.rate) * 1_000;
  const opensWithinMs = outage.attemptTimeoutMs + failing + BUSY_MACHINE_MS;
  return {
    opensWithinMs,
    untilOpen: Math.ceil((opensWithinMs / 1_000) * outage.rate) + breaker.consecutiveFailures,
    probes: Math.floor(outage.lastsMs / breaker.openForMs) * breaker.halfOpenCalls,
  };
}

/** Timers of a busy machine are late by as much. */
const BUSY_MACHINE_MS = 100;
