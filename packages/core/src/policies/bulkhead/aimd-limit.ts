import { withinBounds, type AdaptiveLimit, type Sample } from './adaptive-limit.js';
import type { AdaptiveLimitSettings } from './adaptive-limit.options.js';
import type { AdaptiveLimitSnapshot } from './bulkhead.telemetry.js';

/**
 * Additive increase, multiplicative decrease, with the triggers of Netflix's `AIMDLimit` (concurrency-limits) and the
 * steps of TCP's congestion avoidance (RFC 5681 §3.1): one more in a round of calls, and one step down however many of
 * those in flight were turned away. Otherwise a single overload, seen by all of them, would take the limit to the
 * bottom.
 */
export class AimdLimit implements AdaptiveLimit {
  limit: number;
  backoffs = 0;
  /** Since the limit last changed. */
  private successes = 0;

  constructor(
    start: number,
    private settings: AdaptiveLimitSettings,
  ) {
    this.limit = withinBounds(settings, start);
  }

  learn({ inFlight, backoffs, tookMs, turnedAway }: Sample): void {
    // It was admitted under a limit that is known to have been too high.
    if (backoffs !== this.backoffs) return;
    const { backoffRatio = 0.9, slowerThan = 5000 } = this.settings;
    if (turnedAway || tookMs > slowerThan) {
      this.backoffs++;
      this.moveTo(Math.floor(this.limit * backoffRatio));
    } else if (inFlight * 2 >= this.limit && ++this.successes >= this.limit) {
      this.moveTo(this.limit + 1);
    }
  }

  reconfigure(settings: AdaptiveLimitSettings): void {
    this.settings = settings;
    this.limit = withinBounds(settings, this.limit);
  }

  snapshot(): AdaptiveLimitSnapshot {
    const { min, max } = this.settings;
    return { algorithm: 'aimd', min, max, backoffs: this.backoffs };
  }

  private moveTo(limit: number): void {
    this.successes = 0;
    this.limit = withinBounds(this.settings, limit);
  }
}
