import type { Layer } from '@breakwater/core';
import { bindMethod } from '../binding/wrap-method.js';
import type { AsyncMethodDecorator } from './async-method.js';

/** What every decorator of a policy takes beside the policy's own options. */
export interface MethodScope {
  /** The provider, where it is not the class's. */
  provider?: string;
  /** `'method'`: an instance of its own rather than the provider's. Needed to differ from the options of a gate that methods share. */
  scope?: 'provider' | 'method';
  /** `'observable'` for a method whose return type is inferred as an Observable: TypeScript emits no type for it. */
  returns?: 'promise' | 'observable';
}

/** What decorators of gates take: the key that tells tenants, hosts or accounts apart. */
export interface KeyedMethodScope extends MethodScope {
  key?: (...args: never[]) => string;
}

/** Adds a policy to a method. A string stands for the provider. */
export function policyDecorator(
  kind: string,
  options: (MethodScope & object) | string = {},
  keyed = true,
): AsyncMethodDecorator {
  const { provider, scope, returns, ...rest } =
    typeof options === 'string' ? { provider: options } : (options as MethodScope & Layer);
  const { key, ...unkeyed } = rest as Layer;
  return (target, method, descriptor) => {
    const binding = bindMethod(target, method, descriptor);
    if (binding.policies.has(kind))
      throw new TypeError(`${binding.operation} has two decorators for ${kind}: keep one`);
    binding.policies.set(kind, keyed ? unkeyed : (rest as Layer));
    if (provider !== undefined) binding.provider = provider;
    if (scope === 'method') binding.own.add(kind);
    if (returns === 'observable') binding.returnsObservable = true;
    if (keyed && typeof key === 'function') binding.keys.set(kind, key as (...args: unknown[]) => string);
  };
}
