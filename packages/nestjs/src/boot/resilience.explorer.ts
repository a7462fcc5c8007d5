import { ResilienceConfigurationError, type Fault } from '@breakwater/core';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { bindingsOf } from '../methods/bind-method.js';
import type { LinkedMethod } from '../methods/linked-methods.js';
import type { MethodRuntime } from '../methods/method-runtime.js';
import { runtimeBehind } from '../methods/runtime-slot.js';
import { ResilienceParts } from '../providers/resilience-parts.js';
import { Resilience } from '../resilience.js';
import { RawBodyProbe } from '../webhooks/raw-body/raw-body.probe.js';
import { adoptProvided, type Wrapper } from './adopt-provided.js';
import { injectionFaults } from './injection-faults.js';
import { sharedOutcomeFaults } from './shared-outcome-faults.js';
import { webhookUseFaults } from './webhook-use-faults.js';

/**
 * Looks once, at boot, at everything the application is made of: adopts the instances that Nest did not construct, links every
 * decorated method, and raises one error that lists all that is wrong with the settings and with their use.
 */
@Injectable()
export class ResilienceExplorer implements OnModuleInit {
  constructor(
    @Inject(ResilienceParts) private readonly parts: ResilienceParts,
    @Inject(Resilience) private readonly resilience: Resilience,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(RawBodyProbe) private readonly rawBody: RawBodyProbe,
  ) {}

  onModuleInit(): void {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()] as readonly Wrapper[];
    // A test may have replaced `Resilience`: then methods run bare.
    const runtime = runtimeBehind(this.resilience);
    const classes = new Set(wrappers.flatMap((wrapper) => classesOf(wrapper, runtime)));
    const faults = [
      ...this.parts.faults,
      ...(runtime === undefined ? [] : linkAll(classes, runtime)),
      ...[...classes].flatMap((found) => injectionFaults(found, this.parts)),
      ...webhookUseFaults(classes, this.parts, this.rawBody.losesBytes),
    ];
    if (faults.length > 0) throw new ResilienceConfigurationError(faults);
  }
}

/** The classes behind a wrapper. Instances that a factory or a value provides are adopted by this application. */
function classesOf(wrapper: Wrapper, runtime: MethodRuntime | undefined): readonly object[] {
  const { metatype, inject, instance } = wrapper;
  if (typeof metatype === 'function' && metatype.prototype !== undefined && inject === undefined) return [metatype];
  const instances = runtime === undefined ? [instance] : adoptProvided(wrapper, runtime);
  // An object without a prototype has no class.
  return instances.flatMap((made) => (made as object | undefined)?.constructor ?? []);
}

function linkAll(classes: ReadonlySet<object>, runtime: MethodRuntime): readonly Fault[] {
  const faults: Fault[] = [];
  const linked: LinkedMethod[] = [];
  for (const constructor of classes) {
    for (const binding of bindingsOf((constructor as { prototype?: object }).prototype ?? null)) {
      const method = runtime.link(binding, constructor, faults);
      if (method !== undefined) linked.push(method);
    }
  }
  return [...faults, ...sharedOutcomeFaults(linked)];
}
