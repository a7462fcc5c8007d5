import type { AdaptiveLimitSettings } from './adaptive-limit.options.js';
import type { AdaptiveLimitSnapshot } from './bulkhead.telemetry.js';

/**
 * A limit that learns from calls how many of them the provider can take at once. Always a whole number from `min` to
 * `max`.
 */
export interface AdaptiveLimit {
  readonly limit: number;
  /** How often the limit was lowered because work was turned away. */
  readonly backoffs: number;
  learn(sample: Sample): void;
  /** Takes new settings over; what was learned is kept. */
  reconfigure(settings: AdaptiveLimitSettings): void;
  snapshot(): AdaptiveLimitSnapshot;
}

/** The evidence of one call about the limit. */
export interface Sample {
  /** How many were in flight once it was admitted, itself included. */
  readonly inFlight: number;
  /** The limit's `backoffs` at that time. */
  readonly backoffs: number;
  /** How long the work took, in milliseconds. */
  readonly tookMs: number;
  /** Whether it was too much for the provider. */
  readonly turnedAway: boolean;
}

/** The value nearest to a limit within the bounds. */
export function withinBounds({ min, max }: AdaptiveLimitSettings, limit: number): number {
  return Math.min(max, Math.max(min, limit));
}
