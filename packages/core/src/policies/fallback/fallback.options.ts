import * as v from 'valibot';
import type { Outcome, Settled } from '../../outcome/outcome.js';
import { isPlain } from '../../values/is-plain.js';
import { plainCopy } from '../../values/plain-copy.js';

/** An answer, and the failures that it stands in for. */
export interface SelectiveFallback {
  /** The answer: a value, or a function of the failure and the call's arguments. */
  use: unknown;
  /** Whether to answer in place of this failure. `outcome` is what the engine takes it for. */
  when: (result: Settled, outcome: Outcome) => boolean;
}

/**
 * The answer in place of a failure: a value, which every caller gets a copy of as far as it is plain data, or a
 * function of the failure and the call's arguments. It is asked for failures that were thrown and for those that were
 * returned, such as a 503 as a `Response`. Without `when` it does not answer for what the provider would refuse again
 * (`permanent`), for a refused credential (`unauthorized`) nor for a mistake of the program's own (`invalid`): these
 * surface.
 */
export type FallbackOptions = unknown | SelectiveFallback | ((failure: unknown, ...args: never[]) => unknown);

export interface FallbackSettings {
  readonly answer: (this: unknown, failure: unknown, ...args: unknown[]) => unknown;
  readonly when: SelectiveFallback['when'];
}

export const fallbackSchema = v.pipe(
  v.unknown(),
  v.transform((given): FallbackSettings => {
    const { use, when } = isSelectiveFallback(given) ? given : { use: given, when: isUnderstandable };
    return { answer: typeof use === 'function' ? (use as FallbackSettings['answer']) : () => plainCopy(use), when };
  }),
);

/** An object of these two options: no plain data has a function. */
export function isSelectiveFallback(given: unknown): given is SelectiveFallback {
  return isPlain(given) && typeof given['when'] === 'function' && Object.keys(given).length === 2 && 'use' in given;
}

function isUnderstandable(_result: Settled, { kind }: Outcome): boolean {
  return kind !== 'permanent' && kind !== 'unauthorized' && kind !== 'invalid';
}
