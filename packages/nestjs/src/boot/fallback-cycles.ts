import type { Fault } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { bindingOf } from '../methods/bind-method.js';
import type { LinkedMethod } from '../methods/linked-methods.js';

/** A fault for every method whose `@FallbackTo` leads back to it: where all of them fail, they would call for ever. */
export function fallbackCycles(linked: readonly LinkedMethod[]): readonly Fault[] {
  return linked
    .filter((method) => leadsBack(method, linked))
    .map(({ operation, binding }) => ({
      path: `${operation} @FallbackTo('${settings.shownUserName(binding.fallbackMethod!)}')`,
      message: 'it leads back to this method, which would be called for ever: name one that needs no fallback',
    }));
}

function leadsBack(from: LinkedMethod, linked: readonly LinkedMethod[]): boolean {
  const passed = new Set<LinkedMethod>();
  let at: LinkedMethod | undefined = from;
  while (at !== undefined && !passed.has(at)) {
    passed.add(at);
    at = fallbackOf(at, linked);
  }
  return at === from;
}

/** The method that answers in place of another, as instances of the class have it, where it is decorated itself. */
function fallbackOf(
  { binding, constructedBy }: LinkedMethod,
  linked: readonly LinkedMethod[],
): LinkedMethod | undefined {
  const { fallbackMethod } = binding;
  if (fallbackMethod === undefined) return undefined;
  const { prototype } = constructedBy as { readonly prototype: Readonly<Record<string, unknown>> };
  const answering = bindingOf(prototype[fallbackMethod]);
  return linked.find((other) => other.constructedBy === constructedBy && other.binding === answering);
}
