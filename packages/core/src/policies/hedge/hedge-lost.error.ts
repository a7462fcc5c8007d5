import { guardFor, ResilienceError } from '../../errors/resilience-error.js';

/** Why the signal of an attempt was aborted: another attempt at the same operation was first to bring an answer. No caller gets it. */
export class HedgeLostError extends ResilienceError {
  readonly code = 'HEDGE_LOST';
}

export const isHedgeLostError = guardFor<HedgeLostError>('HEDGE_LOST');
