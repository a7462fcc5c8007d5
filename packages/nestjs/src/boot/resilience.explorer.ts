import { ResilienceConfigurationError, type Fault } from '@breakwater/core';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { bindingsOf } from '../methods/bind-method.js';
import type { LinkedMethod } from '../methods/linked-methods.js';
import { Resilience } from '../resilience.js';
import { RawBodyProbe } from '../webhooks/raw-body/raw-body.probe.js';
import { adoptProvided, type Wrapper } from './adopt-provided.js';
import { injectionFaults } from './injection-faults.js';
import { secretFaults } from './secret-faults.js';
import { sharedOutcomeFaults } from './shared-outcome-faults.js';
import { webhookUseFaults } from './webhook-use-faults.js';

/**
 * Looks once, at boot, at everything the application is made of: adopts the instances that Nest did not construct, links every
 * decorated method, and raises one error that lists all that is wrong with the settings and with their use.
 */
@Injectable()
export class ResilienceExplorer implements OnModuleInit {
  constructor(
    @Inject(Resilience) private readonly resilience: Resilience,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(RawBodyProbe) private readonly rawBody: RawBodyProbe,
  ) {}

  onModuleInit(): void {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()] as readonly Wrapper[];
    const classes = new Set(wrappers.flatMap((wrapper) => this.classesOf(wrapper)));
    const faults = [
      ...this.resilience.faults,
      ...secretFaults(this.resilience),
      ...this.linkAll(classes),
      ...[...classes].flatMap((found) => injectionFaults(found, this.resilience)),
      ...webhookUseFaults(classes, this.resilience, this.rawBody.state),
    ];
    if (faults.length > 0) throw new ResilienceConfigurationError(faults);
  }

  /** The classes behind a wrapper. What a factory or a value provides becomes this application's. */
  private classesOf(wrapper: Wrapper): readonly object[] {
    const { metatype, inject } = wrapper;
    if (typeof metatype === 'function' && metatype.prototype !== undefined && inject === undefined) return [metatype];
    // What was made without a prototype has no class.
    return adoptProvided(wrapper, this.resilience).flatMap((instance) => instance.constructor ?? []);
  }

  private linkAll(classes: ReadonlySet<object>): readonly Fault[] {
    const faults: Fault[] = [];
    const linked: LinkedMethod[] = [];
    for (const constructor of classes) {
      for (const binding of bindingsOf((constructor as { prototype?: object }).prototype ?? null)) {
        const method = this.resilience.link(binding, constructor, faults);
        if (method !== undefined) linked.push(method);
      }
    }
    return [...faults, ...sharedOutcomeFaults(linked)];
  }
}
