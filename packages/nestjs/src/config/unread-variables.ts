import type { Fault } from '@breakwater/core';
import type { Layer } from '@breakwater/core/adapter';
import { PREFIX, upperCase } from './variable-names.js';

/**
 * A warning for every variable that looks like an override and is none: with one underscore where two belong, in lower
 * case, or with other signs between its names.
 */
export function unreadVariables(
  environment: Readonly<Record<string, string | undefined>>,
  providers: Layer,
): readonly Fault[] {
  const starts = ['ENABLED', 'DEFAULTS', ...Object.keys(providers).map(upperCase)];
  return Object.keys(environment)
    .filter((variable) => /^resilience([^a-z\d]|$)/i.test(variable) && !variable.startsWith(PREFIX))
    .map((variable) => {
      const rest = upperCase(variable.slice('RESILIENCE'.length)).replace(/^_/, '');
      const start = starts.find((name) => rest === name || rest.startsWith(`${name}_`));
      const example = start === 'ENABLED' ? start : `${start ?? 'PAYMENTS'}__RETRY__ATTEMPTS`;
      const rule = /^RESILIENCE_[^a-z]+$/.test(variable)
        ? 'two underscores stand between levels'
        : 'names are in upper case, with two underscores between levels';
      return { path: variable, message: `it is not read: ${rule}, as in ${PREFIX}${example}` };
    });
}
