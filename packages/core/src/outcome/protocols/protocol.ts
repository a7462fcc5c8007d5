import type { Outcome } from '../outcome.js';

/**
 * One way in which providers say what became of a request. Each looks at one object only; causes are followed
 * elsewhere.
 */
export interface Protocol {
  /** What a returned value means; `undefined` where it is no answer of this protocol. */
  ofValue?(value: object, wallNow: number): Outcome | undefined;
  /** What an error means; `undefined` where it says nothing in the terms of this protocol. */
  ofError?(error: object, wallNow: number): Outcome | undefined;
}
