import type { EventLevels } from '../../events/event-hub.js';

export interface AdaptiveThrottleEvents {
  /** A call was refused to spare a provider that accepts too few. */
  'adaptiveThrottle.refused': {
    /** The share of calls that is refused at the moment, from 0 to 1. */
    rejectionProbability: number;
  };
}

export const adaptiveThrottleEvents: EventLevels<AdaptiveThrottleEvents> = { 'adaptiveThrottle.refused': 'debug' };

export interface AdaptiveThrottleSnapshot {
  /** As configured. */
  readonly k: number;
  /** As configured, in milliseconds. */
  readonly windowMs: number;
  /** Calls in the window, refused ones included, and those of them that the provider took on. */
  readonly requests: number;
  readonly accepts: number;
  /** The share of calls that is refused at the moment, from 0 to 1. */
  readonly rejectionProbability: number;
  /** Calls that were refused, since the start. */
  readonly refused: number;
}
