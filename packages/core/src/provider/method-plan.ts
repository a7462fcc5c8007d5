import type { PolicySpec } from '../engine/policy.js';
import type { Layer } from '../settings/merge-settings.js';

/** The request of one method, before it is linked. */
export interface MethodPlan {
  /** `'PaymentsClient.charge'`. */
  readonly operation: string;
  /** The name under which the provider's settings may hold overrides. */
  readonly method?: string | undefined;
  /** The policies by kind, each with the method's own options. An empty object brings none. */
  readonly policies: ReadonlyMap<string, Layer>;
  /** The same of policies that the method has while the settings name them. */
  readonly ifNamed?: ReadonlyMap<string, Layer> | undefined;
  /** Whether the method has every other policy that the settings name, too. */
  readonly every?: boolean | undefined;
  /**
   * Kinds of which the method has an instance of its own rather than the provider's; `overridden`: those that the
   * settings override for it.
   */
  readonly own?: ReadonlySet<string> | 'overridden' | undefined;
  /** Why a policy cannot stand around the method, as a fault says it; `undefined` where it can. */
  readonly objection?: ((spec: PolicySpec) => string | undefined) | undefined;
  /** For single requests: where those draw from the rate limit, other pipelines leave it out. */
  readonly ofRequests?: boolean;
}
