import type { HttpOptions } from '../http/http.options.js';
import type { PolicyOptions } from '../policies/policy-options.js';

/** A public fact about a provider, where it stands, and the settings that follow from it. */
export interface PresetFact {
  /** The provider's page. */
  readonly source: string;
  /** One sentence without its subject, which is the provider. */
  readonly says: string;
  readonly settings?: PresetSettings;
  /** Added only to what the settings of a provider name themselves: how it is reached, its webhooks, its quota. */
  readonly completes?: PresetSettings;
}

/** Settings that a fact can lay down. */
export interface PresetSettings extends Pick<
  PolicyOptions,
  'bulkhead' | 'idempotency' | 'rateLimit' | 'retry' | 'timeout'
> {
  readonly http?: Pick<HttpOptions, 'baseUrl' | 'headers' | 'hosts'>;
  /** Read by adapters that receive webhooks. */
  readonly webhook?: { readonly sender: string };
}

/** A provider, and the public facts about it. */
export interface Preset {
  readonly name: string;
  /** The provider's own name. */
  readonly title: string;
  readonly facts: readonly PresetFact[];
}
