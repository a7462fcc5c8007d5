import type { ReadHttp } from '../http/http.options.js';
import type { ChangingParts } from './create-environment.js';
import type { CallObserver, ObserveCalls } from '../engine/attempt/call-observer.js';
import { GateAgreement } from './gate-agreement.js';
import type { MethodPlan } from './method-plan.js';
import { Pipeline } from '../engine/pipeline.js';
import { isPassed, type Environment, type Policy, type PolicySpec } from '../engine/policy.js';
import { PolicyMaker } from './policy-maker.js';
import { ProviderLayers } from './provider-layers.js';
import type { ProviderParts } from './provider-parts.js';
import { ResilienceConfigurationError, type Fault } from '../settings/fault.js';
import { catalog as standardCatalog } from '../policies/catalog.js';
import type { KeyPlace } from '../policies/idempotency/key-place.js';
import type { Layer } from '../settings/merge-settings.js';
import { SharedPolicies } from './shared-policies.js';

/** A policy that is alive, and whose it is: the provider's when there is no operation. */
export interface OwnedPolicy {
  readonly policy: Policy;
  readonly operation?: string | undefined;
}

/** A method that was linked, so that new settings reach it. */
interface Linked {
  readonly plan: MethodPlan;
  readonly pipeline: Pipeline;
  /** Its own policies, by name. */
  readonly own: Map<string, Policy>;
}

/**
 * Makes the pipelines of a provider's methods, gives them the gates that they share, and carries new settings to them.
 */
export class MethodLinker {
  private layers: ProviderLayers;
  private agreement: GateAgreement;
  private readonly maker: PolicyMaker;
  private readonly shares: SharedPolicies;
  private readonly linked: Linked[] = [];
  private observers: readonly CallObserver[] = [];
  private isApplying = false;
  /** Those that learn from answers, until others come: an answer would have to look through all of them. */
  private learners: readonly OwnedPolicy[] | undefined;

  constructor(
    private readonly parts: ProviderParts,
    private readonly environment: Environment,
    private readonly changing: ChangingParts,
  ) {
    this.maker = new PolicyMaker(environment);
    this.shares = new SharedPolicies(this.maker);
    this.layers = new ProviderLayers(parts.settings, parts);
    changing.classify = this.layers.classify;
    this.agreement = new GateAgreement(this.layers, parts);
    this.shares.apply(this.agreement.specs);
  }

  get faults(): readonly Fault[] {
    return [...this.layers.faults, ...this.agreement.faults];
  }

  get enabled(): boolean {
    return this.layers.enabled;
  }

  /** Whether any of its answers are shared with other hosts, be it by methods that are none of this process. */
  get sharesAnswers(): boolean {
    if (this.layers.sharesAnswers) return true;
    return [...this.live()].some(({ policy }) => (policy as { sharedAnswers?: unknown }).sharedAnswers !== undefined);
  }

  /** How the provider is reached over HTTP, as it stands in the settings. */
  get http(): ReadHttp | undefined {
    return this.layers.http;
  }

  /** Where the settings have keys go, for one method. */
  keyPlace(method: string): KeyPlace {
    return this.layers.keyPlace(method);
  }

  /** The gate that the provider's methods share; of a keyed one, that for calls without a key. */
  shared(name: string): Policy | undefined {
    return this.shares.unkeyed(name);
  }

  *live(): Iterable<OwnedPolicy> {
    for (const policy of this.shares.live()) yield { policy };
    for (const { plan, own } of this.linked) {
      for (const policy of own.values()) yield { policy, operation: plan.operation };
    }
  }

  /** The policies that learn from answers. */
  get learning(): readonly OwnedPolicy[] {
    return (this.learners ??= [...this.live()].filter(({ policy }) => policy.observe !== undefined));
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
  pipelineFor(given: MethodPlan, faults: Fault[]): Pipeline {
    const plan = this.withCopies(given);
    const before = faults.length;
    const specs = this.layers.specs(plan, faults);
    this.agreement.join(plan, specs, faults);
    this.applyToShared();
    // The pipelines of single requests stand within calls that are observed already.
    const observers = plan.ofRequests === true ? undefined : () => this.observers;
    const linked: Linked = { plan, pipeline: new Pipeline([], this.environment, observers), own: new Map() };
    this.apply(linked, specs);
    if (faults.length === before) this.linked.push(linked);
    this.learners = undefined;
    return linked.pipeline;
  }

  /** Throws a `ResilienceConfigurationError`, and changes nothing, when the new settings do not fit what was linked. */
  reconfigure(patch: Layer, further: readonly Fault[]): void {
    const layers = this.layers.with(patch);
    const agreement = new GateAgreement(layers, this.parts);
    const faults = [...layers.faults, ...agreement.faults];
    for (const { plan } of faults.length > 0 ? [] : this.linked) {
      agreement.join(plan, layers.specs(plan, faults), faults);
    }
    if (faults.length + further.length > 0) throw new ResilienceConfigurationError([...further, ...faults]);
    this.layers = layers;
    this.agreement = agreement;
    this.changing.classify = layers.classify;
    this.applyToAll();
  }

  /** Puts an observer around all calls from the next one on, within those that are there. */
  observeCalls(observe: ObserveCalls): void {
    this.observers = [...this.observers, observe(this.environment)];
    this.applyToAll();
  }

  /** Releases every timer and every waiting call, also in dropped policies. */
  close(): void {
    this.maker.close([...this.live()].map(({ policy }) => policy));
  }

  /** A listener may bring newer settings while these are applied: then it ends with those. */
  private applyToAll(): void {
    if (this.isApplying) return;
    this.isApplying = true;
    try {
      let { layers } = this;
      do {
        ({ layers } = this);
        this.applyToShared();
        for (const linked of this.linked) this.apply(linked, layers.specs(linked.plan, []));
      } while (layers !== this.layers);
    } finally {
      this.isApplying = false;
    }
  }

  private applyToShared(): void {
    this.shares.apply(this.agreement.specs);
    this.learners = undefined;
  }

  /** Sets a method's policies: the shared gates, and its own. */
  private apply({ plan, pipeline, own }: Linked, specs: readonly PolicySpec[]): void {
    const standing = new Map(own);
    own.clear();
    const policies = specs.map((spec) => {
      if (!this.layers.isOwn(spec, plan)) return this.shares.get(spec.name)!;
      const policy = standing.get(spec.name) ?? this.maker.make(spec, plan.operation);
      if (standing.has(spec.name)) policy.reconfigure?.(spec.settings);
      own.set(spec.name, policy);
      return policy;
    });
    // A provider that is switched off keeps its policies, and no call passes them.
    const passed = this.layers.enabled
      ? policies.filter((policy) => isPassed(policy) && this.stands(policy, plan))
      : [];
    this.learners = undefined;
    pipeline.use(passed);
    for (const [name, policy] of standing) if (!own.has(name)) this.maker.drop(policy);
  }

  /** Whether calls pass a policy: the rate limit is left to the requests that they send, where each draws from it. */
  private stands({ kind }: Policy, { ofRequests }: MethodPlan): boolean {
    if (kind !== 'rateLimit' || ofRequests === true) return true;
    const http = this.parts.http === undefined ? this.layers.http : this.parts.http.settings();
    return http?.limitEachRequest !== true;
  }

  /** Options that the user changes later are not seen: they are read again with every reconfiguration. */
  private withCopies(plan: MethodPlan): MethodPlan {
    const { catalog = standardCatalog } = this.parts;
    const copies = [...plan.policies].map(
      ([kind, own]) => [kind, catalog.merge({ [kind]: own })[kind] as Layer] as const,
    );
    return { ...plan, policies: new Map(copies) };
  }
}
