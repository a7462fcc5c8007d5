import { bindMethod } from '../binding/wrap-method.js';
import { nameProvider } from '../binding/provider-of-class.js';
import type { AsyncMethodDecorator } from './async-method.js';

/**
 * On a class: names the provider of its decorated methods. On a method: applies every policy that the provider's settings have.
 * `operation` is what events and errors call the method; default `'Class.method'`.
 */
export function Resilient(
  options: string | { provider: string; operation?: string },
): ClassDecorator & AsyncMethodDecorator {
  const { provider, operation } = typeof options === 'string' ? { provider: options, operation: undefined } : options;
  return (target: object, method?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (method === undefined || descriptor === undefined) return nameProvider(target, provider);
    const binding = bindMethod(target, method, descriptor);
    binding.everyPolicy = true;
    binding.provider = provider;
    binding.operationName = operation;
  };
}
