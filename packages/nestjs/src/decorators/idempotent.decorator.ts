import type { IdempotencyOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { policyDecorator, type MethodScope } from './policy.decorator.js';

/** Gives the operation one key over all attempts and restarts, keeps its outcome and replays it. A string is short for the provider. */
export function Idempotent(options?: (IdempotencyOptions & MethodScope) | string): AsyncMethodDecorator {
  return policyDecorator('idempotency', options);
}
