import { ResilienceConfigurationError, type Fault, type Work } from '@breakwater/core';
import type { Observable } from 'rxjs';
import type { ProviderRegistry } from '../providers/provider-registry.js';
import { linkMethod } from './link-method.js';
import { callOf, LinkedMethods, type LinkedMethod } from './linked-methods.js';
import type { MethodBinding } from './method-binding.js';
import { streamCall } from './stream-call.js';

/** Runs the decorated methods of one application: their wrappers call it. */
export class MethodRuntime {
  private readonly linked = new LinkedMethods();

  constructor(private readonly registry: ProviderRegistry) {}

  /** Calls a decorated method that returns an Observable, under its policies. */
  stream(binding: MethodBinding, receiver: object, args: unknown[]): Observable<unknown> {
    const run = (work: Work<unknown>, signal: AbortSignal) => {
      const method = this.methodOf(binding, receiver);
      return method.provider.run(method.pipeline, callOf(method, receiver, args, work), signal);
    };
    return streamCall(run, () => binding.stream(receiver, args));
  }

  /**
   * A decorated method as the receiver's class has it. Throws a `ResilienceConfigurationError` when it cannot be
   * linked.
   */
  methodOf(binding: MethodBinding, receiver: object): LinkedMethod {
    const standing = this.linked.find(binding, receiver.constructor);
    if (standing !== undefined) return standing;
    const faults: Fault[] = [];
    const linked = this.link(binding, receiver.constructor, faults);
    if (linked === undefined) throw new ResilienceConfigurationError(faults.length > 0 ? faults : this.registry.faults);
    return linked;
  }

  /**
   * A decorated method, linked for instances of one class when it is not yet. Adds what is wrong with it to `faults`.
   */
  link(binding: MethodBinding, constructor: object, faults: Fault[]): LinkedMethod | undefined {
    const standing = this.linked.find(binding, constructor);
    if (standing !== undefined) return standing;
    const linked = linkMethod(this.registry, binding, constructor, faults);
    if (linked !== undefined) this.linked.add(linked);
    return linked;
  }
}
