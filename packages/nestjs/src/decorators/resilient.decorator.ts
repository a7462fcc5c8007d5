import { bindMethod } from '../methods/bind-method.js';
import { nameProvider } from '../methods/provider-of-class.js';
import type { AsyncMethodDecorator } from './async-method.js';

/**
 * On a class: names the provider of its decorated methods. On a method: applies every policy that the provider's
 * settings have. `operation`, for a method only, is what events and errors call it, and what idempotency knows it by;
 * default `'Class.method'`, of the instance's class.
 */
export function Resilient(provider: string | { provider: string }): ClassDecorator & AsyncMethodDecorator;
export function Resilient(options: { provider: string; operation?: string }): AsyncMethodDecorator;
export function Resilient(options: string | { provider: string; operation?: string }) {
  const { provider, operation } = typeof options === 'string' ? { provider: options, operation: undefined } : options;
  return (target: object, method?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (method === undefined || descriptor === undefined) {
      if (operation !== undefined) {
        throw new TypeError(
          `${(target as { name: string }).name} is given the operation '${operation}': only a method is one`,
        );
      }
      return nameProvider(target, provider);
    }
    const binding = bindMethod(target, method, descriptor);
    binding.everyPolicy = true;
    binding.nameProvider(provider);
    binding.operationName = operation;
  };
}
