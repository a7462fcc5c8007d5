import { checkProviderSettings } from './check-provider-settings.js';
import type { Classify } from './classifier.js';
import type { MethodPlan } from './method-linker.js';
import { policyKinds } from './policies/index.js';
import type { PolicySpec } from './policy.js';
import type { ProviderParts } from './provider.js';
import type { Fault } from './settings/fault.js';
import { isPlain, mergeSettings, type Layer } from './settings/merge-settings.js';
import { readPolicies } from './settings/read-policies.js';

/**
 * The layers of a provider's settings, and what they come to for each method. Weakest first: the provider's settings, the method's own
 * options, `methods.<name>`, and the top layer with its own `methods.<name>`. Copied, and never changed: new settings make new layers.
 */
export class ProviderLayers {
  readonly faults: readonly Fault[];
  /** The methods for which the settings override something. */
  readonly methods: ReadonlySet<string>;
  /** Whether the policies apply at all. */
  readonly enabled: boolean;
  /** The user's own word on what a result means. */
  readonly classify: Classify | undefined;
  private readonly settings: Layer;
  private readonly top: Layer;

  constructor(
    settings: Layer,
    private readonly parts: ProviderParts,
  ) {
    this.settings = mergeSettings(settings);
    this.top = mergeSettings(parts.top);
    this.faults = checkProviderSettings(this.settings, parts);
    // Asked for with every call.
    this.enabled = (this.top['enabled'] ?? this.settings['enabled']) !== false;
    this.classify = (this.top['classify'] ?? this.settings['classify']) as Classify | undefined;
    this.methods = new Set(
      [this.settings, this.top].flatMap(({ methods }) => (isPlain(methods) ? Object.keys(methods) : [])),
    );
  }

  /** The same with `patch` laid over the provider's settings. */
  with(patch: Layer): ProviderLayers {
    return new ProviderLayers(mergeSettings(this.settings, patch), this.parts);
  }

  /** The kinds that the settings name, for one method or in general. */
  kinds(method: string | undefined): string[] {
    return [...readPolicies(this.merged(method, {}), this.parts.path, []).keys()];
  }

  /** The gates that the settings themselves describe for all methods. */
  gates(): readonly PolicySpec[] {
    const specs = [...readPolicies(this.merged(undefined, {}), this.parts.path, []).values()].flat();
    return specs.filter((spec) => spec.scope === 'provider');
  }

  /** A method's policies, outermost first. */
  specs(plan: MethodPlan, faults: Fault[]): readonly PolicySpec[] {
    const path = `${this.parts.path} (${plan.operation})`;
    const merged = this.merged(plan.method, Object.fromEntries([...plan.policies].filter(([, own]) => bringsAny(own))));
    const kinds = [...plan.policies.keys(), ...(plan.every === true ? this.kinds(plan.method) : [])];
    const optionsOf = (kind: string) => (merged[kind] === undefined ? defaultsOf(kind, path, faults) : merged[kind]);
    const asked = Object.fromEntries(kinds.map((kind) => [kind, optionsOf(kind)]));
    const specs = [...readPolicies(asked, path, faults).values()].flat();
    return specs.sort((a, b) => a.order - b.order);
  }

  /** Whether a method says anything of its own about a kind of policy. */
  differs(kind: string, { policies, method }: MethodPlan): boolean {
    return bringsAny(policies.get(kind)) || this.overrides(kind, method);
  }

  /** Whether a method has a policy to itself rather than the provider's. */
  isOwn(spec: PolicySpec, { own, method }: MethodPlan): boolean {
    const { kind, scope } = spec;
    if (scope === 'method' || own === undefined) return scope === 'method';
    return own === 'overridden' ? this.overrides(kind, method) && !this.isShared(spec) : own.has(kind);
  }

  /** Whether a gate is the one that all methods have: what differs for one may be only what a call costs there. */
  private isShared({ kind, settings }: PolicySpec): boolean {
    const shared = this.gates().find((spec) => spec.kind === kind);
    return shared !== undefined && JSON.stringify(shared.settings) === JSON.stringify(settings);
  }

  private overrides(kind: string, method: string | undefined): boolean {
    return [this.settings, this.top].some((layer) => methodLayer(layer, method)?.[kind] !== undefined);
  }

  private merged(method: string | undefined, options: Layer): Layer {
    const { settings, top } = this;
    return mergeSettings(settings, options, methodLayer(settings, method), top, methodLayer(top, method));
  }
}

function methodLayer(settings: Layer, method: string | undefined): Layer | undefined {
  const methods = settings['methods'];
  if (method === undefined || !isPlain(methods) || !Object.hasOwn(methods, method)) return undefined;
  return isPlain(methods[method]) ? methods[method] : undefined;
}

function defaultsOf(kind: string, path: string, faults: Fault[]): true | undefined {
  if (!policyKinds.some((known) => known.kind === kind && known.takesAnyValue)) return true;
  faults.push({ path: `${path}.${kind}`, message: 'it is required: the settings name none' });
  return undefined;
}

/** An empty object brings nothing. A function is the whole of what it says. */
function bringsAny(options: Layer | undefined): boolean {
  return typeof options === 'function' || Object.keys(options ?? {}).length > 0;
}
