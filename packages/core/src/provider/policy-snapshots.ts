import type { Environment } from '../engine/policy.js';
import type { PolicySnapshot } from '../policies/policy-telemetry.js';
import type { MethodLinker } from './method-linker.js';

/**
 * The policies of a provider and of its methods as they are now, those that have something to show. One that fails to
 * show it, which may be a policy of the user's own, takes nothing from health pages and dashboards but itself.
 */
export function policySnapshots(
  linker: MethodLinker,
  { clock, callbackFailed }: Pick<Environment, 'clock' | 'callbackFailed'>,
): readonly PolicySnapshot[] {
  const now = clock.now();
  return [...linker.live()].flatMap(({ policy, operation }) => {
    try {
      const own = policy.snapshot?.(now);
      return own === undefined ? [] : [{ kind: policy.kind, ...(operation !== undefined && { operation }), ...own }];
    } catch (error) {
      callbackFailed(`${policy.kind}.snapshot`, error, operation);
      return [];
    }
  }) as PolicySnapshot[];
}
