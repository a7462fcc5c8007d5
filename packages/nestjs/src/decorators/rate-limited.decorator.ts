import type { RateLimitOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { policyDecorator, type KeyedMethodScope } from './policy.decorator.js';

/** Keeps to the provider's pace before the limit is hit. A string is short for the provider. */
export function RateLimited(options?: (Partial<RateLimitOptions> & KeyedMethodScope) | string): AsyncMethodDecorator {
  return policyDecorator('rateLimit', options);
}
