import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';

/**
 * Why the signal of an attempt was aborted: another attempt at the same operation was first to bring an answer. No
 * caller gets it.
 */
export class HedgeLostError extends ResilienceError {
  readonly code = 'HEDGE_LOST';

  constructor(info: ResilienceErrorInfo) {
    super(`${info.provider}: another attempt at ${info.operation ?? 'a call'} was first`, info);
  }
}

/** Whether an error is a `HedgeLostError`, of this copy of the package or another. */
export const isHedgeLostError = guardFor<HedgeLostError>('HEDGE_LOST');
