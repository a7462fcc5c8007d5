import type {
  Clock,
  Duration,
  PolicyKind,
  PolicyOptions,
  ProviderOptions as EngineOptions,
  ProviderPatch as EnginePatch,
  Store,
} from '@breakwater/core';
import type { SecretSource, SecretsOptions } from '@breakwater/secrets';
import type { HttpOptions } from '../clients/http/http.options.js';
import type { WebhookOptions } from '../inbound/webhooks/webhook.options.js';

/** One third party: the policies around its calls, how to reach it over HTTP, and the webhooks that it sends. */
export interface ProviderOptions extends Omit<EngineOptions, 'http'> {
  /** How it is reached over HTTP: base URL, credential, headers, limits of connections and answers. */
  http?: HttpOptions;
  /** Who signs the webhooks that it sends, with which secrets, and how they are received. */
  webhook?: WebhookOptions;
}

/**
 * Changes in a provider's settings while the application runs. Options that it does not name stay, and `null` takes one
 * back.
 */
export interface ProviderPatch extends Omit<EnginePatch, 'http'> {
  http?: Omit<SectionPatch<HttpOptions>, 'baseUrl'> & Pick<HttpOptions, 'baseUrl'>;
  webhook?: SectionPatch<WebhookOptions>;
}

type SectionPatch<T> = { [K in keyof T]?: T[K] | (object extends Pick<T, K> ? null : never) };

/** The settings that stand under `resilience` in the configuration, or are given to `ResilienceModule.forRoot`. */
export interface ResilienceOptions {
  /**
   * `false` turns every policy into a pass-through: for an incident, or a comparison. Webhooks are verified all the
   * same. Default true.
   */
  enabled?: boolean;
  /** Policies' options, and a classifier, for every provider that has the policy or says nothing else. */
  defaults?: PolicyOptions & Pick<EngineOptions, 'classify'>;
  /** The third parties, each by a name of your own, which `@Resilient` and `@Webhook` name. */
  providers?: Readonly<Record<string, ProviderOptions>>;
  /**
   * Kinds of policies of your own, made with `definePolicy`, which the settings of every provider may then name. Their
   * names are added to those of `ProviderOptions` and `PolicyOptions`, which an application may extend for its types.
   */
  policies?: readonly PolicyKind[];
  /**
   * Where state lives that outlives a call. Default: a `MemoryStore`. A store that is given is not closed by the
   * module.
   */
  store?: Store;
  /**
   * Where `secret('name')` and `secret('name#part')` are read from: before the application listens, anew in the
   * background, and after a 401. The first source that has a secret answers for it. `keepPrevious` (`'1h'`) says how
   * long the values before the current one are still accepted for webhooks, `timeout` (`'10s'`) how long one reading
   * may take. The sources are closed with the application. Default: environment variables, read at each use.
   */
  secrets?: readonly SecretSource[] | Pick<SecretsOptions, 'sources' | 'keepPrevious' | 'timeout'>;
  /**
   * Whether `currentCall()` finds the call at any depth below a decorated method, also after an `await`, and nested
   * calls are aborted with it. `false` spares every call an async context: then that holds only for what a method does
   * before it first waits, and for calls that have a total timeout, a key or an idempotency key. Taken as true where a
   * provider has `http` settings: the HTTP client reads its call. Default true.
   */
  trackCalls?: boolean;
  /** How the application ends. */
  shutdown?: {
    /**
     * How long calls that are under way may go on when the application closes; what is not done then is aborted.
     * Default `'10s'`, by the machine's clock; with a `clock` of your own nothing is waited for unless this is given.
     */
    grace?: Duration;
  };
  /** How large the `MemoryStore` grows that is made where no `store` is given. */
  memoryStore?: { maxEntries?: number; maxBytes?: number };
  /**
   * Makes a fault of every warning about settings: those that reach no method, and variables that have no effect.
   * Default false.
   */
  strict?: boolean;
  /** `false` silences the lines that tell of circuits, pauses, budgets and the store. Default true. */
  logger?: boolean;
  /** Default: the machine's clock. */
  clock?: Clock;
}
