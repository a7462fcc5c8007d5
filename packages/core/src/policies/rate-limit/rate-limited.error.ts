import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';

/** The provider's quota is spent, and waiting for it is not allowed or would take too long, or for ever. */
export class RateLimitedError extends ResilienceError {
  readonly code = 'RATE_LIMITED';

  constructor(
    /**
     * - `'quota-spent'`: by our own count its turn comes later than it may wait.
     * - `'paused-by-provider'`: the same, as the provider's answers ask for.
     * - `'queue-full'`: as many calls wait as may. One in the background makes room for one that is not.
     * - `'cost-too-high'`: it costs more than there ever is at once, so that no wait would help.
     * - `'closed'`: its provider was closed, as when the application shuts down.
     */
    readonly why: 'quota-spent' | 'paused-by-provider' | 'queue-full' | 'cost-too-high' | 'closed',
    info: ResilienceErrorInfo,
    detail?: string,
  ) {
    const wait = info.retryAfterMs === undefined ? undefined : `next slot in ${Math.ceil(info.retryAfterMs)} ms`;
    const more = detail ?? wait;
    super(`${info.provider}: rate limited (${why.replaceAll('-', ' ')})${more === undefined ? '' : `; ${more}`}`, info);
  }
}

/** Whether an error is a `RateLimitedError`, of this copy of the package or another. */
export const isRateLimitedError = guardFor<RateLimitedError>('RATE_LIMITED');
