import type { HedgeOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { policyDecorator, type MethodScope } from './policy.decorator.js';

/**
 * Sends another attempt beside one that takes long, and takes the first answer. For methods that may be done twice; not
 * for those that return an Observable. A duration is short for `{ delay }`, any other string for the provider.
 */
export function Hedge(options?: (HedgeOptions & MethodScope) | string): AsyncMethodDecorator {
  return policyDecorator({ kind: 'hedge', decorator: '@Hedge', duration: 'delay' }, options);
}
