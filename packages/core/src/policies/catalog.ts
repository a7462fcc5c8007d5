import type { PolicyKind } from '../engine/policy-kind.js';
import { adaptiveThrottleKind } from './adaptive-throttle/adaptive-throttle.kind.js';
import type { AdaptiveThrottleOptions } from './adaptive-throttle/adaptive-throttle.options.js';
import { bulkheadKind } from './bulkhead/bulkhead.kind.js';
import type { BulkheadOptions } from './bulkhead/bulkhead.options.js';
import { cacheKind } from './cache/cache.kind.js';
import type { CacheOptions } from './cache/cache.options.js';
import { chaosKind } from './chaos/chaos.kind.js';
import type { ChaosOptions } from './chaos/chaos.options.js';
import { circuitBreakerKind } from './circuit-breaker/circuit-breaker.kind.js';
import type { CircuitBreakerOptions } from './circuit-breaker/circuit-breaker.options.js';
import { fallbackKind } from './fallback/fallback.kind.js';
import type { FallbackOptions } from './fallback/fallback.options.js';
import { hedgeKind } from './hedge/hedge.kind.js';
import type { HedgeOptions } from './hedge/hedge.options.js';
import { idempotencyKind } from './idempotency/idempotency.kind.js';
import type { IdempotencyOptions } from './idempotency/idempotency.options.js';
import { rateLimitKind } from './rate-limit/rate-limit.kind.js';
import type { RateLimitOptions } from './rate-limit/rate-limit.options.js';
import { retryKind } from './retry/retry.kind.js';
import type { RetryOptions } from './retry/retry.options.js';
import { timeoutKind } from './timeout/timeout.kind.js';
import type { TimeoutOptions } from './timeout/timeout.options.js';

/** Every kind of policy. A new one is added here and to `PolicyOptions`, and nowhere else. */
export const policyKinds: readonly PolicyKind[] = [
  fallbackKind,
  cacheKind,
  idempotencyKind,
  retryKind,
  hedgeKind,
  circuitBreakerKind,
  adaptiveThrottleKind,
  rateLimitKind,
  bulkheadKind,
  timeoutKind,
  chaosKind,
];

/** The options of each kind. `true` takes the defaults, `false` leaves out what a weaker layer of settings asks for. */
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
