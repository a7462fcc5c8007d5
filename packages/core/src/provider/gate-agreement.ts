import type { MethodPlan } from './method-plan.js';
import type { PolicySpec } from '../engine/policy.js';
import type { ProviderLayers } from './provider-layers.js';
import type { ProviderParts } from './provider-parts.js';
import type { Fault } from '../settings/fault.js';

interface Agreed {
  readonly spec: PolicySpec;
  readonly definedBy: string;
  /** Whether somebody asked for these settings. What a method has that says nothing gives way to them, whichever is linked first. */
  readonly isSaid: boolean;
}

/**
 * What the methods of a provider agree on for the gates that they share. Two settings for one gate would be a contradiction: whoever
 * differs must say that it wants its own.
 */
export class GateAgreement {
  private readonly agreed = new Map<string, Agreed>();

  constructor(
    private readonly layers: ProviderLayers,
    private readonly parts: ProviderParts,
  ) {
    if (layers.faults.length > 0) return;
    for (const spec of layers.gates()) {
      this.agreed.set(spec.kind, { spec, definedBy: `${parts.path}.${spec.kind}`, isSaid: true });
    }
  }

  /** What was agreed on for each kind of gate. */
  get specs(): readonly PolicySpec[] {
    return [...this.agreed.values()].map(({ spec }) => spec);
  }

  /** The settings of the shared gates that a method uses. Adds to `faults` where the method wants others. */
  join(plan: MethodPlan, specs: readonly PolicySpec[], faults: Fault[]): void {
    for (const spec of specs) {
      if (this.layers.isOwn(spec, plan)) continue;
      const standing = this.agreed.get(spec.kind);
      const isSaid = this.layers.differs(spec.kind, plan);
      if (standing === undefined || (isSaid && !standing.isSaid)) {
        this.agreed.set(spec.kind, { spec, definedBy: plan.operation, isSaid });
      } else if (isSaid && JSON.stringify(spec.settings) !== JSON.stringify(standing.spec.settings)) {
        faults.push(this.contradiction(spec, plan, standing));
      }
    }
  }

  private contradiction({ kind }: PolicySpec, { operation }: MethodPlan, { definedBy }: Agreed): Fault {
    return {
      path: `${operation}.${kind}`,
      message: `differs from ${definedBy}, and the methods of '${this.parts.name}' share one ${kind}; give it scope: 'method' to have its own, or the same options`,
    };
  }
}
