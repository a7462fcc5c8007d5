import type { Fault } from '@breakwater/core';
import type { LinkedMethod } from '../methods/linked-methods.js';

/**
 * A fault for every idempotent method with a `key` that has the operation of another one: outcomes are kept by
 * operation, so each would answer with what the other has done. A name that the method itself was given is its user's
 * own word, whatever classes inherit it.
 */
export function sharedOutcomeFaults(methods: readonly LinkedMethod[]): readonly Fault[] {
  const faults: Fault[] = [];
  const owners = new Map<string, LinkedMethod>();
  for (const method of methods) {
    const { pipeline, provider, operation, binding } = method;
    if (!pipeline.policies.some(({ keepsOutcomes }) => keepsOutcomes)) continue;
    const name = JSON.stringify([provider.name, operation]);
    const owner = owners.get(name);
    if (owner === undefined) owners.set(name, method);
    else if (owner !== method && (owner.binding !== binding || binding.operationName === undefined)) {
      faults.push({
        path: operation,
        message: `two idempotent methods of '${provider.name}' have this name, and each would answer with the other's outcomes: rename a class, or name one of them with @Resilient({ provider: '${provider.name}', operation: 'another name' })`,
      });
    }
  }
  return faults;
}
