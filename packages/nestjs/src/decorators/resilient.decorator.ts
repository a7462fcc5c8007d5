import { bindMethod } from '../methods/bind-method.js';
import type { AnswerProtocol } from '@breakwater/core';
import { nameProtocol, nameProvider } from '../methods/provider-of-class.js';
import type { AsyncMethodDecorator } from './async-method.js';
import { settings } from '@breakwater/core/adapter';
import { checkDecorator } from './check-decorator.js';
import { checkOwnOptions } from './check-own-options.js';

interface ClassOptions {
  provider: string;
  protocol?: AnswerProtocol;
}

interface MethodOptions extends ClassOptions {
  operation?: string;
  stream?: boolean;
}

/**
 * On a class: names the provider of its decorated methods. On a method: applies every policy that the provider's
 * settings have. With `protocol: 'graphql'` an answer that any client returns with `errors` counts as what they say
 * rather than as a success.
 *
 * For a method only: `operation` is what events and errors call it, and what idempotency knows it by; default
 * `'Class.method'`, of the instance's class. With `stream: true` a call lasts until the body of the `Response` that it
 * returns has been read, with its slot and its timeouts, and a break in the middle is a failure; by default a
 * `Response` is a success at its head, and async iterables alone last so long. `false` ends these at their head, too.
 */
export function Resilient(provider: string | ClassOptions): ClassDecorator & AsyncMethodDecorator;
export function Resilient(options: MethodOptions): AsyncMethodDecorator;
export function Resilient(options: string | MethodOptions) {
  checkDecorator('@Resilient', options);
  const given = typeof options === 'string' ? named(options) : options;
  checkOptions(given);
  const { provider, operation, protocol, stream } = given;
  return (target: object, method?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (method === undefined) {
      const { name } = target as { name: string };
      if (operation !== undefined)
        throw new TypeError(`${name} is given the operation '${operation}': only a method is one`);
      if (stream !== undefined) throw new TypeError(`${name} is given stream: ${stream}: say it of each method`);
      if (protocol !== undefined) nameProtocol(target, protocol);
      return nameProvider(target, provider);
    }
    // On a property there is none, which is refused there.
    const binding = bindMethod(target, method, descriptor!);
    if (binding.everyPolicy) throw new TypeError(`${binding.place} has two @Resilient: keep one`);
    binding.everyPolicy = true;
    binding.nameProvider(provider);
    binding.operationName = operation;
    binding.protocol = protocol;
    binding.holdsStream = stream;
  };
}

const OPTIONS = ['provider', 'operation', 'protocol', 'stream'] as const;

function checkOptions(given: MethodOptions): void {
  if (typeof given.provider !== 'string') throw new TypeError(`@Resilient: expected the name of a provider`);
  checkOwnOptions('@Resilient', given, OPTIONS);
  const unknown = Object.keys(given).find((name) => !OPTIONS.some((option) => option === name));
  if (unknown === undefined) return;
  const shown = settings.shownName(unknown, OPTIONS);
  throw new TypeError(`@Resilient: ${shown}: ${settings.unknownName('option', unknown, OPTIONS)}`);
}

function named(provider: string): MethodOptions {
  return { provider };
}
