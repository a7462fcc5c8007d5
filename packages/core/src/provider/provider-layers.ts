import { checkProviderSettings } from './check-provider-settings.js';
import type { Classify } from '../outcome/reading/classifier.js';
import type { MethodPlan } from './method-plan.js';
import { catalog } from '../policies/catalog.js';
import type { PolicyCatalog } from '../policies/policy-catalog.js';
import type { PolicySpec } from '../engine/policy.js';
import type { PlaceOptions } from '../policies/idempotency/idempotency.options.js';
import { keyPlace, type KeyPlace } from '../policies/idempotency/key-place.js';
import type { ProviderParts } from './provider-parts.js';
import type { Fault } from '../settings/fault.js';
import { httpSchema, type ReadHttp } from '../http/http.options.js';
import { readSettings } from '../settings/read-settings.js';
import { isPlain } from '../values/is-plain.js';
import type { Layer } from '../settings/merge-settings.js';

const NO_METHODS: ReadonlySet<string> = new Set();

/**
 * The layers of a provider's settings, and what they come to for each method. Weakest first: the provider's settings,
 * the method's own options, `methods.<name>`, and the top layer with its own `methods.<name>`. Copied, and never
 * changed: new settings make new layers.
 */
export class ProviderLayers {
  readonly faults: readonly Fault[];
  /** The methods for which the settings override something. */
  readonly methods: ReadonlySet<string>;
  /** Whether the policies apply at all. */
  readonly enabled: boolean;
  /** The user's own word on what a result means. */
  readonly classify: Classify | undefined;
  /** How the provider is reached over HTTP, as it stands in the settings. */
  readonly http: ReadHttp | undefined;
  private readonly settings: Layer;
  private readonly top: Layer;
  private readonly catalog: PolicyCatalog;

  constructor(
    settings: Layer,
    private readonly parts: ProviderParts,
    patch?: Layer,
  ) {
    this.catalog = parts.catalog ?? catalog;
    this.settings = isPlain(settings) ? this.catalog.merge(settings) : {};
    this.top = this.catalog.merge(parts.top);
    this.faults = checkProviderSettings(settings, parts, patch);
    // Asked for with every call.
    this.enabled = (this.top['enabled'] ?? this.settings['enabled']) !== false;
    this.classify = (this.top['classify'] ?? this.settings['classify'] ?? undefined) as Classify | undefined;
    this.http = this.readHttp();
    const methods = [this.settings, this.top].flatMap(({ methods }) =>
      Object.entries(isPlain(methods) ? methods : {}).flatMap(([name, layer]) => (layer === null ? [] : [name])),
    );
    this.methods = methods.length === 0 ? NO_METHODS : new Set(methods);
  }

  private readHttp(): ReadHttp | undefined {
    const { http } = this.merged(undefined, {});
    if (http === undefined || http === null) return undefined;
    return readSettings(httpSchema, http, '').settings;
  }

  /** The same with `patch` laid over the provider's settings. */
  with(patch: Layer): ProviderLayers {
    return isPlain(patch)
      ? new ProviderLayers(this.catalog.merge(this.settings, patch), this.parts, patch)
      : new ProviderLayers(patch, this.parts);
  }

  /** Whether the settings have hosts share the answers of any method. */
  get sharesAnswers(): boolean {
    return [undefined, ...this.methods].some((method) => {
      const { cache } = this.merged(method, {});
      return isPlain(cache) && cache['shared'] !== undefined && cache['shared'] !== false;
    });
  }

  /** The kinds that the settings name, for one method or in general. */
  kinds(method: string | undefined): string[] {
    return this.catalog.kindsIn(this.merged(method, {})).map(({ kind }) => kind);
  }

  /** The settings' own description for all methods together. */
  shared(): readonly PolicySpec[] {
    const specs = [...this.catalog.read(this.merged(undefined, {}), this.parts.path, []).values()].flat();
    return specs.filter(({ scope }) => scope === 'provider');
  }

  /** A method's policies, outermost first. */
  specs(plan: MethodPlan, faults: Fault[]): readonly PolicySpec[] {
    const path = `${this.parts.path} (${plan.operation})`;
    const brought = this.broughtBy(plan);
    const merged = this.merged(plan.method, Object.fromEntries([...brought].filter(([, own]) => bringsAny(own))));
    const kinds = [...brought.keys(), ...(plan.every === true ? this.kinds(plan.method) : [])];
    const optionsOf = (kind: string) =>
      merged[kind] === undefined ? this.defaultsOf(kind, path, faults) : merged[kind];
    const asked = Object.fromEntries(kinds.map((kind) => [kind, optionsOf(kind)]));
    faults.push(...this.catalog.unknown(asked, path, []));
    const specs = [...this.catalog.read(asked, path, faults).values()].flat();
    for (const spec of specs) {
      const message = plan.objection?.(spec);
      if (message !== undefined) faults.push({ path: plan.operation, message });
    }
    return this.catalog.inOrder(specs.flatMap((spec) => this.withShared(spec, plan)));
  }

  private broughtBy({ policies, ifNamed, method }: MethodPlan): ReadonlyMap<string, Layer> {
    if (ifNamed === undefined) return policies;
    const named = this.kinds(method);
    return new Map([...policies, ...[...ifNamed].filter(([kind]) => named.includes(kind))]);
  }

  /** A method's own policy, and beside it the one that the settings name for all methods, where it is to stand so. */
  private withShared(spec: PolicySpec, plan: MethodPlan): readonly PolicySpec[] {
    const { beside, name } = spec;
    if (beside === undefined || plan.own === undefined || !this.wantsOwn(spec, plan)) return [spec];
    const shared = this.sharedNamed(name);
    return shared === undefined ? [spec] : [{ ...spec, name: beside, scope: 'method' }, shared];
  }

  /** Where a method's idempotency keys go. */
  keyPlace(method: string): KeyPlace {
    const { settings, top } = this;
    const layers = [methodLayer(top, method), top, methodLayer(settings, method), settings];
    const said = layers.map((layer) => layer?.['idempotency']).filter(isPlain);
    const lookUp = (name: string) => said.map((options) => options[name]).find((option) => option !== undefined);
    return keyPlace({ header: lookUp('header'), body: lookUp('body'), variable: lookUp('variable') } as PlaceOptions);
  }

  /** Whether a method says anything of its own about a policy. */
  differs({ kind, option }: PolicySpec, plan: MethodPlan): boolean {
    const { method } = plan;
    const own = this.broughtBy(plan).get(kind);
    if (option !== undefined) return [own, ...this.overriding(kind, method)].some((said) => names(said, option));
    return bringsAny(own) || this.overriding(kind, method).length > 0;
  }

  /** Whether the settings name what a policy of the provider is made of, rather than leave it to its default. */
  names({ kind, option }: PolicySpec): boolean {
    const said = this.merged(undefined, {})[kind];
    return option === undefined ? said !== undefined : names(said, option);
  }

  /** Whether a method has a policy to itself rather than the provider's. */
  isOwn(spec: PolicySpec, plan: MethodPlan): boolean {
    if (spec.scope === 'method' || plan.own === undefined || spec.option !== undefined) return spec.scope === 'method';
    // A method's own that stands beside the provider's says so by its scope.
    return this.wantsOwn(spec, plan) && (spec.beside === undefined || this.sharedNamed(spec.name) === undefined);
  }

  private sharedNamed(name: string): PolicySpec | undefined {
    return this.shared().find((spec) => spec.name === name);
  }

  private wantsOwn({ kind }: PolicySpec, { own, method }: MethodPlan): boolean {
    return own === 'overridden' ? this.overridesGate(kind, method) : own?.has(kind) === true;
  }

  /** Whether the settings say more of a gate for one method than what its calls cost there. */
  private overridesGate(kind: string, method: string | undefined): boolean {
    const { perCall = [] } = this.catalog.kind(kind) ?? {};
    return this.overriding(kind, method).some(
      (options) => !isPlain(options) || Object.keys(options).some((name) => !perCall.includes(name)),
    );
  }

  /** The settings of a kind for one method alone. */
  private overriding(kind: string, method: string | undefined): unknown[] {
    const said = [this.settings, this.top].map((layer) => methodLayer(layer, method)?.[kind]);
    return said.filter((options) => options !== undefined);
  }

  private merged(method: string | undefined, options: Layer): Layer {
    const { settings, top } = this;
    return this.catalog.merge(settings, options, methodLayer(settings, method), top, methodLayer(top, method));
  }

  private defaultsOf(kind: string, path: string, faults: Fault[]): true | undefined {
    if (this.catalog.kind(kind)?.takesAnyValue !== true) return true;
    faults.push({ path: `${path}.${kind}`, message: 'it is required: the settings name none' });
    return undefined;
  }
}

function methodLayer(settings: Layer, method: string | undefined): Layer | undefined {
  const methods = settings['methods'];
  if (method === undefined || !isPlain(methods) || !Object.hasOwn(methods, method)) return undefined;
  return isPlain(methods[method]) ? methods[method] : undefined;
}

/** An empty object brings nothing. A function is the whole of what it says. */
function bringsAny(options: Layer | undefined): boolean {
  return typeof options === 'function' || Object.keys(options ?? {}).length > 0;
}

function names(options: unknown, option: string): boolean {
  return isPlain(options) && (options[option] ?? undefined) !== undefined;
}
