import type { Fault } from '@breakwater/core';
import type { Layer } from '@breakwater/core/adapter';
import { PREFIX, upperCase } from './variable-names.js';

/** A warning for every variable that looks like an override but has one underscore where two belong. */
export function misspelledVariables(
  environment: Readonly<Record<string, string | undefined>>,
  providers: Layer,
): readonly Fault[] {
  const starts = ['ENABLED', 'DEFAULTS', ...Object.keys(providers).map(upperCase)];
  return Object.keys(environment)
    .filter((variable) => /^RESILIENCE_(?!_)./.test(variable))
    .map((variable) => {
      const rest = variable.slice('RESILIENCE_'.length);
      const start = starts.find((name) => rest === name || rest.startsWith(`${name}_`));
      const example = start === 'ENABLED' ? start : `${start ?? 'PAYMENTS'}__RETRY__ATTEMPTS`;
      const message = `it is not read: two underscores stand between levels, as in ${PREFIX}${example}`;
      return { path: variable, message };
    });
}
