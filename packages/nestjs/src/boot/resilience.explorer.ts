import { ResilienceConfigurationError, type Fault } from '@breakwater/core';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, ModulesContainer } from '@nestjs/core';
import { sendErrorHeaders } from '../filters/send-error-headers.js';
import { watchBareCalls } from '../methods/bare-calls.js';
import { bindingsOf } from '../methods/bind-method.js';
import type { LinkedMethod } from '../methods/linked-methods.js';
import type { MethodRuntime } from '../methods/method-runtime.js';
import { runtimeBehind } from '../methods/runtime-slot.js';
import { ResilienceParts } from '../providers/resilience-parts.js';
import { Resilience } from '../resilience.js';
import { RawBodyProbe } from '../inbound/webhooks/raw-body/raw-body.probe.js';
import { adoptProvided, classOf, type Wrapper } from './adopt-provided.js';
import { fallbackCycles } from './fallback-cycles.js';
import { hidingFilters } from './hiding-filters.js';
import { injectionFaults } from './injection-faults.js';
import { minifiedNames } from './minified-names.js';
import { sharedOutcomeFaults } from './shared-outcome-faults.js';
import { unusedSettings } from './unused-settings.js';
import { webhookUseFaults } from './webhook-use-faults.js';

/**
 * Looks once, at boot, at everything the application is made of: adopts the instances that Nest did not construct,
 * links every decorated method, and raises one error that lists all that is wrong with the settings and with their use.
 */
@Injectable()
export class ResilienceExplorer implements OnModuleInit, OnApplicationShutdown {
  private unwatch: (() => void) | undefined;
  /** The modules that were looked through. */
  private readonly seen = new Set<unknown>();

  constructor(
    @Inject(ResilienceParts) private readonly parts: ResilienceParts,
    @Inject(Resilience) private readonly resilience: Resilience,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
    @Inject(RawBodyProbe) private readonly rawBody: RawBodyProbe,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  onModuleInit(): void {
    const { parts } = this;
    const wrappers = [
      ...this.discovery.getProviders(),
      ...this.discovery.getControllers(),
      ...[...this.modules.values()].flatMap(enhancersOf),
    ] as readonly Wrapper[];
    // A test may have replaced `Resilience`: then methods run bare.
    const runtime = runtimeBehind(this.resilience);
    const classes = new Set(wrappers.flatMap((wrapper) => classesOf(wrapper, runtime)));
    const linkFaults: Fault[] = [];
    const linked = runtime === undefined ? [] : linkAll(classes, runtime, linkFaults);
    const faults = [
      ...parts.faults,
      ...linkFaults,
      ...sharedOutcomeFaults(linked),
      ...fallbackCycles(linked),
      ...[...classes].flatMap((found) => injectionFaults(found, parts)),
      ...webhookUseFaults(classes, parts, this.rawBody.losesBytes),
    ];
    const isOneOfSeveral = wrappers.filter(({ token }) => token === ResilienceParts).length > 1;
    if (isOneOfSeveral && faults.length > 0) faults.push(SEVERAL_MODULES);
    const warnings = [...parts.warnings, ...minifiedNames(linked), ...(isOneOfSeveral ? [SEVERAL_MODULES] : [])];
    if (runtime !== undefined) warnings.push(...unusedSettings(parts, classes, linked));
    raise(faults, warnings, parts.strict);
    const controllers = this.discovery.getControllers().flatMap(({ metatype }) => metatype ?? []);
    const hiding = hidingFilters(this.config, controllers);
    for (const each of hiding) sendErrorHeaders(each.class);
    const hidden = hiding.map(({ warning }) => warning);
    warnOf(parts.strict ? hidden : [...warnings, ...hidden]);
    for (const module of this.modules.values()) this.seen.add(module);
    if (runtime !== undefined) {
      this.unwatch = watchBareCalls(parts, { runtime, adoptLate: () => this.adoptLate(runtime) });
    }
  }

  /** Makes the application's own what factories and values of modules provide that were loaded meanwhile. */
  private adoptLate(runtime: MethodRuntime): void {
    if (this.modules.size === this.seen.size) return;
    for (const module of this.modules.values()) {
      if (this.seen.has(module)) continue;
      this.seen.add(module);
      for (const wrapper of module.providers.values()) classesOf(wrapper as unknown as Wrapper, runtime);
    }
  }

  onApplicationShutdown(): void {
    this.unwatch?.();
  }
}

type ModuleOf<T> = T extends Map<string, infer Module> ? Module : never;

/** The guards, pipes, interceptors, filters and middleware of a module, which are none of its providers. */
function enhancersOf({ injectables, middlewares }: ModuleOf<ModulesContainer>): readonly unknown[] {
  return [...injectables.values(), ...middlewares.values()];
}

const SEVERAL_MODULES: Fault = {
  path: 'ResilienceModule',
  message:
    'forRoot() was called several times, and each module has providers, circuits and limits of its own: give all providers to one forRoot(), in the root module',
};

/** Raises faults, and warnings as well where the settings are strict. */
function raise(faults: readonly Fault[], warnings: readonly Fault[], strict: boolean): void {
  const raised = strict ? [...faults, ...warnings] : faults;
  if (raised.length > 0) throw new ResilienceConfigurationError(raised);
}

/** One entry of the log for all warnings. */
function warnOf(warnings: readonly Fault[]): void {
  if (warnings.length === 0) return;
  const lines = warnings.map(({ path, message }) => `\n  ${path}: ${message}`);
  const count = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`;
  new Logger('Resilience').warn(`${count} about the settings and their use:${lines.join('')}`);
}

/** The classes behind a wrapper. Instances that a factory or a value provides are adopted by this application. */
function classesOf(wrapper: Wrapper, runtime: MethodRuntime | undefined): readonly object[] {
  const { metatype, inject, instance } = wrapper;
  if (typeof metatype === 'function' && metatype.prototype !== undefined && inject === undefined) return [metatype];
  const instances = runtime === undefined ? [instance] : adoptProvided(wrapper, runtime);
  return instances.flatMap((made) => classOf(made) ?? []);
}

function linkAll(classes: ReadonlySet<object>, runtime: MethodRuntime, faults: Fault[]): readonly LinkedMethod[] {
  const linked: LinkedMethod[] = [];
  for (const constructor of classes) {
    for (const binding of bindingsOf((constructor as { prototype?: object }).prototype ?? null)) {
      const method = runtime.link(binding, constructor, faults);
      if (method !== undefined) linked.push(method);
    }
  }
  return linked;
}
