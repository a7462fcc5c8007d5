import type { ResilienceError } from '../../errors/resilience-error.js';
import type { LiveCall } from '../live-call.js';

/**
 * An adapter's own look at every attempt, before all gates, and also while the provider is not enabled. It is no
 * gate because V8 optimises the calls of up to four classes in one place, which are four policies already.
 */
export interface Entrance {
  /** Returns why the attempt may not begin, if it may not. */
  enter(call: LiveCall): ResilienceError | undefined;
  /** The attempt has ended, whether it has entered or not. */
  leave(call: LiveCall): void;
}
