import type { PolicySnapshot } from '../policies/policy-telemetry.js';
import type { MethodLinker } from './method-linker.js';

/** The policies of a provider and of its methods as they are now, those that have something to show. */
export function policySnapshots(linker: MethodLinker, now: number): readonly PolicySnapshot[] {
  return [...linker.live()].flatMap(({ policy, operation }) => {
    const own = policy.snapshot?.(now);
    return own === undefined ? [] : [{ kind: policy.kind, ...(operation !== undefined && { operation }), ...own }];
  }) as PolicySnapshot[];
}
