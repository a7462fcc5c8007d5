import type { EventLevels } from '../../events/event-hub.js';

export interface TimeoutEvents {
  /** A call took too long and was aborted. */
  'timeout.expired': {
    scope: 'attempt' | 'total';
    /** The time it had, in milliseconds. */
    afterMs: number;
    /** The attempt that was under way, 1 for the first. */
    attempt: number;
  };
}

export const timeoutEvents: EventLevels<TimeoutEvents> = { 'timeout.expired': 'warn' };
