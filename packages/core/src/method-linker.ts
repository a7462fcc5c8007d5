import type { Classify } from './classifier.js';
import { GateAgreement } from './gate-agreement.js';
import { KeyedGate } from './keyed-gate.js';
import { Pipeline } from './pipeline.js';
import { isKeyable, type Environment, type Policy, type PolicySpec } from './policy.js';
import { ProviderLayers } from './provider-layers.js';
import type { ProviderParts } from './provider.js';
import { ResilienceConfigurationError, type Fault } from './settings/fault.js';
import type { Layer } from './settings/merge-settings.js';

/** What one method asks for, before it is linked. */
export interface MethodPlan {
  /** `'PaymentsClient.charge'`. */
  readonly operation: string;
  /** The name under which the provider's settings may hold overrides. */
  readonly method?: string | undefined;
  /** The policies by kind, each with the method's own options. An empty object brings none. */
  readonly policies: ReadonlyMap<string, Layer>;
  /** Whether the method has every other policy that the settings name, too. */
  readonly every?: boolean | undefined;
  /** Kinds of which the method has an instance of its own rather than the provider's; `overridden`: those that the settings override for it. */
  readonly own?: ReadonlySet<string> | 'overridden' | undefined;
}

/** A policy that is alive, and whose it is: the provider's when there is no operation. */
export interface LivePolicy {
  readonly policy: Policy;
  readonly operation?: string | undefined;
}

/** A method that was linked, so that new settings reach it. */
interface Linked {
  readonly plan: MethodPlan;
  readonly pipeline: Pipeline;
  /** Its own policies, by their place in the order. */
  readonly own: Map<number, Policy>;
}

/** A gate of the provider, and the settings that it has. */
interface SharedGate {
  readonly policy: Policy;
  spec: PolicySpec;
}

/** Makes the pipelines of a provider's methods, gives them the gates that they share, and carries new settings to them. */
export class MethodLinker {
  private layers: ProviderLayers;
  private agreement: GateAgreement;
  private readonly sharedGates = new Map<string, SharedGate>();
  private readonly linked: Linked[] = [];

  constructor(
    private readonly parts: ProviderParts,
    private readonly environment: Environment,
  ) {
    this.layers = new ProviderLayers(parts.settings, parts);
    this.agreement = new GateAgreement(this.layers, parts);
    this.applyToShared();
  }

  get faults(): readonly Fault[] {
    return this.layers.faults;
  }

  get enabled(): boolean {
    return this.layers.enabled;
  }

  get classify(): Classify | undefined {
    return this.layers.classify;
  }

  /** The gate that the provider's methods share; of a keyed one, that for calls without a key. */
  shared(kind: string): Policy | undefined {
    const policy = this.sharedGates.get(kind)?.policy;
    return policy instanceof KeyedGate ? policy.plain : policy;
  }

  *live(): Iterable<LivePolicy> {
    for (const { policy } of this.sharedGates.values()) yield { policy };
    for (const { plan, own } of this.linked) {
      for (const policy of own.values()) yield { policy, operation: plan.operation };
    }
  }

  /** Whether the settings override anything for any method. */
  get overridesAny(): boolean {
    return this.layers.methods.size > 0;
  }

  /** Whether the settings override anything for a method. */
  knows(method: string): boolean {
    return this.layers.methods.has(method);
  }

  /** The pipeline of one method. Adds to `faults` what is wrong with it; then it is not told of new settings. */
  link(plan: MethodPlan, faults: Fault[]): Pipeline {
    const before = faults.length;
    const specs = this.layers.specs(plan, faults);
    this.agreement.join(plan, specs, faults);
    this.applyToShared();
    const linked: Linked = { plan, pipeline: new Pipeline([], this.environment), own: new Map() };
    this.apply(linked, specs);
    if (faults.length === before) this.linked.push(linked);
    return linked.pipeline;
  }

  /** Throws a `ResilienceConfigurationError`, and changes nothing, when the new settings do not fit what was linked. */
  reconfigure(patch: Layer): void {
    const layers = this.layers.with(patch);
    const faults = [...layers.faults];
    const agreement = new GateAgreement(layers, this.parts);
    const specs = faults.length > 0 ? [] : this.linked.map(({ plan }) => layers.specs(plan, faults));
    specs.forEach((ofMethod, i) => agreement.join(this.linked[i]!.plan, ofMethod, faults));
    if (faults.length > 0) throw new ResilienceConfigurationError(faults);
    this.layers = layers;
    this.agreement = agreement;
    this.applyToShared();
    specs.forEach((ofMethod, i) => this.apply(this.linked[i]!, ofMethod));
  }

  /** Makes the shared gates what was agreed on. Those that nobody has any more are dropped. */
  private applyToShared(): void {
    const { specs } = this.agreement;
    for (const kind of this.sharedGates.keys()) {
      if (!specs.some((spec) => spec.kind === kind)) this.sharedGates.delete(kind);
    }
    for (const spec of specs) {
      const standing = this.sharedGates.get(spec.kind);
      if (standing === undefined) {
        this.sharedGates.set(spec.kind, { spec, policy: this.create(spec) });
      } else if (standing.spec !== spec) {
        standing.spec = spec;
        standing.policy.reconfigure?.(spec.settings);
      }
    }
  }

  /** Gives a method its policies: the shared gates, and its own. */
  private apply({ plan, pipeline, own }: Linked, specs: readonly PolicySpec[]): void {
    const standing = new Map(own);
    own.clear();
    const policies = specs.map((spec) => {
      if (!this.layers.isOwn(spec, plan)) return this.sharedGates.get(spec.kind)!.policy;
      const policy = standing.get(spec.order) ?? this.create(spec);
      if (standing.has(spec.order)) policy.reconfigure?.(spec.settings);
      own.set(spec.order, policy);
      return policy;
    });
    pipeline.link(policies);
  }

  private create(spec: PolicySpec): Policy {
    const policy = spec.create(this.environment);
    return isKeyable(policy) ? new KeyedGate(policy) : policy;
  }
}
