import type { CacheOptions } from '@breakwater/core';
import type { AsyncMethodDecorator } from './async-method.js';
import { policyDecorator, type MethodScope } from './policy.decorator.js';

/**
 * Returns the answer that another call with the same arguments got, for a while; with `shared`, on whatever host. All
 * instances of the class share it: what the method reads from `this` and answers differ by belongs into `key` or
 * `vary`. A duration is short for `{ ttl }`, any other string for the provider.
 */
export function Cached(options?: (Partial<CacheOptions> & MethodScope) | string): AsyncMethodDecorator {
  return policyDecorator({ kind: 'cache', decorator: '@Cached', duration: 'ttl' }, options);
}
