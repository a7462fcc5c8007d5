import type { EventLevels } from '../../events/event-hub.js';

export interface FallbackEvents {
  /** The fallback was asked in place of a failure. */
  'fallback.used': {
    /** The name of the error. */
    error: string;
  };
}

export const fallbackEvents: EventLevels<FallbackEvents> = { 'fallback.used': 'warn' };

export interface FallbackSnapshot {
  readonly used: number;
}
