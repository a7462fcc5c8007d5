import { bindMethod } from '../methods/bind-method.js';
import type { AnswerProtocol } from '@breakwater/core';
import { nameProtocol, nameProvider } from '../methods/provider-of-class.js';
import type { AsyncMethodDecorator } from './async-method.js';

/**
 * On a class: names the provider of its decorated methods. On a method: applies every policy that the provider's
 * settings have. `operation`, for a method only, is what events and errors call it, and what idempotency knows it by;
 * default `'Class.method'`, of the instance's class. With `protocol: 'graphql'` an answer that any client returns with
 * `errors` counts as what they say rather than as a success.
 */
export function Resilient(
  provider: string | { provider: string; protocol?: AnswerProtocol },
): ClassDecorator & AsyncMethodDecorator;
export function Resilient(options: {
  provider: string;
  operation?: string;
  protocol?: AnswerProtocol;
}): AsyncMethodDecorator;
export function Resilient(options: string | { provider: string; operation?: string; protocol?: AnswerProtocol }) {
  const { provider, operation, protocol } = typeof options === 'string' ? named(options) : options;
  return (target: object, method?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (method === undefined || descriptor === undefined) {
      if (operation !== undefined) {
        throw new TypeError(
          `${(target as { name: string }).name} is given the operation '${operation}': only a method is one`,
        );
      }
      if (protocol !== undefined) nameProtocol(target, protocol);
      return nameProvider(target, provider);
    }
    const binding = bindMethod(target, method, descriptor);
    binding.everyPolicy = true;
    binding.nameProvider(provider);
    binding.operationName = operation;
    binding.protocol = protocol;
  };
}

function named(provider: string): { provider: string; operation?: string; protocol?: AnswerProtocol } {
  return { provider };
}
