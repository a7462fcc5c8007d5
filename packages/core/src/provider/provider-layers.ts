import { checkProviderSettings } from './check-provider-settings.js';
import type { Classify } from '../outcome/classifier.js';
import type { MethodPlan } from './method-plan.js';
import { policyKinds } from '../policies/catalog.js';
import type { PolicySpec } from '../engine/policy.js';
import { DEFAULT_HEADER } from '../policies/idempotency/idempotency.options.js';
import type { RetrySettings } from '../policies/retry/retry.options.js';
import type { ProviderParts } from './provider-parts.js';
import type { RetryBudgetRates } from '../counting/retry-budget.js';
import type { Fault } from '../settings/fault.js';
import { isPlain } from '../values/is-plain.js';
import { mergeSettings, type Layer } from '../settings/merge-settings.js';
import { kindsIn, readPolicies, unknownSettings } from '../policies/policy-catalog.js';

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
    patch?: Layer,
  ) {
    this.settings = isPlain(settings) ? mergeSettings(settings) : {};
    this.top = mergeSettings(parts.top);
    this.faults = checkProviderSettings(settings, parts, patch);
    // Asked for with every call.
    this.enabled = (this.top['enabled'] ?? this.settings['enabled']) !== false;
    this.classify = (this.top['classify'] ?? this.settings['classify'] ?? undefined) as Classify | undefined;
    this.methods = new Set(
      [this.settings, this.top].flatMap(({ methods }) =>
        Object.entries(isPlain(methods) ? methods : {}).flatMap(([name, layer]) => (layer === null ? [] : [name])),
      ),
    );
  }

  /** The same with `patch` laid over the provider's settings. */
  with(patch: Layer): ProviderLayers {
    return isPlain(patch)
      ? new ProviderLayers(mergeSettings(this.settings, patch), this.parts, patch)
      : new ProviderLayers(patch, this.parts);
  }

  /** The kinds that the settings name, for one method or in general. */
  kinds(method: string | undefined): string[] {
    return kindsIn(this.merged(method, {})).map(({ kind }) => kind);
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
    faults.push(...unknownSettings(asked, path, []));
    const specs = [...readPolicies(asked, path, faults).values()].flat();
    for (const spec of specs) {
      const message = plan.objection?.(spec);
      if (message !== undefined) faults.push({ path: plan.operation, message });
    }
    return specs.sort((a, b) => a.order - b.order);
  }

  /** The retry budget that the settings, or a method, name; `undefined` when none is named. */
  retryBudget(plan?: MethodPlan): RetryBudgetRates | false | undefined {
    const options = plan?.policies.get('retry');
    const { retry } = this.merged(plan?.method, options === undefined ? {} : { retry: options });
    if (!isPlain(retry) || (retry['budget'] ?? undefined) === undefined) return undefined;
    const read = readPolicies({ retry: { budget: retry['budget'] } }, this.parts.path, []).get('retry');
    return (read?.[0]?.settings as RetrySettings | undefined)?.budget;
  }

  /** The header in which a method's idempotency keys go to the provider. */
  idempotencyHeader(method: string): string {
    const { settings, top } = this;
    const said = [methodLayer(top, method), top, methodLayer(settings, method), settings].map((layer) => {
      const idempotency = layer?.['idempotency'];
      return isPlain(idempotency) ? idempotency['header'] : undefined;
    });
    return String(said.find((header) => header !== undefined) ?? DEFAULT_HEADER);
  }

  /** Whether a method says anything of its own about a kind of policy. */
  differs(kind: string, { policies, method }: MethodPlan): boolean {
    return bringsAny(policies.get(kind)) || this.overrides(kind, method);
  }

  /** Whether a method has a policy to itself rather than the provider's. */
  isOwn({ kind, scope }: PolicySpec, { own, method }: MethodPlan): boolean {
    if (scope === 'method' || own === undefined) return scope === 'method';
    return own === 'overridden' ? this.overridesGate(kind, method) : own.has(kind);
  }

  private overrides(kind: string, method: string | undefined): boolean {
    return this.overriding(kind, method).length > 0;
  }

  /** Whether the settings say more of a gate for one method than what its calls cost there. */
  private overridesGate(kind: string, method: string | undefined): boolean {
    const { perCall = [] } = policyKinds.find((known) => known.kind === kind) ?? {};
    return this.overriding(kind, method).some(
      (options) => !isPlain(options) || Object.keys(options).some((name) => !perCall.includes(name)),
    );
  }

  /** What the settings say of a kind for one method alone. */
  private overriding(kind: string, method: string | undefined): unknown[] {
    const said = [this.settings, this.top].map((layer) => methodLayer(layer, method)?.[kind]);
    return said.filter((options) => options !== undefined);
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
