import type { CircuitBreakerOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { policyDecorator, type KeyedMethodScope } from './policy.decorator.js';

/** Stops calling a provider that fails, and tries again in a while. A string is short for the provider. */
export function CircuitBreaker(
  options?: (Partial<CircuitBreakerOptions> & KeyedMethodScope) | string,
): AsyncMethodDecorator {
  return policyDecorator('circuitBreaker', options);
}
