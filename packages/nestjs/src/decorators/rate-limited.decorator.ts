import type { RateLimitOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { gateDecorator, type KeyedMethodScope } from './gate.decorator.js';

/** Keeps to the provider's pace before the limit is hit. A string is short for the provider. */
export function RateLimited(options?: (RateLimitOptions & KeyedMethodScope) | string): AsyncMethodDecorator {
  return gateDecorator({ kind: 'rateLimit', decorator: '@RateLimited' }, options);
}
