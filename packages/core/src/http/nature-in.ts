import type { RequestNature } from '../engine/request-nature.js';

/** Where options of `fetch` tell the nature of their request, for clients of our own: no other `fetch` looks there. */
export const REQUEST_NATURE = Symbol.for('breakwater.requestNature');

/** The nature of a request, as its options tell it beyond its method. */
export function natureIn(init: object | undefined): RequestNature | undefined {
  return (init as { readonly [REQUEST_NATURE]?: RequestNature } | undefined)?.[REQUEST_NATURE];
}
