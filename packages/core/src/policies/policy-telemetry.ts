import type { EngineEvents } from '../events/engine-events.js';
import type { EmittedEvent } from '../events/event-hub.js';
import type { AnswerStorageEvents } from '../cache-storage/answer-storage.telemetry.js';
import type { HttpCacheEvents } from '../http/cache/http-cache.telemetry.js';
import type { FallbackEvents, FallbackSnapshot } from './fallback/fallback.telemetry.js';
import type { CacheEvents, CacheSnapshot } from './cache/cache.telemetry.js';
import type { IdempotencyEvents, IdempotencySnapshot } from './idempotency/idempotency.telemetry.js';
import type { TimeoutEvents } from './timeout/timeout.telemetry.js';
import type { RetryEvents, RetrySnapshot } from './retry/retry.telemetry.js';
import type { HedgeEvents, HedgeSnapshot } from './hedge/hedge.telemetry.js';
import type { CircuitBreakerEvents, CircuitBreakerSnapshot } from './circuit-breaker/circuit-breaker.telemetry.js';
import type {
  AdaptiveThrottleEvents,
  AdaptiveThrottleSnapshot,
} from './adaptive-throttle/adaptive-throttle.telemetry.js';
import type { RateLimitEvents, RateLimitSnapshot } from './rate-limit/rate-limit.telemetry.js';
import type { BulkheadEvents, BulkheadSnapshot } from './bulkhead/bulkhead.telemetry.js';
import type { ChaosEvents, ChaosSnapshot } from './chaos/chaos.telemetry.js';

/**
 * The detail of every type of event: see docs/events.md. Events of policies of your own are added by
 * `declare module '@breakwater/core' { interface EventDetails { … } }`.
 */
export interface EventDetails
  extends
    EngineEvents,
    AnswerStorageEvents,
    HttpCacheEvents,
    FallbackEvents,
    CacheEvents,
    IdempotencyEvents,
    TimeoutEvents,
    RetryEvents,
    HedgeEvents,
    CircuitBreakerEvents,
    AdaptiveThrottleEvents,
    RateLimitEvents,
    BulkheadEvents,
    ChaosEvents {}

/** The types of all events, such as `'circuitBreaker.opened'`. */
export type EventType = keyof EventDetails & string;

/**
 * Something that happened in the engine, by `type`. For a policy with state for each key, `detail.keyed` says that it
 * concerns one key.
 */
export type ResilienceEvent = {
  [Type in EventType]: Omit<EmittedEvent, 'type' | 'detail'> & {
    readonly type: Type;
    readonly detail: Readonly<EventDetails[Type]> & { readonly keyed?: boolean };
  };
}[EventType];

/**
 * The snapshot of a gate with state for each key: its numbers are those of calls without a key, unless they say
 * otherwise.
 */
export interface KeyedSnapshot {
  /** How many keys have state. */
  readonly keys: number;
}

/**
 * The snapshot of each kind of policy. Kinds of your own are added by `declare module '@breakwater/core' { interface
 * PolicySnapshots { … } }`.
 */
export interface PolicySnapshots {
  adaptiveThrottle: AdaptiveThrottleSnapshot & KeyedSnapshot;
  bulkhead: BulkheadSnapshot & KeyedSnapshot;
  cache: CacheSnapshot;
  chaos: ChaosSnapshot;
  circuitBreaker: CircuitBreakerSnapshot & KeyedSnapshot;
  fallback: FallbackSnapshot;
  hedge: HedgeSnapshot;
  idempotency: IdempotencySnapshot;
  rateLimit: RateLimitSnapshot & KeyedSnapshot;
  retry: RetrySnapshot;
}

/**
 * One live policy: what it counts and holds. Plain JSON, never a secret. `operation` is there where a method has it to
 * itself.
 */
export type PolicySnapshot = {
  [Kind in keyof PolicySnapshots]: { readonly kind: Kind; readonly operation?: string } & PolicySnapshots[Kind];
}[keyof PolicySnapshots];
