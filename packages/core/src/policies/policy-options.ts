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
  /** Ends an attempt, or an operation with all its attempts, after a time, and aborts its signal (`TimeoutError`). */
  timeout?: TimeoutOptions | false;
  /** Repeats what may be repeated, with backoff, never before `Retry-After`, within a budget. `true`: 3 attempts. */
  retry?: RetryOptions | boolean;
  /** Sends another attempt beside a slow one, and takes the first answer. */
  hedge?: HedgeOptions | boolean;
  /** Refuses calls while the provider is down (`CircuitOpenError`), and finds out when it is back. */
  circuitBreaker?: CircuitBreakerOptions | boolean;
  /** Refuses as large a share of the calls as the provider turns away (`AdaptivelyThrottledError`). */
  adaptiveThrottle?: AdaptiveThrottleOptions | boolean;
  /** Keeps to the provider's limits, and to what its answers say of them (`RateLimitedError`). */
  rateLimit?: RateLimitOptions | false;
  /** Limits how many calls are under way at once (`BulkheadFullError`). */
  bulkhead?: BulkheadOptions | boolean;
  /** One key for an operation over attempts, restarts and hosts; its result is kept, and given to repetitions. */
  idempotency?: IdempotencyOptions | boolean;
  /** Keeps answers of methods, by operation, arguments and key. */
  cache?: CacheOptions | false;
  /** A value, or a function of the error and the arguments, in place of an error. */
  fallback?: FallbackOptions;
  /** Injects latency and faults in place of the method. Refused at boot in production. */
  chaos?: ChaosOptions | false;
}

/** A key of the settings that names a policy, such as `'retry'`. */
export type PolicyName = keyof PolicyOptions;
