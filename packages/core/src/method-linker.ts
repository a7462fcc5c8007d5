import { Pipeline } from './pipeline.js';
import type { Environment, Policy, PolicySpec } from './policy.js';
import type { ProviderParts } from './provider.js';
import { PROVIDER_SETTINGS } from './provider-options.js';
import { ResilienceConfigurationError, type Fault } from './settings/fault.js';
import { isPlain, mergeSettings, type Layer } from './settings/merge-settings.js';
import { readPolicies, unknownSettings } from './settings/read-policies.js';

/** What one method asks for, before it is linked. */
export interface MethodPlan {
  /** `'PaymentsClient.charge'`. */
  readonly operation: string;
  /** The name under which the provider's settings may hold overrides. */
  readonly method?: string | undefined;
  /** The policies by kind, each with the method's own options. */
  readonly policies: ReadonlyMap<string, Layer>;
  /** Kinds of which the method has an instance of its own rather than the provider's. */
  readonly own?: ReadonlySet<string> | undefined;
}

/** A policy that is alive, and whose it is: the provider's when there is no operation. */
export interface LivePolicy {
  readonly policy: Policy;
  readonly operation?: string | undefined;
}

/** A gate that methods share: the settings it was made with, and by whom. */
interface Shared {
  readonly policy: Policy;
  readonly settings: string;
  readonly definedBy: string;
}

/** Everything that was linked, so that new settings reach it. */
interface Linked {
  readonly plan: MethodPlan;
  readonly own: ReadonlyMap<PolicySpec['order'], Policy>;
}

/**
 * Makes the pipelines of a provider's methods: lays the layers of settings over each other and gives every method the gates that it
 * shares with the others. Layers, weakest first: the provider's settings, the method's own options, `methods.<name>`, and the
 * top layer with its own `methods.<name>`.
 */
export class MethodLinker {
  readonly faults: readonly Fault[];
  private settings: Layer;
  private readonly sharedPolicies = new Map<string, Shared>();
  private readonly linked: Linked[] = [];

  constructor(
    private readonly parts: ProviderParts,
    private readonly environment: Environment,
  ) {
    this.settings = parts.settings;
    this.faults = this.check(parts.settings);
    if (this.faults.length === 0) this.shareNamed();
  }

  get enabled(): boolean {
    return (this.parts.top?.['enabled'] ?? this.settings['enabled']) !== false;
  }

  shared(kind: string): Policy | undefined {
    return this.sharedPolicies.get(kind)?.policy;
  }

  *live(): Iterable<LivePolicy> {
    for (const { policy } of this.sharedPolicies.values()) yield { policy };
    for (const { plan, own } of this.linked) for (const policy of own.values()) yield { policy, operation: plan.operation };
  }

  hasMethod(name: string): boolean {
    return methodLayer(this.settings, name) !== undefined || methodLayer(this.parts.top, name) !== undefined;
  }

  /** The kinds that the settings name, for one method or in general. */
  kinds(method: string | undefined): string[] {
    return [...readPolicies(this.merged(method, {}), this.parts.path, []).keys()];
  }

  link(plan: MethodPlan, faults: Fault[]): Pipeline {
    const own = new Map<number, Policy>();
    const specs = this.specs(plan, faults);
    const policies = specs.map((spec) => {
      if (spec.scope === 'provider' && !plan.own?.has(spec.kind)) return this.sharedPolicy(spec, plan, faults);
      const policy = spec.create(this.environment);
      own.set(spec.order, policy);
      return policy;
    });
    this.linked.push({ plan, own });
    return new Pipeline(policies, this.environment);
  }

  reconfigure(patch: Layer): void {
    const settings = mergeSettings(this.settings, patch);
    const faults = this.check(settings);
    if (faults.length > 0) throw new ResilienceConfigurationError(faults);
    this.settings = settings;
    for (const spec of this.namedGates()) this.sharedPolicies.get(spec.kind)?.policy.reconfigure?.(spec.settings);
    for (const { plan, own } of this.linked) {
      for (const spec of this.specs(plan, [])) own.get(spec.order)?.reconfigure?.(spec.settings);
    }
  }

  /** The method's policies, outermost first. */
  private specs(plan: MethodPlan, faults: Fault[]): readonly PolicySpec[] {
    const options = Object.fromEntries(plan.policies);
    const merged = this.merged(plan.method, options);
    const asked = Object.fromEntries([...plan.policies.keys()].map((kind) => [kind, merged[kind] ?? true]));
    const specs = [...readPolicies(asked, `${this.parts.path} (${plan.operation})`, faults).values()].flat();
    return specs.sort((a, b) => a.order - b.order);
  }

  private merged(method: string | undefined, options: Layer): Layer {
    const { top } = this.parts;
    return mergeSettings(this.settings, options, methodLayer(this.settings, method), top, methodLayer(top, method));
  }

  /** The gates that the settings name are there from the start, whichever method comes first. */
  private shareNamed(): void {
    for (const spec of this.namedGates()) this.share(spec, `${this.parts.path}.${spec.kind}`);
  }

  private namedGates(): readonly PolicySpec[] {
    const named = readPolicies(this.merged(undefined, {}), this.parts.path, []);
    return [...named.values()].flat().filter((spec) => spec.scope === 'provider');
  }

  /** Two settings for one gate would be a contradiction: whoever differs must say that it wants its own. */
  private sharedPolicy(spec: PolicySpec, plan: MethodPlan, faults: Fault[]): Policy {
    const standing = this.sharedPolicies.get(spec.kind) ?? this.share(spec, plan.operation);
    if (this.bringsOptions(spec.kind, plan) && standing.settings !== JSON.stringify(spec.settings)) faults.push(this.contradiction(spec, plan, standing.definedBy));
    return standing.policy;
  }

  private bringsOptions(kind: string, { policies, method }: MethodPlan): boolean {
    const overridden = [this.settings, this.parts.top].some((layer) => methodLayer(layer, method)?.[kind] !== undefined);
    return overridden || Object.keys(policies.get(kind) ?? {}).length > 0;
  }

  private share(spec: PolicySpec, definedBy: string): Shared {
    const shared = { policy: spec.create(this.environment), settings: JSON.stringify(spec.settings), definedBy };
    this.sharedPolicies.set(spec.kind, shared);
    return shared;
  }

  private contradiction(spec: PolicySpec, plan: MethodPlan, definedBy: string): Fault {
    return {
      path: `${plan.operation}.${spec.kind}`,
      message: `differs from ${definedBy}, and the methods of '${this.parts.name}' share one ${spec.kind}; give it scope: 'method' to have its own, or the same options`,
    };
  }

  private check(settings: Layer): readonly Fault[] {
    const { path, top, sections = [] } = this.parts;
    const others = [...PROVIDER_SETTINGS, ...sections];
    const faults: Fault[] = [...unknownSettings(mergeSettings(settings, top), path, others)];
    const base = mergeSettings(settings, top);
    readPolicies(base, path, faults);
    if (settings['classify'] !== undefined && typeof settings['classify'] !== 'function') {
      faults.push({ path: `${path}.classify`, message: 'expected a function of the result' });
    }
    const methods = mergeSettings({ methods: settings['methods'] }, { methods: top?.['methods'] })['methods'];
    for (const [name, layer] of Object.entries(isPlain(methods) ? methods : {})) {
      const at = `${path}.methods.${name}`;
      if (!isPlain(layer)) {
        faults.push({ path: at, message: 'expected an object of policies' });
        continue;
      }
      faults.push(...unknownSettings(layer, at, []));
      const touched = Object.fromEntries(Object.keys(layer).map((kind) => [kind, mergeSettings(base, layer)[kind]]));
      readPolicies(touched, at, faults);
    }
    return faults;
  }
}

function methodLayer(settings: Layer | undefined, method: string | undefined): Layer | undefined {
  const methods = settings?.['methods'];
  const layer = method !== undefined && isPlain(methods) ? methods[method] : undefined;
  return isPlain(layer) ? layer : undefined;
}
