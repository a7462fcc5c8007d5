import type { AdaptiveThrottleOptions } from './adaptive-throttle/adaptive-throttle.options.js';
import type { BulkheadOptions } from './bulkhead/bulkhead.options.js';
import type { CacheOptions } from './cache/cache.options.js';
import type { ChaosOptions } from './chaos/chaos.options.js';
import type { CircuitBreakerOptions } from './circuit-breaker/circuit-breaker.options.js';
import type { FallbackOptions } from './fallback/fallback.options.js';
import type { HedgeOptions } from './hedge/hedge.options.js';
import type { IdempotencyOptions } from './idempotency/idempotency.options.js';
import type { RateLimitOptions } from './rate-limit/rate-limit.options.js';
import type { RetryOptions } from './retry/retry.options.js';
import type { TimeoutOptions } from './timeout/timeout.options.js';

/**
 * The options of each kind. `true` takes the defaults, `false` leaves out what a weaker layer of settings asks for. The
 * options of kinds of your own are added by `declare module '@breakwater/core' { interface PolicyOptions { … } }`.
 */
export interface PolicyOptions {
  timeout?: TimeoutOptions | false;
  retry?: RetryOptions | boolean;
  hedge?: HedgeOptions | boolean;
  circuitBreaker?: CircuitBreakerOptions | boolean;
  adaptiveThrottle?: AdaptiveThrottleOptions | boolean;
  rateLimit?: RateLimitOptions | false;
  bulkhead?: BulkheadOptions | boolean;
  idempotency?: IdempotencyOptions | boolean;
  cache?: CacheOptions | false;
  fallback?: FallbackOptions;
  chaos?: ChaosOptions | false;
}

export type PolicyName = keyof PolicyOptions;
