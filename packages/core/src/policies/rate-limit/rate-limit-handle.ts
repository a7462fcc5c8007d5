import type { RateLimitSnapshot } from './rate-limit.telemetry.js';

/** What an operator can see of a provider's rate limit, and do about it. */
export interface RateLimitHandle {
  /** The limit that the provider's methods share, otherwise the first of theirs. */
  snapshot(): RateLimitSnapshot;
  /**
   * Forgets what the provider has said, in all limits and for all keys: a pause ends, and what is said to remain counts no more. What was
   * sent still counts.
   */
  reset(): void;
}
