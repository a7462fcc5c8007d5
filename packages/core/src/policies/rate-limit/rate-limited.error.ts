import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';

/** The provider's quota is spent, and waiting for it is not allowed or would take too long. */
export class RateLimitedError extends ResilienceError {
  readonly code = 'RATE_LIMITED';

  constructor(
    readonly why: 'quota-spent' | 'paused-by-provider' | 'queue-full' | 'closed',
    info: ResilienceErrorInfo,
  ) {
    const wait = info.retryAfterMs === undefined ? '' : `; next slot in ${Math.ceil(info.retryAfterMs)} ms`;
    super(`${info.provider}: rate limited (${why.replaceAll('-', ' ')})${wait}`, info);
  }
}

export const isRateLimitedError = guardFor<RateLimitedError>('RATE_LIMITED');
