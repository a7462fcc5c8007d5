import type { EventLevels } from '../../events/event-hub.js';

export interface RateLimitEvents {
  /** A call was not let through. */
  'rateLimit.refused': {
    why: string;
    /** When to come back, in milliseconds, where that is known. */
    retryAfterMs?: number | undefined;
  };
  /** The provider asked for fewer calls: none is let through for a while. */
  'rateLimit.paused': {
    /** For how long, in milliseconds. */
    pauseMs: number;
  };
  /**
   * A function of the settings that reads the provider's quotas from a response has thrown: the response says nothing.
   */
  'rateLimit.profileFailed': {
    error: string;
  };
}

export const rateLimitEvents: EventLevels<RateLimitEvents> = {
  'rateLimit.refused': 'warn',
  'rateLimit.paused': 'warn',
  'rateLimit.profileFailed': 'error',
};

/** A quota of the settings: a window, or a token bucket. */
export interface QuotaSnapshot {
  readonly limit?: number;
  readonly burst?: number;
  readonly bucket?: number;
  readonly refill?: number;
  readonly perMs: number;
  readonly unit?: string;
  /** How much of it is taken. */
  readonly used: number;
}

export interface RateLimitSnapshot {
  readonly quotas: readonly QuotaSnapshot[];
  readonly queued: number;
  readonly queuedInBackground: number;
  /** How long a call would wait that comes now, in milliseconds. */
  readonly waitMs: number;
  readonly admitted: number;
  readonly waited: number;
  readonly refused: number;
  /** How often the provider said 429. */
  readonly throttled: number;
  readonly givenBack: number;
}
