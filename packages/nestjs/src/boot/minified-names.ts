import type { Fault } from '@breakwater/core';
import { isRandomName } from '../methods/class-name.js';
import type { LinkedMethod } from '../methods/linked-methods.js';

/** The longest class name that is taken for a minifier's work. */
const MINIFIED_LENGTH = 2;

/**
 * A warning for every idempotent method with a `key` whose operation is named after a class that a minifier, or Nest's
 * `mixin()`, seems to have renamed: the key that the provider gets is made of that name, and the next build or start
 * may choose another.
 */
export function minifiedNames(linked: readonly LinkedMethod[]): readonly Fault[] {
  return linked.flatMap(({ binding, operation, pipeline, provider }) => {
    const [className = ''] = operation.split('.');
    const isNamed = binding.operationName !== undefined || !isUnstable(className);
    if (isNamed || !pipeline.policies.some(({ keepsOutcomes }) => keepsOutcomes)) return [];
    const example = `@Resilient({ provider: '${provider.name}', operation: 'PaymentsClient.${binding.method}' })`;
    const message = `its idempotency keys are made of the class name '${className}', which looks ${isRandomName(className) ? 'random, as mixin() makes them: another start' : 'minified: another build'} would send other keys for the same operations. Name it with ${example}`;
    return [{ path: operation, message }];
  });
}

function isUnstable(className: string): boolean {
  return className.length <= MINIFIED_LENGTH || isRandomName(className);
}
