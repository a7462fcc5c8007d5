import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';

const REASONS = {
  'quota-spent': 'quota spent',
  'paused-by-provider': 'paused by provider',
  'queue-full': 'queue full',
  'cost-too-high': 'cost too high',
  closed: 'closed',
} as const;

/** The provider's quota is spent, and waiting for it is not allowed or would take too long, or for ever. */
export class RateLimitedError extends ResilienceError {
  readonly code = 'RATE_LIMITED';

  constructor(
    readonly why: keyof typeof REASONS,
    info: ResilienceErrorInfo,
    detail?: string,
  ) {
    const wait = info.retryAfterMs === undefined ? undefined : `next slot in ${Math.ceil(info.retryAfterMs)} ms`;
    const more = detail ?? wait;
    super(`${info.provider}: rate limited (${REASONS[why]})${more === undefined ? '' : `; ${more}`}`, info);
  }
}

export const isRateLimitedError = guardFor<RateLimitedError>('RATE_LIMITED');
