import type { Fault } from '@breakwater/core';
import type { Layer, MethodPlan, PolicySpec } from '@breakwater/core/adapter';
import { Observable } from 'rxjs';
import type { ProviderRegistry } from '../providers/provider-registry.js';
import type { LinkedMethod } from './linked-methods.js';
import type { MethodBinding } from './method-binding.js';
import { providerOfClass } from './provider-of-class.js';

/** Decorators that say nothing on a stream: two attempts would both emit, and of a stream there is no answer to keep. */
const NOT_FOR_STREAMS: Readonly<Record<string, string>> = {
  idempotency: '@Idempotent',
  cache: '@Cached',
  hedge: '@Hedge',
};
const RETURN_A_PROMISE = 'return a Promise, for example with firstValueFrom()';

/** Makes a decorated method alive for instances of one class, or says in `faults` why that cannot be. */
export function linkMethod(
  registry: ProviderRegistry,
  binding: MethodBinding,
  constructor: object,
  faults: Fault[],
): LinkedMethod | undefined {
  const operation = operationOf(binding, constructor);
  const before = faults.length;
  const name = binding.provider ?? providerOfClass(constructor);
  if (name === undefined) {
    faults.push({
      path: operation,
      message: "names no provider: put @Resilient('name') on the class, or the name in the decorator",
    });
    return undefined;
  }
  if (!registry.has(name)) {
    faults.push({ path: `${operation} (provider '${name}')`, message: registry.unknownProvider() });
    return undefined;
  }
  const provider = registry.provider(name);
  faults.push(...methodFaults(binding, constructor, operation));
  // Faults in the settings are reported where they stand, not once more for every method.
  if (provider.faults.length > 0 || faults.length > before) return undefined;
  const pipeline = provider.pipelineFor(planOf(binding, operation), faults);
  if (faults.length > before) return undefined;
  return { binding, constructedBy: constructor, provider, pipeline, operation, key: [...binding.keys.values()][0] };
}

/**
 * `'Charges.create'` for instances of `Charges`, also where `create` was written in a class that it extends: subclasses are told apart. What
 * a subclass overrides and calls with `super` is another operation than its own.
 */
function operationOf({ operationName, owner, method }: MethodBinding, constructor: object): string {
  if (operationName !== undefined) return operationName;
  const { name, prototype } = constructor as { name: string; prototype: object | null };
  let at = prototype;
  while (at !== null && !Object.hasOwn(at, method)) at = Object.getPrototypeOf(at) as object | null;
  const isOverridden = at !== null && at !== owner;
  return isOverridden ? `${name}.${method} (${owner.constructor.name})` : `${name}.${method}`;
}

function planOf(binding: MethodBinding, operation: string): MethodPlan {
  const { method, own, everyPolicy, fallbackMethod, returnsObservable } = binding;
  const policies = new Map(binding.policies);
  if (fallbackMethod !== undefined) policies.set('fallback', fallbackTo(fallbackMethod) as unknown as Layer);
  const objection = returnsObservable ? (spec: PolicySpec) => objectionForStreams(spec, method) : undefined;
  return { operation, method, policies, own, every: everyPolicy, objection };
}

/** What is wrong with a policy that the settings bring, now or later. */
function objectionForStreams({ kind, fitsStreams }: PolicySpec, method: string): string | undefined {
  if (fitsStreams) return undefined;
  return `has ${kind} by the settings and returns an Observable: ${RETURN_A_PROMISE}, or set methods.${method}.${kind} to false`;
}

/** Calls another method of the same instance with the error and the arguments. */
function fallbackTo(method: string) {
  return function (this: Record<string, (...args: unknown[]) => unknown>, error: unknown, ...args: unknown[]) {
    return this[method]!(error, ...args);
  };
}

/** What is wrong with a method as it is written, whatever the settings are. */
function methodFaults(binding: MethodBinding, constructor: object, operation: string): readonly Fault[] {
  const { fallbackMethod, policies, returnType, returnsObservable, keys } = binding;
  const { name, prototype } = constructor as { name: string; prototype?: Record<string, unknown> };
  const faults: Fault[] = [];
  const fault = (message: string, path = operation) => void faults.push({ path, message });
  if (fallbackMethod !== undefined && typeof prototype?.[fallbackMethod] !== 'function') {
    fault(`${name} has no method '${fallbackMethod}'`, `${operation} @FallbackTo('${fallbackMethod}')`);
  }
  if (fallbackMethod !== undefined && policies.has('fallback')) fault('has both @Fallback and @FallbackTo: keep one');
  if (isSynchronous(returnType)) {
    const { name: type } = returnType as { name: string };
    fault(`returns ${type}: a decorated method returns a Promise or an Observable`);
  }
  for (const [kind, decorator] of Object.entries(NOT_FOR_STREAMS)) {
    if (!returnsObservable || !policies.has(kind)) continue;
    fault(`is ${decorator} and returns an Observable: ${RETURN_A_PROMISE}`);
  }
  if (new Set(keys.values()).size > 1) {
    fault(`has different keys for ${[...keys.keys()].join(', ')}: a call has one key`);
  }
  return faults;
}

/** What TypeScript emits for a return type is a class when it is one; `Object` or nothing when it cannot be told. */
function isSynchronous(returnType: unknown): boolean {
  if (typeof returnType !== 'function' || returnType === Object) return false;
  const { prototype } = returnType as { prototype: unknown };
  return !(
    returnType === Promise ||
    prototype instanceof Promise ||
    returnType === Observable ||
    prototype instanceof Observable
  );
}
