import type { Classify } from './classifier.js';
import type { PolicyOptions } from './policies/index.js';

/** What may differ for one method of a provider. */
export type MethodOptions = PolicyOptions;

/** One third party: the policies around its calls, and what differs for single methods. */
export interface ProviderOptions extends PolicyOptions {
  /**
   * Overrides by the method's name, stronger than what a decorator says. A gate that is overridden for an operation of `execute` is that
   * operation's own; a decorated method has to say `scope: 'method'`.
   */
  methods?: Readonly<Record<string, MethodOptions>>;
  /** The user's own word on what a result or an error means; `undefined` leaves it to the engine. */
  classify?: Classify;
  /** `false` turns every policy of this provider into a pass-through. Default true. */
  enabled?: boolean;
}

/** Settings of a provider beside its policies. */
export const PROVIDER_SETTINGS = ['methods', 'classify', 'enabled'] as const;
