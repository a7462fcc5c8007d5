import type { PolicySnapshot } from '../policies/policy-telemetry.js';
import type { ProviderSnapshot } from '../provider/resilient-provider.js';

/** The snapshot of the first policy of a kind. Throws an error when the provider has none. */
export function snapshotOf<Kind extends PolicySnapshot['kind']>(
  provider: { snapshot(): ProviderSnapshot },
  kind: Kind,
): Extract<PolicySnapshot, { kind: Kind }> {
  const { name, policies } = provider.snapshot();
  const found = policies.find((policy) => policy.kind === kind);
  if (found === undefined)
    throw new Error(`${name} has no ${kind}: its policies are ${policies.map((policy) => policy.kind).join(', ')}`);
  return found as Extract<PolicySnapshot, { kind: Kind }>;
}
