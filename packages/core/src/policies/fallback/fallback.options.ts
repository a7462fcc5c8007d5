import * as v from 'valibot';
import { plainCopy } from '../../values/plain-copy.js';

/**
 * What to answer instead of an error: a value, which every caller gets a copy of as far as it is plain data, or a function of the error and
 * the call's arguments.
 */
export type FallbackOptions = unknown | ((error: unknown, ...args: never[]) => unknown);

export type FallbackHandler = (error: unknown, ...args: unknown[]) => unknown;

export const fallbackSchema = v.pipe(
  v.unknown(),
  v.transform((fallback): FallbackHandler =>
    typeof fallback === 'function' ? (fallback as FallbackHandler) : () => plainCopy(fallback),
  ),
);
