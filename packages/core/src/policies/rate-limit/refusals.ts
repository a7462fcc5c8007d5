import type { LiveCall } from '../../engine/live-call.js';
import type { EnvironmentOf } from '../../engine/policy.js';
import type { RateLimitEvents } from './rate-limit.telemetry.js';
import { RateLimitedError } from './rate-limited.error.js';

/** Makes the errors of a rate limit, and counts and reports them. */
export class Refusals {
  count = 0;

  constructor(private readonly environment: EnvironmentOf<RateLimitEvents>) {}

  make(why: RateLimitedError['why'], call: LiveCall, retryAfterMs?: number, detail?: string): RateLimitedError {
    const { provider, operation } = call;
    this.count++;
    this.environment.emit('rateLimit.refused', { why, retryAfterMs }, operation);
    return new RateLimitedError(why, { provider, operation, retryAfterMs }, detail);
  }

  tooCostly(call: LiveCall, cost: number, most: number): RateLimitedError {
    return this.make(
      'cost-too-high',
      call,
      undefined,
      `it costs ${cost}, and there is never more than ${most} at once`,
    );
  }
}
