import type { MethodPlan } from './method-plan.js';
import type { PolicySpec } from '../engine/policy.js';
import type { ProviderLayers } from './provider-layers.js';
import type { ProviderParts } from './provider-parts.js';
import type { Fault } from '../settings/fault.js';

interface Agreed {
  readonly spec: PolicySpec;
  readonly definedBy: string;
  /**
   * Whether these settings were given explicitly. Explicit settings win over defaults, in whatever order methods are
   * linked.
   */
  readonly isSaid: boolean;
}

/**
 * The settings of all that the methods of a provider share: its gates, and its retry budget. Two settings for one gate
 * would be a contradiction: a method with others must say that it wants a gate of its own. There is only one budget.
 */
export class GateAgreement {
  /** The faults of the settings themselves. */
  readonly faults: Fault[] = [];
  private readonly agreed = new Map<string, Agreed>();

  constructor(
    private readonly layers: ProviderLayers,
    private readonly parts: ProviderParts,
  ) {
    if (layers.faults.length > 0) return;
    const { path } = parts;
    for (const spec of layers.shared()) {
      this.settle({
        spec,
        definedBy: spec.option === undefined ? `${path}.${spec.kind}` : path,
        isSaid: layers.names(spec),
      });
    }
    for (const method of layers.methods) {
      const plan = { operation: `${path}.methods.${method}`, method, policies: new Map(), every: true };
      const specs = layers.specs(plan, []).filter(({ option }) => option !== undefined);
      this.join(plan, specs, this.faults);
    }
  }

  /** The agreed settings of each policy. */
  get specs(): readonly PolicySpec[] {
    return [...this.agreed.values()].map(({ spec }) => spec);
  }

  /** Has a method use what is shared. Adds to `faults` where the method wants other settings. */
  join(plan: MethodPlan, specs: readonly PolicySpec[], faults: Fault[]): void {
    for (const spec of specs) {
      if (this.layers.isOwn(spec, plan)) continue;
      const isSaid = this.layers.differs(spec, plan);
      const standing = this.settle({ spec, definedBy: plan.operation, isSaid });
      if (isSaid && JSON.stringify(spec.settings) !== JSON.stringify(standing.spec.settings)) {
        faults.push(this.contradiction(spec, plan, standing));
      }
    }
  }

  /** Agrees on a policy where there is none yet, or only a default. Returns what holds. */
  private settle(proposed: Agreed): Agreed {
    const { name } = proposed.spec;
    const standing = this.agreed.get(name);
    if (standing !== undefined && (standing.isSaid || !proposed.isSaid)) return standing;
    this.agreed.set(name, proposed);
    return proposed;
  }

  private contradiction({ kind, option }: PolicySpec, { operation }: MethodPlan, { definedBy }: Agreed): Fault {
    const { name, path } = this.parts;
    if (option === undefined) {
      return {
        path: `${operation}.${kind}`,
        message: `differs from ${definedBy}, and the methods of '${name}' share one ${kind}; give it scope: 'method' to have its own, or the same options`,
      };
    }
    return {
      path: `${operation}.${kind}.${option}`,
      message: `differs from that of ${definedBy}, and the methods of a provider share one ${kind} ${option}: name it once, at best in ${path}.${kind}`,
    };
  }
}
