import type { CircuitBreakerOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { gateDecorator, type KeyedMethodScope } from './gate.decorator.js';

/** Stops calling a provider that fails, and tries again in a while. A string is short for the provider. */
export function CircuitBreaker(options?: (CircuitBreakerOptions & KeyedMethodScope) | string): AsyncMethodDecorator {
  return gateDecorator({ kind: 'circuitBreaker', decorator: '@CircuitBreaker' }, options);
}
