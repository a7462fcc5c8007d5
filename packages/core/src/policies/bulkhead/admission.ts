import { isResilienceError } from '../../errors/resilience-error.js';
import type { LiveCall } from '../../engine/live-call.js';
import { isFailure, type Outcome } from '../../outcome/outcome.js';
import type { AdaptiveLimit } from './adaptive-limit.js';

/** A call that was admitted under an adaptive limit, and what there was to know at that time. */
export class Admission {
  private readonly backoffs: number;

  /** The bulkhead's slot that the call holds. */
  readonly slot: object;
  private readonly inFlight: number;

  /** `inFlight` counts the call itself. */
  constructor(
    readonly call: LiveCall,
    private readonly to: AdaptiveLimit,
    { inFlight, slot }: { readonly inFlight: number; readonly slot: object },
  ) {
    this.backoffs = to.backoffs;
    this.inFlight = inFlight;
    this.slot = slot;
  }

  /** Itself, as tickets without one have none. */
  get admission(): this {
    return this;
  }

  /** Tells the limit how the call ended, where that says anything. */
  end(outcome: Outcome): void {
    const turnedAway = isOverload(outcome) || hasTimedOut(this.call);
    if (!turnedAway && outcome.kind !== 'success') return;
    const { inFlight, backoffs } = this;
    this.to.learn({ inFlight, backoffs, tookMs: this.call.tookMs, turnedAway });
  }
}

/** Whether the provider says that it is too much for it. */
function isOverload(outcome: Outcome): boolean {
  return outcome.kind === 'throttled' || (outcome.status === 503 && isFailure(outcome) === true);
}

/**
 * Whether the attempt took too long. A total timeout does not say so: the time may have gone in waiting. Nor does that
 * of an attempt at something else, in which this call was made.
 */
function hasTimedOut({ aborted, cancelled, reason }: LiveCall): boolean {
  if (!aborted || cancelled || !isResilienceError(reason)) return false;
  return reason.code === 'TIMEOUT' && 'scope' in reason && reason.scope === 'attempt';
}
