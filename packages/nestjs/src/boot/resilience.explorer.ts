import { ResilienceConfigurationError, type Fault } from '@breakwater/core';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { adopt, runtimeOf } from '../binding/runtime-slot.js';
import { bindingsOf } from '../binding/wrap-method.js';
import { Resilience } from '../resilience.js';
import { RawBodyProbe } from '../webhooks/raw-body.probe.js';
import { injectionFaults } from './injection-faults.js';
import { secretFaults } from './secret-faults.js';
import { webhookUseFaults } from './webhook-use-faults.js';

/** A provider or controller as Nest's container knows it, as far as it matters here. */
interface Wrapper {
  readonly metatype: unknown;
  readonly inject?: unknown;
  readonly instance: unknown;
}

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
    const classes = new Set<object>();
    for (const wrapper of wrappers) {
      const found = this.classOf(wrapper);
      if (found !== undefined) classes.add(found);
    }
    const faults = [
      ...this.resilience.faults,
      ...secretFaults(this.resilience),
      ...this.linkAll(classes),
      ...[...classes].flatMap((found) => injectionFaults(found, this.resilience)),
      ...webhookUseFaults(classes, this.resilience, this.rawBody.state),
    ];
    if (faults.length > 0) throw new ResilienceConfigurationError(faults);
  }

  /** The class behind a wrapper. An instance that a factory or a value provides becomes this application's. */
  private classOf({ metatype, inject, instance }: Wrapper): object | undefined {
    const constructed = typeof metatype === 'function' && metatype.prototype !== undefined && inject === undefined;
    if (constructed) return metatype;
    if (typeof instance !== 'object' || instance === null) return undefined;
    const decorated = bindingsOf(Object.getPrototypeOf(instance) as object | null).length > 0;
    if (decorated && runtimeOf(instance) !== this.resilience) adopt(instance, this.resilience);
    return instance.constructor;
  }

  /** Methods that bring options of their own come first: what they say holds for those that say nothing. */
  private linkAll(classes: ReadonlySet<object>): readonly Fault[] {
    const faults: Fault[] = [];
    const methods = [...classes].flatMap((constructor) =>
      bindingsOf((constructor as { prototype?: object }).prototype ?? null).map((binding) => ({
        constructor,
        binding,
      })),
    );
    methods.sort((a, b) => b.binding.optionCount - a.binding.optionCount);
    for (const { constructor, binding } of methods) this.resilience.link(binding, constructor, faults);
    return faults;
  }
}
