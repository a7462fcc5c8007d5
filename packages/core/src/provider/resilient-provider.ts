import type { Call } from '../engine/call.js';
import type { EventHub } from '../events/event-hub.js';
import type { PolicySnapshot, ResilienceEvent } from '../policies/policy-telemetry.js';
import type { HeadersLike } from '../headers/headers.js';
import type { AnswerProtocol } from '../outcome/exchange.js';
import type { CacheSelection } from '../policies/cache/invalidator.js';
import type { HttpCacheSnapshot } from '../http/cache/http-cache.telemetry.js';
import type { PolicyName } from '../policies/policy-options.js';
import type { CircuitHandle } from '../policies/circuit-breaker/circuit-breaker.js';
import type { RateLimitHandle } from '../policies/rate-limit/rate-limit-handle.js';
import type { CacheHandle } from './provider-cache.js';
import type { Fault } from '../settings/fault.js';
import type { ProviderPatch } from './provider-options.js';

/** One third party by name: its policies and the live state that its methods share. */
export abstract class ResilientProvider {
  /** Its name in the settings. */
  abstract readonly name: string;
  /** Tells what happens in its policies: `events.on(listener)`, which returns a function that ends it. */
  abstract readonly events: EventHub<ResilienceEvent>;
  /** Everything wrong with the settings. A provider with faults refuses every call. */
  abstract readonly faults: readonly Fault[];
  /** `false` where every policy is a pass-through. */
  abstract readonly enabled: boolean;
  /** The circuit that the provider's methods share; `undefined` until there is one. */
  abstract readonly circuitBreaker: CircuitHandle | undefined;

  /**
   * The circuit that one operation has to itself, such as `'PaymentsClient.refund'`, by the name that snapshots, events
   * and errors have. `undefined` where it has none: it shares the provider's then, or was not called yet where it is
   * the name in `execute` alone.
   */
  abstract circuitBreakerOf(operation: string): CircuitHandle | undefined;

  /**
   * A `fetch` for the provider's API, and for SDKs that take one: base URL, credential, signal and idempotency key of
   * the current call, the running trace, a bound on answers and connections; what the answers say about rate limits is
   * observed.
   */
  abstract readonly fetch: typeof globalThis.fetch;

  /** The rate limit of the provider's calls; `undefined` until there is one. */
  abstract readonly rateLimit: RateLimitHandle | undefined;

  /** The provider's cached answers, to be invalidated on all hosts that share them. */
  abstract readonly cache: CacheHandle;

  /** Runs `run` under every policy that the settings name, or under those in `options.policies`. */
  abstract execute<T>(run: (call: Call) => Promise<T> | T, options?: ExecuteOptions): Promise<T>;

  /**
   * Learns from a response: rate limits follow what it says. Within a tracked call it is that call's; `of` says so
   * where it is not. The answer of an operation with a limit of its own speaks of that alone, and one of which nothing
   * is known of the limit that all share.
   */
  abstract observe(response: ObservedAnswer, of?: ObservedCall): void;

  /**
   * Removes the cached answers that match everything in `which`: call it after a write. Without `which`, all answers of
   * the provider. Answers that are still being loaded are not kept either. Returns how many were removed. Other hosts
   * that share them are told; `cache.invalidate` waits for that.
   */
  abstract invalidate(which?: CacheSelection): number;

  /** The counters and states of its policies at this moment. Plain JSON, without arguments, keys or secrets. */
  abstract snapshot(): ProviderSnapshot;

  /**
   * Lays `patch` over the settings, checked as at the start; `null` takes an option back. It takes effect at the next
   * call; calls in flight go on. `faults` are further faults that the caller has found: with any, nothing changes, and
   * a `ResilienceConfigurationError` lists all.
   */
  abstract reconfigure(patch: ProviderPatch, faults?: readonly Fault[]): void;

  /** Cancels the provider's timers. Waiting calls are refused, now and later, and nothing is retried. */
  abstract close(): void;
}

/** A response of the provider. */
export interface ObservedAnswer {
  readonly status: number;
  readonly headers: HeadersLike;
  /** The parsed body: some providers name their quotas there. */
  readonly body?: unknown;
}

/** The call that a response answers. */
export interface ObservedCall {
  readonly operation?: string;
  readonly key?: string;
}

/** Tells settings, events and policies what a call is about. */
export interface ExecuteOptions {
  /** The name of the operation, for events and errors, and to find settings under `methods`. Default `'execute'`. */
  operation?: string;
  /**
   * The arguments that a method would have: functions in the settings are called with them. Without them nothing is
   * cached.
   */
  args?: readonly unknown[];
  /** Tells keyed policies apart, such as a tenant. */
  key?: string;
  /** The key that the provider gets; the same operation, tried again later or elsewhere, must give the same. */
  idempotencyKey?: string;
  /** Lets the caller abort the call, which rejects with the signal's reason. */
  signal?: AbortSignal;
  /**
   * The protocol in which to read what the work returns: with `'graphql'`, an answer that holds `errors` counts as what
   * they say. Default: what is returned is a success unless it is a response of HTTP.
   */
  protocol?: AnswerProtocol;
  /**
   * Whether the call lasts until what it returns has been read, with its slot and its timeouts, and fails with it: for
   * a `Response` of `fetch`, too. Default: for async iterables only, and a `Response` is a success at its head.
   */
  stream?: boolean;
  /** Only these policies. Default: every policy that the provider's settings name. */
  policies?: readonly PolicyName[];
}

/** A provider as health pages and dashboards see it. Plain JSON, never a secret. */
export interface ProviderSnapshot {
  readonly name: string;
  readonly enabled: boolean;
  readonly policies: readonly PolicySnapshot[];
  /** The cache of its HTTP clients (`http.cache`), once it was used. */
  readonly httpCache?: HttpCacheSnapshot;
}
