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
   * The store is away, by which hosts share the limit, or takes too long: this host keeps to its share of it until the
   * store is back.
   */
  'rateLimit.apart': {
    /** How many hosts share the limit, as far as is known. */
    hosts: number;
    /** The message of the store's error. */
    reason: string;
  };
  /** The store is back, and with it the limit that hosts share. */
  'rateLimit.rejoined': Record<never, never>;
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
  'rateLimit.apart': 'error',
  'rateLimit.rejoined': 'info',
  'rateLimit.profileFailed': 'error',
};

/** A quota of the settings: a window, or a token bucket. */
export interface QuotaSnapshot {
  /** A window: as configured. */
  readonly limit?: number;
  /** A window: as configured. */
  readonly burst?: number;
  /** A token bucket: as configured. */
  readonly bucket?: number;
  /** A token bucket: as configured. */
  readonly refill?: number;
  /** The length of its period, in milliseconds. */
  readonly perMs: number;
  /** The unit that it counts. */
  readonly unit?: string;
  /** How much of it is taken. */
  readonly used: number;
}

/** The part of a host in a limit that hosts share. */
export interface SharedSnapshot {
  /** How many hosts have drawn from it lately, as far as is known. */
  readonly hosts: number;
  /** Tokens that this host holds. */
  readonly leased: number;
  /** Whether the store is away, and this host keeps to its share. */
  readonly apart: boolean;
}

export interface RateLimitSnapshot {
  /** The quotas of the settings. */
  readonly quotas: readonly QuotaSnapshot[];
  /** Calls that wait, those of the background included. */
  readonly queued: number;
  /** Calls of the background that wait. */
  readonly queuedInBackground: number;
  /** How long a call would wait that comes now, in milliseconds. */
  readonly waitMs: number;
  /** Calls that were let through. */
  readonly admitted: number;
  /** Those of them that had waited. */
  readonly waited: number;
  /** Calls that were refused. */
  readonly refused: number;
  /** How often the provider said 429. */
  readonly throttled: number;
  /** Calls that gave their tokens back, such as those that a gate below refused. */
  readonly givenBack: number;
  /** Only where hosts share it. `used` of the quotas is then this host's own use. */
  readonly shared?: SharedSnapshot;
}
