/**
 * Shared with our own packages: stores, queues and adapters of frameworks. Not for applications; it changes without
 * notice.
 */
export { noteAnswer, noteCredential } from './engine/requests/note-answer.js';
export { isAbsoluteUrl } from './http/absolute-url.js';
export { isOwnCredential } from './http/account-of.js';
export { callerContext, currentLiveCall, requestingCall } from './engine/current-call.js';
export { keyText } from './engine/key-text.js';
export type { LiveWork, LiveCall, Next } from './engine/live-call.js';
export type { CallObserver, ObserveCalls, ObservedProvider } from './engine/attempt/call-observer.js';
export { CountedOnce } from './engine/attempt/counted-once.js';
export { whenRead } from './engine/attempt/held-stream.js';
export type { Pipeline } from './engine/pipeline.js';
export type { Entrance } from './engine/attempt/entrance.js';
export type { Gate, PolicySpec } from './engine/policy.js';
export { callbackReports } from './events/callback-reports.js';
export { EventHub, type Emit, type EventLevels } from './events/event-hub.js';
export { HTTP_DEFAULTS, httpEntries } from './http/http.options.js';
export { withoutFragment, type CacheMode, type CacheRequest } from './http/cache/cache-request.js';
export { isGiven, noteGiven } from './http/cache/given-response.js';
export type { HttpCache } from './http/cache/http-cache.js';
export type { LiveAnswer, RateLine, Sending } from './http/cache/live-answer.js';
export { isRead, isSafe } from './outcome/request-method.js';
export type { Credential, HttpSettings, ProviderHttp } from './http/provider-http.js';
export { oauth2Schema, type OAuth2Settings } from './http/oauth2/oauth2.options.js';
export type { TokenSource } from './http/oauth2/token-source.js';
export type { KeyUse } from './http/key-use.js';
export { keyedRecord, keyedText } from './http/keyed-body.js';
export { requestHeaders, requestKey } from './http/request-headers.js';
export { KEY_HEADER } from './engine/requests/key-header.js';
export { REQUEST_NATURE } from './outcome/request-nature.js';
export { ResponseTooLargeError } from './http/response-too-large.error.js';
export { isSingleUseBody } from './http/single-use-body.js';
export { sameConnections } from './http/same-connections.js';
export { setTraceHeaders } from './http/trace-headers.js';
export { noteOutcome } from './outcome/noted-outcome.js';
export { isHeaderName } from './headers/header-name.js';
export { LiveProvider } from './provider/live-provider.js';
export { canonicalText } from './policies/idempotency/canonical-text.js';
export { derivedKey, uniqueKey } from './policies/idempotency/idempotency-key.js';
export { providerOfCall, type ReachedProvider } from './provider/provider-of-call.js';
export { attemptDeadline } from './policies/timeout/attempt-deadline.js';
export { isSelectiveFallback } from './policies/fallback/fallback.options.js';
export { backoffMs } from './policies/retry/backoff.js';
export { retrySchema, type RetrySettings } from './policies/retry/retry.options.js';
export { messageOf } from './errors/message-of.js';
export { catalog } from './policies/catalog.js';
export type { PolicyCatalog } from './policies/policy-catalog.js';
export {
  CONTRIBUTION,
  type Contribution,
  type DeadLetterSnapshot,
  type QueueSnapshot,
} from './provider/contribution.js';
export type { MethodPlan } from './provider/method-plan.js';
export { presets } from './presets/presets.js';
export { readPreset } from './presets/read-preset.js';
export type { ProviderParts } from './provider/provider-parts.js';
export * as settings from './settings/index.js';
export type { Layer } from './settings/merge-settings.js';
export type { Patch } from './settings/patch.js';
export { isUnsafeText, portableText, safeText, textOfPortable } from './store/portable-text.js';
export { DEFAULT_SLICES, requireCount, slidingCount, type Slice } from './store/sliding-count.js';
export { joinedStore, StoreLease, type StoreLeaseParts } from './store/store-lease.js';
export { putClaim, UnansweredClaims, type ClaimText } from './store/unanswered-claims.js';
export { TopicListeners } from './store/topic-listeners.js';
export { withTimeLimit, type TimeLimit } from './store/with-time-limit.js';
export { Deadline } from './time/deadline-list.js';
export { systemRandom } from './time/system-random.js';
export { plainCopy } from './values/plain-copy.js';
