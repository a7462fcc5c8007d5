import type { BulkheadOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { policyDecorator, type KeyedMethodScope } from './policy.decorator.js';

/** Limits how many calls run at once. A string is short for the provider. */
export function Bulkhead(options?: (Partial<BulkheadOptions> & KeyedMethodScope) | string): AsyncMethodDecorator {
  return policyDecorator('bulkhead', options);
}
