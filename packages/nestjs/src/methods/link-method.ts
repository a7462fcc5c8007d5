import type { Fault } from '@breakwater/core';
import { settings, type Layer, type LiveProvider, type MethodPlan, type PolicySpec } from '@breakwater/core/adapter';
import { isDuration } from '../config/fields/is-duration.js';
import type { ProviderRegistry } from '../providers/provider-registry.js';
import { classNameOf } from './class-name.js';
import type { LinkedMethod } from './linked-methods.js';
import type { MethodBinding } from './method-binding.js';
import { methodFaults, whyNoStream } from './method-faults.js';
import { protocolOfClass, providerOfClass } from './provider-of-class.js';

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
    faults.push({
      path: `${operation} (provider '${settings.shownUserName(name)}')`,
      message: `${registry.unknownProvider()}${hintFor(name, binding)}`,
    });
    return undefined;
  }
  const provider = registry.provider(name);
  faults.push(...methodFaults(binding, constructor, operation));
  const inOptions: Fault[] = [];
  const pipeline = provider.pipelineFor(planOf(binding, operation), inOptions);
  faults.push(...inOptions.filter((fault) => !isReported(fault, provider, binding.method)));
  if (provider.faults.length > 0 || faults.length > before) return undefined;
  const [key] = binding.keys.values();
  const protocol = binding.protocol ?? protocolOfClass(constructor);
  const { holdsStream: stream } = binding;
  return { binding, constructedBy: constructor, provider, pipeline, operation, key, protocol, stream };
}

/**
 * `'Charges.create'` for instances of `Charges`, also where `create` was written in a class that it extends: subclasses
 * are told apart. A method that a subclass overrides and calls with `super` is another operation than its own.
 */
function operationOf({ operationName, owner, method }: MethodBinding, constructor: object): string {
  if (operationName !== undefined) return operationName;
  const { prototype } = constructor as { prototype: object | null };
  const name = classNameOf(constructor);
  let at = prototype;
  while (at !== null && !Object.hasOwn(at, method)) at = Object.getPrototypeOf(at) as object | null;
  const isOverridden = at !== null && at !== owner;
  return isOverridden ? `${name}.${method} (${classNameOf(owner.constructor)})` : `${name}.${method}`;
}

/** The length of time that is most likely meant, of those decorators that take a string for the provider alone. */
const LENGTHS: Readonly<Record<string, string>> = {
  bulkhead: 'wait',
  circuitBreaker: 'openFor',
  idempotency: 'ttl',
  rateLimit: 'wait',
  retry: 'maxElapsed',
};

/** A decorator takes a string for the provider, except where it takes a duration. */
function hintFor(name: string, { decorators }: MethodBinding): string {
  if (isDuration(name)) {
    const [length] = [...decorators.keys()].flatMap((kind) => LENGTHS[kind] ?? []);
    return length === undefined ? '' : `. A length of time is an option here, for example { ${length}: '${name}' }`;
  }
  return /^\s*[-+.]?\p{Nd}/u.test(name) ? ". A length of time is written like '250ms', '2s', '5m' or '24h'" : '';
}

/** Whether a fault in a method's merged options is one of the settings, which are reported where they stand. */
function isReported({ path }: Fault, { faults }: LiveProvider, method: string): boolean {
  const option = /^\S+ \(.*\)(\..*)$/.exec(path)?.[1];
  if (option === undefined) return false;
  return faults.some((fault) => fault.path.endsWith(`.methods.${method}${option}`) || isAt(fault.path, option));
}

/** Whether a path ends with an option that stands directly in a provider's settings. */
function isAt(path: string, option: string): boolean {
  return path.endsWith(option) && !path.includes('.methods.');
}

function planOf(binding: MethodBinding, operation: string): MethodPlan {
  const { method, own, everyPolicy, fallbackMethod } = binding;
  const policies = new Map(binding.policies);
  if (fallbackMethod !== undefined) policies.set('fallback', fallbackTo(fallbackMethod) as unknown as Layer);
  const objection =
    whyNoStream(binding) !== undefined ? (spec: PolicySpec) => objectionForStreams(spec, binding) : undefined;
  return { operation, method, policies, own, every: everyPolicy, objection };
}

/** Objects to a policy that the settings bring, now or later. One of a decorator is a fault of the method. */
function objectionForStreams({ kind, fitsStreams }: PolicySpec, binding: MethodBinding): string | undefined {
  const { method, policies } = binding;
  if (fitsStreams || policies.has(kind)) return undefined;
  return `has ${kind} by the settings and ${whyNoStream(binding)}, or set methods.${method}.${kind} to false`;
}

/** Calls another method of the same instance with the error and the arguments. */
function fallbackTo(method: string) {
  return function (this: Record<string, (...args: unknown[]) => unknown>, error: unknown, ...args: unknown[]) {
    return this[method]!(error, ...args);
  };
}
