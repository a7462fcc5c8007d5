import { withinBounds, type AdaptiveLimit, type Sample } from './adaptive-limit.js';
import type { AdaptiveLimitSettings } from './adaptive-limit.options.js';
import type { AdaptiveLimitSnapshot } from './bulkhead.telemetry.js';

/** Over how many calls the time that they take now is averaged. */
const SHORT_WINDOW = 10;
/**
 * How many calls must have been seen before some of them count as usual and others not: the first to end are the
 * fastest.
 */
const WARM_UP = 30;
/** How much the limit may be cut in one go, before smoothing. */
const STEEPEST = 0.5;
/** How fast the usual time comes down while calls take less than half of it. */
const DECAY = 0.95;

/**
 * Follows the ratio of the time that calls usually take to the time that they take now, after Netflix's
 * `Gradient2Limit` (concurrency-limits). Other than there, the usual time is learned only while less than half of the
 * limit is in use or the limit is at its lowest, and the limit rises only while calls take no longer: otherwise, under
 * a load that never ends, queueing would become the usual and the limit drift up.
 */
export class GradientLimit implements AdaptiveLimit {
  backoffs = 0;
  private estimate: number;
  private usualMs = 0;
  private nowMs = 0;
  private seen = 0;

  constructor(
    start: number,
    private settings: AdaptiveLimitSettings,
  ) {
    this.estimate = withinBounds(settings, start);
  }

  get limit(): number {
    return Math.floor(this.estimate);
  }

  learn({ inFlight, tookMs, turnedAway }: Sample): void {
    const pressed = inFlight * 2 >= this.limit;
    if (turnedAway) {
      this.backoffs++;
      this.approach(this.estimate * STEEPEST);
    } else {
      this.average(tookMs, pressed);
      if (pressed) this.approach(this.target());
    }
  }

  reconfigure(settings: AdaptiveLimitSettings): void {
    this.settings = settings;
    this.estimate = withinBounds(settings, this.estimate);
  }

  snapshot(): AdaptiveLimitSnapshot {
    const { min, max } = this.settings;
    const [usualMs, nowMs] = [Math.round(this.usualMs), Math.round(this.nowMs)];
    return { algorithm: 'gradient', min, max, backoffs: this.backoffs, usualMs, nowMs };
  }

  private average(tookMs: number, pressed: boolean): void {
    const { longWindow = 600, min } = this.settings;
    this.seen++;
    this.nowMs += (tookMs - this.nowMs) * weight(this.seen, SHORT_WINDOW);
    if (this.seen <= WARM_UP) this.usualMs += (tookMs - this.usualMs) / this.seen;
    else if (!pressed || this.limit <= min) this.usualMs += (tookMs - this.usualMs) * weight(this.seen, longWindow);
    if (this.usualMs > this.nowMs * 2) this.usualMs *= DECAY;
  }

  private target(): number {
    const { tolerance = 1.5, queueSize = 4 } = this.settings;
    const bearableMs = this.usualMs * tolerance;
    if (this.nowMs <= bearableMs) return this.estimate + queueSize;
    return this.estimate * Math.max(STEEPEST, bearableMs / this.nowMs);
  }

  /** As many calls as the limit together go `smoothing` of the way. */
  private approach(target: number): void {
    const { smoothing = 0.2 } = this.settings;
    this.estimate = withinBounds(this.settings, this.estimate + ((target - this.estimate) * smoothing) / this.limit);
  }
}

/** The weight of one sample in an exponential average over `window`, which begins as a plain one. */
function weight(seen: number, window: number): number {
  return Math.max(1 / seen, 2 / (window + 1));
}
