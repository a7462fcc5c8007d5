import type { TimeoutOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { policyDecorator, type MethodScope } from './policy.decorator.js';

/**
 * Limits how long an attempt, and the operation as a whole, may take. A duration such as `'2s'` is short for `{ attempt
 * }`, any other string for the provider.
 */
export function Timeout(options?: (TimeoutOptions & MethodScope) | string): AsyncMethodDecorator {
  return policyDecorator({ kind: 'timeout', decorator: '@Timeout', duration: 'attempt' }, options);
}
