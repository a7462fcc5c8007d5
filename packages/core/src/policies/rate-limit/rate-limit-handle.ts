import type { RateLimitSnapshot } from './rate-limit.telemetry.js';

/** A provider's rate limit in the hands of an operator. */
export interface RateLimitHandle {
  /** The limit that the provider's methods share, otherwise the first of theirs. */
  snapshot(): RateLimitSnapshot;
  /**
   * Forgets what the provider has said, in all limits and for all keys: a pause ends, and what is said to remain counts
   * no more. Calls that were sent still count.
   */
  reset(): void;
}
