export type { Call, Work } from './engine/call.js';
export type { RequestNature } from './outcome/request-nature.js';
export { currentCall } from './engine/current-call.js';
export type { CredentialText, HttpAuth, HttpOptions } from './http/http.options.js';
export type { HttpCacheOptions } from './http/cache/http-cache.options.js';
export type { HttpBypassReason, HttpCacheEvents, HttpCacheSnapshot } from './http/cache/http-cache.telemetry.js';
export type { OAuth2Options } from './http/oauth2/oauth2.options.js';
export { isTokenUnavailableError, TokenUnavailableError } from './http/oauth2/token-unavailable.error.js';
export { isRequestAmbiguousError, RequestAmbiguousError } from './http/request-ambiguous.error.js';
export type { Classify, ClassifyTools } from './outcome/reading/classifier.js';
export { Clock } from './time/clock.js';
export type { Timer } from './time/timer.js';
export { createProvider } from './provider/create-provider.js';
export type { Duration } from './settings/duration.js';
export {
  captureStacks,
  isResilienceError,
  ResilienceError,
  type ResilienceErrorInfo,
} from './errors/resilience-error.js';
export { isStoreUnavailableError, StoreUnavailableError } from './errors/store-unavailable.error.js';
export type { EventHub, EventLevel, EventListener } from './events/event-hub.js';
export { MemoryStore, type MemoryStoreOptions } from './store/memory-store.js';
export type { Eviction } from './store/eviction-reports.js';
export type { AnswerProtocol } from './outcome/exchange.js';
export type { Outcome, OutcomeKind, Settled } from './outcome/outcome.js';
export {
  AdaptivelyThrottledError,
  isAdaptivelyThrottledError,
} from './policies/adaptive-throttle/adaptively-throttled.error.js';
export type { AdaptiveThrottleOptions } from './policies/adaptive-throttle/adaptive-throttle.options.js';
export { BulkheadFullError, isBulkheadFullError } from './policies/bulkhead/bulkhead-full.error.js';
export type { AdaptiveLimitOptions } from './policies/bulkhead/adaptive-limit.options.js';
export type { BulkheadOptions } from './policies/bulkhead/bulkhead.options.js';
export type { CacheSelection } from './policies/cache/invalidator.js';
export type { CacheOptions } from './policies/cache/cache.options.js';
export type { ChaosOptions } from './policies/chaos/chaos.options.js';
export { InjectedFaultError, isInjectedFault } from './policies/chaos/injected-fault.error.js';
export { CircuitOpenError, isCircuitOpenError } from './policies/circuit-breaker/circuit-open.error.js';
export type { CircuitHandle, CircuitState, ExportedCircuit } from './policies/circuit-breaker/circuit-breaker.js';
export type { CircuitBreakerOptions } from './policies/circuit-breaker/circuit-breaker.options.js';
export type { FallbackOptions, SelectiveFallback } from './policies/fallback/fallback.options.js';
export { HedgeLostError, isHedgeLostError } from './policies/hedge/hedge-lost.error.js';
export type { HedgeOptions } from './policies/hedge/hedge.options.js';
export {
  IdempotencyConflictError,
  IdempotencyKeyMissingError,
  IdempotencyMismatchError,
  IdempotencyPayloadError,
  isIdempotencyConflictError,
  isIdempotencyKeyMissingError,
  isIdempotencyMismatchError,
  isIdempotencyPayloadError,
  isOutcomeUnknownError,
  OutcomeUnknownError,
} from './policies/idempotency/idempotency.errors.js';
export type { IdempotencyOptions } from './policies/idempotency/idempotency.options.js';
export * from './policies/policy-options.js';
export * from './policies/policy-telemetry.js';
export { isRateLimitedError, RateLimitedError } from './policies/rate-limit/rate-limited.error.js';
export type { BucketQuotaOptions, QuotaOptions, WindowQuotaOptions } from './policies/rate-limit/quota.options.js';
export type { ObservedQuota, ProfileName, QuotaReader, QuotaResponse } from './policies/rate-limit/profile.options.js';
export type { CacheHandle } from './provider/provider-cache.js';
export type { RateLimitHandle } from './policies/rate-limit/rate-limit-handle.js';
export type { RateLimitOptions } from './policies/rate-limit/rate-limit.options.js';
export { retryHistory, type RetryHistory } from './policies/retry/retry-history.js';
export type { RetryOptions } from './policies/retry/retry.options.js';
export { isTimeoutError, TimeoutError } from './policies/timeout/timeout.error.js';
export type { TimeoutOptions } from './policies/timeout/timeout.options.js';
export {
  definePart,
  definePolicy,
  type PolicyDefinition,
  type PolicyKind,
  type PolicyPart,
  type RefusalAnswer,
} from './engine/policy-kind.js';
export type { Environment, Gate, KeyableGate, Policy, PolicySpec, Wrapper } from './engine/policy.js';
export { SharedState } from './engine/shared-state.js';
export type { PresetName } from './presets/presets.js';
export type { HeadersLike } from './headers/headers.js';
export {
  ResilientProvider,
  type ExecuteOptions,
  type ObservedAnswer,
  type ObservedCall,
  type ProviderSnapshot,
} from './provider/resilient-provider.js';
export type { MethodOptions, ProviderOptions, ProviderPatch } from './provider/provider-options.js';
export { ResilienceConfigurationError, type Fault } from './settings/fault.js';
export * as settings from './settings/index.js';
export type { Bus, Unsubscribe } from './store/bus.js';
export { MemoryBus } from './store/memory-bus.js';
export type { CountResult, SlidingWindow } from './store/sliding-count.js';
export type { AdvanceResult, Entry, PutCondition, PutOptions, PutResult, Store } from './store/store.js';
export { SystemClock } from './time/system-clock.js';
