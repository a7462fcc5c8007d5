import type { Fault } from '@breakwater/core';

/** A warning for every variable that sets an option of something that another one, of `off`, switches off. */
export function overruledVariables(variables: readonly string[], off: readonly string[]): readonly Fault[] {
  return variables.flatMap((variable) => {
    const stronger = off.find((other) => variable.startsWith(`${other}__`));
    if (stronger === undefined) return [];
    return [{ path: variable, message: `it has no effect: ${stronger}=false switches off what it sets an option of` }];
  });
}
