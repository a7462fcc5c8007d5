import type { RetryOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { policyDecorator, type MethodScope } from './policy.decorator.js';

/**
 * Calls again what failed and may be repeated: of streams, those that have not emitted yet. A string is short for the
 * provider.
 */
export function Retry(options?: (RetryOptions & MethodScope) | string): AsyncMethodDecorator {
  return policyDecorator({ kind: 'retry', decorator: '@Retry' }, options);
}
