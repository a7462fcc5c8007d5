import type { ChaosOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { policyDecorator, type MethodScope } from './policy.decorator.js';

/**
 * Makes calls slow, fail or answer something else, to see what becomes of it. A fault in production. A string is short
 * for the provider.
 */
export function Chaos(options?: (ChaosOptions & MethodScope) | string): AsyncMethodDecorator {
  return policyDecorator({ kind: 'chaos', decorator: '@Chaos' }, options);
}
