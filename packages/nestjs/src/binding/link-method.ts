import type { Fault, Layer, MethodPlan } from '@breakwater/core';
import { Observable } from 'rxjs';
import type { LinkedMethod, Resilience } from '../resilience.js';
import type { MethodBinding } from './method-binding.js';
import { providerOfClass } from './provider-of-class.js';

/** Two attempts at once would both emit. */
const HEDGED_STREAM =
  'is hedged by the settings and returns an Observable: return a Promise, for example with firstValueFrom(), or leave hedge out for this method';

/** Makes a decorated method alive for instances of one class, or says in `faults` why that cannot be. */
export function linkMethod(
  resilience: Resilience,
  binding: MethodBinding,
  constructor: object,
  faults: Fault[],
): LinkedMethod | undefined {
  const { operation } = binding;
  const before = faults.length;
  const name = binding.provider ?? providerOfClass(constructor);
  if (name === undefined) {
    faults.push({
      path: operation,
      message: "names no provider: put @Resilient('name') on the class, or the name in the decorator",
    });
    return undefined;
  }
  if (!resilience.has(name)) {
    faults.push({ path: `${operation} (provider '${name}')`, message: resilience.unknown() });
    return undefined;
  }
  const provider = resilience.provider(name);
  faults.push(...methodFaults(binding, constructor));
  // Faults in the settings are reported where they stand, not once more for every method.
  if (provider.faults.length > 0 || faults.length > before) return undefined;
  const pipeline = provider.link(planOf(binding), faults);
  if (binding.returnsObservable && pipeline.policies.some(({ kind }) => kind === 'hedge')) {
    faults.push({ path: operation, message: HEDGED_STREAM });
  }
  return { constructedBy: constructor, provider, pipeline, operation, key: [...binding.keys.values()][0] };
}

function planOf(binding: MethodBinding): MethodPlan {
  const { operation, method, own, everyPolicy, fallbackMethod } = binding;
  const policies = new Map(binding.policies);
  if (fallbackMethod !== undefined) policies.set('fallback', fallbackTo(fallbackMethod) as unknown as Layer);
  return { operation, method, policies, own, every: everyPolicy };
}

/** Calls another method of the same instance with the error and the arguments. */
function fallbackTo(method: string) {
  return function (this: Record<string, (...args: unknown[]) => unknown>, error: unknown, ...args: unknown[]) {
    return this[method]!(error, ...args);
  };
}

function methodFaults(binding: MethodBinding, constructor: object): Fault[] {
  const { operation, fallbackMethod, policies, returnType } = binding;
  const faults: Fault[] = [];
  const prototype = (constructor as { prototype?: Record<string, unknown> }).prototype;
  if (fallbackMethod !== undefined && typeof prototype?.[fallbackMethod] !== 'function') {
    faults.push({
      path: `${operation} @FallbackTo('${fallbackMethod}')`,
      message: `${(constructor as { name: string }).name} has no method '${fallbackMethod}'`,
    });
  }
  if (fallbackMethod !== undefined && policies.has('fallback')) {
    faults.push({ path: operation, message: 'has both @Fallback and @FallbackTo: keep one' });
  }
  if (isSynchronous(returnType)) {
    faults.push({
      path: operation,
      message: `returns ${(returnType as { name: string }).name}: a decorated method returns a Promise or an Observable`,
    });
  }
  for (const [kind, decorator] of [
    ['idempotency', '@Idempotent'],
    ['cache', '@Cached'],
    ['hedge', '@Hedge'],
  ] as const) {
    if (!binding.returnsObservable || !policies.has(kind)) continue;
    faults.push({
      path: operation,
      message: `is ${decorator} and returns an Observable: return a Promise, for example with firstValueFrom()`,
    });
  }
  if (new Set(binding.keys.values()).size > 1) {
    faults.push({
      path: operation,
      message: `has different keys for ${[...binding.keys.keys()].join(', ')}: a call has one key`,
    });
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
