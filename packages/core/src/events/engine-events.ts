import type { EventLevels } from './event-hub.js';

/** What is told of a provider as a whole, whatever its policies. */
export interface EngineEvents {
  /** The provider's `classify` threw, or said what is no outcome. It counts as having said nothing. */
  'classify.failed': {
    /** The message of what it threw. */
    error: string;
  };
  /** The store did not do what it was asked. */
  'store.unavailable': {
    /** The message of its error. */
    reason: string;
  };
}

export const engineEvents: EventLevels<EngineEvents> = {
  'classify.failed': 'warn',
  'store.unavailable': 'error',
};
