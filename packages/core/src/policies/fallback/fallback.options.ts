import * as v from 'valibot';

/** What to answer instead of an error: a value, or a function of the error and the call's arguments. */
export type FallbackOptions = unknown | ((error: unknown, ...args: never[]) => unknown);

export type FallbackHandler = (error: unknown, ...args: unknown[]) => unknown;

export const fallbackSchema = v.pipe(
  v.unknown(),
  v.transform((fallback): FallbackHandler =>
    typeof fallback === 'function' ? (fallback as FallbackHandler) : () => fallback,
  ),
);
