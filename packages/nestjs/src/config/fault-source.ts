import type { Fault } from '@breakwater/core';

/**
 * A fault of the settings, with the variable or the default that brought what is wrong: it is looked for in the
 * settings of the provider otherwise. `sources` are these by path.
 */
export function withSource(fault: Fault, sources: ReadonlyMap<string, string>): Fault {
  for (const [path, variable] of sources) {
    const isBelow = fault.path === path || fault.path.startsWith(`${path}.`);
    if (isBelow) return { path: fault.path, message: `${fault.message} (set by ${variable})` };
  }
  return fault;
}
