import type { LiveCall } from '../../engine/live-call.js';
import type { Outcome } from '../../outcome/outcome.js';
import type { EnvironmentOf, KeyableGate } from '../../engine/policy.js';
import { TimeWindow } from '../../counting/time-window.js';
import type { AdaptiveThrottleSettings } from './adaptive-throttle.options.js';
import { AdaptivelyThrottledError } from './adaptively-throttled.error.js';
import type { AdaptiveThrottleEvents, AdaptiveThrottleSnapshot } from './adaptive-throttle.telemetry.js';

/**
 * Refuses a share of the calls to a provider that accepts too few of them, so that it can recover, while the others go
 * on finding out whether it has: client-side throttling as in Site Reliability Engineering (Beyer et al., chapter 21,
 * "Handling Overload"). Calls under way count once they have ended, and those that were refused count as asked for.
 */
export class AdaptiveThrottle implements KeyableGate<undefined> {
  readonly kind = 'adaptiveThrottle';
  /** The calls that were asked for; those that the provider did not accept count as failed. */
  private window: TimeWindow;
  private refused = 0;

  constructor(
    private settings: AdaptiveThrottleSettings,
    private readonly environment: EnvironmentOf<AdaptiveThrottleEvents>,
  ) {
    this.window = new TimeWindow(settings.window, environment.clock.now());
  }

  enter(call: LiveCall): undefined | AdaptivelyThrottledError {
    const { window } = this;
    // While all is well the time is not needed.
    if (window.failed === 0) return undefined;
    const { now } = call;
    const probability = this.rejectionProbability(now);
    if (probability === 0 || this.environment.random() >= probability) return undefined;
    window.record(true, false, now);
    return this.refusal(call, probability);
  }

  leave(_ticket: undefined, outcome: Outcome, call: LiveCall): void {
    const accepted = isAccepted(outcome);
    if (accepted !== undefined) this.window.record(!accepted, false, call.now);
  }

  forKey(environment: EnvironmentOf<AdaptiveThrottleEvents>): AdaptiveThrottle {
    return new AdaptiveThrottle(this.settings, environment);
  }

  idle(now: number): boolean {
    return this.rejectionProbability(now) === 0;
  }

  remembers(now: number): boolean {
    this.window.slideTo(now);
    return this.window.failed > 0;
  }

  snapshot(now: number): AdaptiveThrottleSnapshot {
    const { settings, window, refused } = this;
    const rejectionProbability = this.rejectionProbability(now);
    return {
      k: settings.k,
      windowMs: settings.window,
      requests: window.total,
      accepts: window.total - window.failed,
      rejectionProbability,
      refused,
    };
  }

  reconfigure(settings: AdaptiveThrottleSettings): void {
    if (settings.window !== this.settings.window) {
      this.window = this.window.resized(settings.window, this.environment.clock.now());
    }
    this.settings = settings;
  }

  private rejectionProbability(now: number): number {
    const { k, minimumCalls, maxRejection } = this.settings;
    this.window.slideTo(now);
    const { total: requests, failed } = this.window;
    if (requests < minimumCalls) return 0;
    const accepts = requests - failed;
    return Math.min(maxRejection, Math.max(0, (requests - k * accepts) / (requests + 1)));
  }

  private refusal({ provider, operation }: LiveCall, rejectionProbability: number): AdaptivelyThrottledError {
    this.refused++;
    this.environment.emit('adaptiveThrottle.refused', { rejectionProbability }, operation);
    return new AdaptivelyThrottledError(rejectionProbability, { provider, operation });
  }
}

/** Whether the provider took a call on, whatever came of it; `undefined` when it says nothing about it. */
function isAccepted({ kind }: Outcome): boolean | undefined {
  switch (kind) {
    case 'success':
    case 'permanent':
    case 'unauthorized':
    case 'contract':
      return true;
    case 'throttled':
    case 'transient':
    case 'unknown':
    case 'not-sent':
      return false;
    case 'cancelled':
    case 'refused':
      return undefined;
  }
}
