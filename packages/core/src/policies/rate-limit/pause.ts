/**
 * One that lasts no longer than that beyond what listeners were told is the same to them: one answer throttles many
 * calls.
 */
const SAME_PAUSE_MS = 1000;

export interface PauseSettings {
  /** For answers that do not say how long to wait, in milliseconds: the first of them, and the longest. */
  readonly pause: number;
  readonly maxPause: number;
  /** The longest that the provider's own word is heeded, in milliseconds. */
  readonly maxRetryAfter: number;
}

/**
 * For how long the provider has asked all calls to wait. Where it does not say how long, each further answer of the
 * kind doubles the pause, until a call that was sent after the last of them goes well.
 */
export class Pause {
  private until = -Infinity;
  /** When it ends as far as listeners were told. */
  private toldUntil = 0;
  /** How often the pause was doubled and more, 0 once it goes well again. */
  private streak = 0;
  private lastMs = 0;
  private lastThrottledAt = 0;

  constructor(public settings: PauseSettings) {}

  leftMs(now: number): number {
    return Math.max(0, this.until - now);
  }

  /** Whether a call that goes well would end the growth. */
  get grows(): boolean {
    return this.streak > 0;
  }

  /**
   * The provider has throttled a call that was sent at `sentAt`. Returns for how long listeners are to be told,
   * `undefined` when they know.
   */
  throttled(askedMs: number | undefined, now: number, sentAt: number): number | undefined {
    const { maxRetryAfter } = this.settings;
    const asked = Math.min(askedMs ?? 0, maxRetryAfter);
    const ms = asked > 0 ? asked : this.ownMs(sentAt);
    this.lastThrottledAt = now;
    return this.extend(ms, now) ? ms : undefined;
  }

  /** Another host was asked to wait. Returns whether that is news to listeners. */
  adopt(ms: number, now: number): boolean {
    return this.extend(ms, now);
  }

  /** A call that was sent at `sentAt` went well. */
  wentWell(sentAt: number): void {
    if (sentAt >= this.lastThrottledAt) this.streak = 0;
  }

  forget(): void {
    this.until = -Infinity;
    this.streak = 0;
  }

  /** Calls that were under way together are throttled together, which is one pause. */
  private ownMs(sentAt: number): number {
    const { pause, maxPause } = this.settings;
    if (this.streak === 0 || sentAt >= this.until) {
      this.lastMs = Math.min(maxPause, this.streak === 0 ? pause : this.lastMs * 2);
      this.streak++;
    }
    return this.lastMs;
  }

  /** A pause that ends later stands. Returns whether listeners are to be told. */
  private extend(ms: number, now: number): boolean {
    const until = now + ms;
    const before = this.until;
    if (until <= Math.max(now, before)) return false;
    this.until = until;
    if (before > now && until - this.toldUntil < SAME_PAUSE_MS) return false;
    this.toldUntil = until;
    return true;
  }
}
