import type { Clock } from '../../time/clock.js';
import type { Outcome } from '../outcome.js';

/**
 * One way in which providers say what became of a request. Each looks at one object only; causes are followed
 * elsewhere.
 */
export interface Protocol {
  /**
   * The meaning of a returned value; `undefined` where it is no answer of this protocol. Most values are none, so that
   * the clock is read only for those that are.
   */
  ofValue?(value: object, clock: Pick<Clock, 'wallNow'>): Outcome | undefined;
  /** The meaning of an error; `undefined` where it says nothing in the terms of this protocol. */
  ofError?(error: object, wallNow: number): Outcome | undefined;
}
