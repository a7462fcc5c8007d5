import { adaptiveThrottleKind } from './adaptive-throttle/adaptive-throttle.kind.js';
import { bulkheadKind } from './bulkhead/bulkhead.kind.js';
import { cacheKind } from './cache/cache.kind.js';
import { chaosKind } from './chaos/chaos.kind.js';
import { circuitBreakerKind } from './circuit-breaker/circuit-breaker.kind.js';
import { fallbackKind } from './fallback/fallback.kind.js';
import { hedgeKind } from './hedge/hedge.kind.js';
import { idempotencyKind } from './idempotency/idempotency.kind.js';
import { rateLimitKind } from './rate-limit/rate-limit.kind.js';
import { retryKind } from './retry/retry.kind.js';
import { timeoutKind } from './timeout/timeout.kind.js';
import { PolicyCatalog } from './policy-catalog.js';

/**
 * The policies that every provider may have, in the fixed order of a pipeline, outermost first. From the circuit
 * breaker to the attempt timeout these are the gates of one attempt. A new kind is added here and to `PolicyOptions`.
 */
export const catalog = new PolicyCatalog([
  fallbackKind,
  cacheKind,
  idempotencyKind,
  [timeoutKind, 'totalTimeout'],
  retryKind,
  hedgeKind,
  circuitBreakerKind,
  adaptiveThrottleKind,
  rateLimitKind,
  bulkheadKind,
  [timeoutKind, 'attemptTimeout'],
  chaosKind,
]);
