import type { IdempotencyOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { policyDecorator, type MethodScope } from './policy.decorator.js';

/**
 * Sends one key for the operation that `key` names over all attempts and restarts, keeps its outcome and replays it.
 * Without `key`, a key of its own over the attempts of one call. A string is short for the provider.
 */
export function Idempotent(options?: (IdempotencyOptions & MethodScope) | string): AsyncMethodDecorator {
  return policyDecorator({ kind: 'idempotency', decorator: '@Idempotent' }, options);
}
