export {
  AdaptivelyThrottledError,
  BulkheadFullError,
  captureStacks,
  CircuitOpenError,
  currentCall,
  HedgeLostError,
  IdempotencyConflictError,
  IdempotencyKeyMissingError,
  IdempotencyMismatchError,
  IdempotencyPayloadError,
  InjectedFaultError,
  isAdaptivelyThrottledError,
  isBulkheadFullError,
  isCircuitOpenError,
  isHedgeLostError,
  isIdempotencyConflictError,
  isIdempotencyKeyMissingError,
  isIdempotencyMismatchError,
  isIdempotencyPayloadError,
  isInjectedFault,
  isOutcomeUnknownError,
  isRateLimitedError,
  isRequestAmbiguousError,
  isResilienceError,
  isStoreUnavailableError,
  isTimeoutError,
  isTokenUnavailableError,
  MemoryStore,
  OutcomeUnknownError,
  RateLimitedError,
  RequestAmbiguousError,
  ResilienceConfigurationError,
  ResilienceError,
  ResilientProvider,
  retryHistory,
  StoreUnavailableError,
  SystemClock,
  TimeoutError,
  TokenUnavailableError,
  type Call,
  type ResilienceEvent,
  type Store,
} from '@breakwater/core';
export { defineSender } from '@breakwater/webhooks';
export type { ProviderOptions, ProviderPatch, ResilienceOptions } from './composition/resilience.options.js';
export type { SecretSnapshot, SecretSource } from '@breakwater/secrets';
export { secret, SecretReference } from './config/fields/secret.js';
export type { AsyncMethod, AsyncMethodDecorator } from './decorators/async-method.js';
export { Bulkhead } from './decorators/bulkhead.decorator.js';
export { Cached } from './decorators/cached.decorator.js';
export { Chaos } from './decorators/chaos.decorator.js';
export { CircuitBreaker } from './decorators/circuit-breaker.decorator.js';
export { FallbackTo } from './decorators/fallback-to.decorator.js';
export { Fallback } from './decorators/fallback.decorator.js';
export { Hedge } from './decorators/hedge.decorator.js';
export { Idempotent } from './decorators/idempotent.decorator.js';
export type { KeyedMethodScope } from './decorators/gate.decorator.js';
export type { MethodScope } from './decorators/policy.decorator.js';
export { RateLimited } from './decorators/rate-limited.decorator.js';
export { Resilient } from './decorators/resilient.decorator.js';
export { Retry } from './decorators/retry.decorator.js';
export { Timeout } from './decorators/timeout.decorator.js';
export { ResilienceExceptionFilter } from './filters/resilience-exception.filter.js';
export type { HttpAuth, HttpOptions } from './clients/http/http.options.js';
export { InboundIdempotency, type IdempotentRequest } from './inbound/idempotent-route/idempotent-request.decorator.js';
export { IdempotentRoute } from './inbound/idempotent-route/idempotent-route.decorator.js';
export type { IdempotentRouteOptions, InboundRequest } from './inbound/idempotent-route/idempotent-route.options.js';
export { InjectFetch } from './clients/http/inject-fetch.decorator.js';
export { InjectHttp } from './clients/http/inject-http.decorator.js';
export { getFetchToken } from './inject/get-fetch-token.js';
export { getHttpToken } from './inject/get-http-token.js';
export { getProviderToken } from './inject/get-provider-token.js';
export { InjectProvider } from './inject/inject-provider.decorator.js';
export { isShuttingDownError, ShuttingDownError } from './operations/shutdown/shutting-down.error.js';
export { Resilience, type ResilienceSnapshot } from './resilience.js';
export {
  ResilienceModule,
  type ResilienceModuleAsyncOptions,
  type ResilienceModuleOptions,
  type ResilienceOptionsFactory,
} from './resilience.module.js';
export type { WebhookDelivery } from './inbound/webhooks/receiving/webhook-delivery.js';
export { WebhookEvent } from './inbound/webhooks/webhook-event.decorator.js';
export { WebhookClaimLostError } from './inbound/webhooks/inbox/webhook-claim-lost.error.js';
export { WebhookDuplicateError } from './inbound/webhooks/inbox/webhook-duplicate.error.js';
export {
  WebhookSignatureError,
  type WebhookSignatureCode,
} from './inbound/webhooks/receiving/webhook-signature.error.js';
export { Webhook, type WebhookHandlerOptions } from './inbound/webhooks/webhook.decorator.js';
export { WebhookGuard } from './inbound/webhooks/webhook.guard.js';
export type { UnverifiedWebhook } from './inbound/webhooks/secrets/unverified-webhook.js';
export type { SecretsAnswer, SecretsByRequest } from './inbound/webhooks/secrets/secrets-by-request.js';
export type { WebhookInboxOptions, WebhookOptions } from './inbound/webhooks/webhook.options.js';
