import type { HttpOptions } from '../http/http.options.js';
import type { Classify } from '../outcome/reading/classifier.js';
import type { PolicyName, PolicyOptions } from '../policies/policy-options.js';
import type { PresetName } from '../presets/presets.js';
import type { Patch } from '../settings/patch.js';

/**
 * Options that may differ for one method of a provider: those that are not named are the provider's, and `null` takes
 * an option back.
 */
export type MethodOptions = { [K in PolicyName]?: Patch<PolicyOptions[K]> };

/** One third party: the policies around its calls, and what differs for single methods. */
export interface ProviderOptions extends PolicyOptions {
  /**
   * A provider of which is laid down what is publicly known: limits, the place of the idempotency key, retry rules and
   * the address of its API. Everything else that the settings say of it is stronger. See docs/providers.md.
   */
  preset?: PresetName;
  /**
   * Overrides by the method's name, stronger than what a decorator says. A gate that is overridden for an operation of
   * `execute` is that operation's own; a decorated method has to say `scope: 'method'`.
   */
  methods?: Readonly<Record<string, MethodOptions>>;
  /** The user's own word on what a result or an error means; `undefined` leaves it to the engine. */
  classify?: Classify;
  /** How the provider is reached over HTTP, by `provider.fetch`, and which requests are its own. */
  http?: HttpOptions;
  /** `false` turns every policy of this provider into a pass-through. Default true. */
  enabled?: boolean;
}

/**
 * Changes of a provider's settings at run time. Options that are not named stay; `null` takes an option back, as if it
 * had never been named, so that another can stand in its place. A whole policy is left out with `false`.
 */
export interface ProviderPatch extends MethodOptions {
  methods?: Readonly<Record<string, MethodOptions | null>> | null;
  classify?: Classify | null;
  http?: Patch<HttpOptions> | null;
  enabled?: boolean | null;
}

/** Settings of a provider beside its policies. */
export const PROVIDER_SETTINGS = ['methods', 'classify', 'http', 'enabled'] as const;
