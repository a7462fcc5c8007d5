import { HalfOpenTrial } from './half-open-trial.js';
import { Ramp } from './ramp.js';

/** The state, with the data that exists only in it. Times are monotonic. A circuit whose ramp goes on is closed. */
export type CurrentState =
  typeof CLOSED | Ramp | { readonly name: 'open'; readonly until: number } | HalfOpenTrial | typeof ISOLATED;

export const CLOSED = Object.freeze({ name: 'closed' } as const);
export const ISOLATED = Object.freeze({ name: 'isolated' } as const);
