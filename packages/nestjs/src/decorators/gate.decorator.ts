import { bindMethod } from '../methods/bind-method.js';
import type { AsyncMethodDecorator } from './async-method.js';
import { checkDecorator } from './check-decorator.js';
import { checkOwnOptions } from './check-own-options.js';
import { policyDecorator, type DecoratedPolicy, type MethodScope } from './policy.decorator.js';

/** The options of decorators of gates: the key that tells tenants, hosts or accounts apart. */
export interface KeyedMethodScope extends MethodScope {
  key?: (...args: never[]) => string;
}

/** Adds a gate to a method: a policy that can have state for each key. A string stands for the provider. */
export function gateDecorator(
  policy: DecoratedPolicy,
  options: (KeyedMethodScope & object) | string = {},
): AsyncMethodDecorator {
  checkDecorator(policy.decorator, options);
  const { key, ...unkeyed } = typeof options === 'string' ? { provider: options } : (options as KeyedMethodScope);
  checkOwnOptions(policy.decorator, { key }, ['key']);
  const addPolicy = policyDecorator(policy, unkeyed);
  return (target, method, descriptor) => {
    addPolicy(target, method, descriptor);
    if (key === undefined) return;
    bindMethod(target, method, descriptor).keys.set(policy.kind, key as (...args: unknown[]) => string);
  };
}
