import type { BulkheadOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { gateDecorator, type KeyedMethodScope } from './gate.decorator.js';

/** Limits how many calls run at once. A string is short for the provider. */
export function Bulkhead(options?: (BulkheadOptions & KeyedMethodScope) | string): AsyncMethodDecorator {
  return gateDecorator({ kind: 'bulkhead', decorator: '@Bulkhead' }, options);
}
