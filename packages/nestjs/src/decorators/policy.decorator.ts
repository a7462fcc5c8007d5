import type { Layer } from '@breakwater/core/adapter';
import { isDuration } from '../config/fields/is-duration.js';
import { bindMethod } from '../methods/bind-method.js';
import type { AsyncMethodDecorator } from './async-method.js';
import { checkDecorator } from './check-decorator.js';
import { checkOwnOptions } from './check-own-options.js';

/** The options of every decorator of a policy, beside the policy's own. */
export interface MethodScope {
  /** The provider, where it is not the class's. */
  provider?: string;
  /**
   * `'method'`: an instance of its own rather than the provider's. Needed to differ from the options of a gate that
   * methods share.
   */
  scope?: 'provider' | 'method';
  /** `'observable'` for a method whose return type is inferred as an Observable: TypeScript emits no type for it. */
  returns?: 'promise' | 'observable';
}

/** The policy of a decorator. */
export interface DecoratedPolicy {
  readonly kind: string;
  /** The decorator, as it is written: `'@Cached'`. */
  readonly decorator: string;
  /** The option that a string stands for which is a length of time. */
  readonly duration?: string;
}

/** Adds a policy to a method. A string stands for the provider, or for the policy's `duration`. */
export function policyDecorator(
  { kind, decorator, duration }: DecoratedPolicy,
  options: (MethodScope & object) | string = {},
): AsyncMethodDecorator {
  checkDecorator(decorator, options);
  if (typeof options !== 'string') checkOwnOptions(decorator, options, ['provider', 'scope', 'returns']);
  const { provider, scope, returns, ...own } =
    typeof options === 'string' ? optionsOf(options, duration) : (options as MethodScope & Layer);
  return (target, method, descriptor) => {
    const binding = bindMethod(target, method, descriptor);
    binding.addPolicy(kind, own, decorator);
    if (provider !== undefined) binding.nameProvider(provider);
    if (scope === 'method') binding.own.add(kind);
    if (returns === 'observable') binding.returnsObservable = true;
  };
}

/** No provider is called `2s`. */
function optionsOf(text: string, duration: string | undefined): MethodScope & Layer {
  return duration !== undefined && isDuration(text) ? { [duration]: text } : { provider: text };
}
