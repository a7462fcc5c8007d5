import type { EventLevels } from '../../events/event-hub.js';

export interface FallbackEvents {
  /** The fallback was asked in place of a failure. */
  'fallback.used': {
    /** The name of the error, or the type of the value that was returned. */
    error: string;
  };
  /** The fallback threw, or did not answer in time. */
  'fallback.failed': {
    /** The name of its error. */
    error: string;
  };
}

export const fallbackEvents: EventLevels<FallbackEvents> = {
  'fallback.used': 'warn',
  'fallback.failed': 'error',
};

export interface FallbackSnapshot {
  /** How often it was asked, and how often it failed itself. */
  readonly used: number;
  readonly failed: number;
}
