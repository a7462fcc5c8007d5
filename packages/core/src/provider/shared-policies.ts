import { KeyedGate } from '../engine/gates/keyed-gate.js';
import type { Policy, PolicySpec } from '../engine/policy.js';
import type { PolicyMaker } from './policy-maker.js';

/** A policy of the provider, and the settings that it has. */
interface SharedPolicy {
  readonly policy: Policy;
  spec: PolicySpec;
}

/** The policies that the methods of a provider share, by name. */
export class SharedPolicies {
  private readonly shares = new Map<string, SharedPolicy>();

  constructor(private readonly maker: PolicyMaker) {}

  get(name: string): Policy | undefined {
    return this.shares.get(name)?.policy;
  }

  /** The same, and of a policy with state for each key the one that calls without a key pass. */
  unkeyed(name: string): Policy | undefined {
    const policy = this.get(name);
    return policy instanceof KeyedGate ? policy.unkeyed : policy;
  }

  *live(): Iterable<Policy> {
    for (const { policy } of this.shares.values()) yield policy;
  }

  /** Makes them what was agreed on. Those that no method has any more are dropped. */
  apply(specs: readonly PolicySpec[]): void {
    for (const [name, { policy }] of this.shares) {
      if (specs.some((spec) => spec.name === name)) continue;
      this.shares.delete(name);
      this.maker.drop(policy);
    }
    for (const spec of specs) {
      const standing = this.shares.get(spec.name);
      if (standing === undefined) {
        this.shares.set(spec.name, { spec, policy: this.maker.make(spec) });
      } else if (standing.spec !== spec) {
        standing.spec = spec;
        standing.policy.reconfigure?.(spec.settings);
      }
    }
  }
}
