import type { Change, Departures, TokenCount } from './token-count.js';

/** How far a timer that fires late is made up for, in milliseconds. */
const LATE_MS = 50;
/** Guards against what adding up intervals loses to rounding, in milliseconds. */
const ROUNDING_MS = 1e-6;

export interface BucketSettings {
  /** How many tokens it holds. */
  readonly size: number;
  /** Milliseconds in which one comes back. */
  readonly intervalMs: number;
  /** How much later than it was sent a call may arrive. */
  readonly marginMs: number;
  /**
   * Whether those who wait make up for late timers: for a pace that is ours, not for a bucket that the provider keeps.
   */
  readonly catchesUp?: boolean;
}

/**
 * A token bucket as providers run it, by the generic cell rate algorithm (ITU-T I.371): one number, the theoretical
 * arrival time, that every token taken moves forward by the interval in which one comes back. It is ahead of now by
 * what is missing in the bucket.
 */
export class TokenBucket implements TokenCount {
  readonly most: number;
  private readonly capacityMs: number;
  private theoreticalArrival = -Infinity;
  /** When the bucket that was full last begins to refill: once the call that was sent then has arrived. */
  private refillsFrom = -Infinity;
  /** By how much it was moved back, in all. */
  private givenBackMs = 0;

  constructor(private readonly settings: BucketSettings) {
    this.most = settings.size;
    this.capacityMs = settings.size * settings.intervalMs;
  }

  waitMs(now: number, tokens: number): number {
    const { intervalMs, marginMs } = this.settings;
    // Tokens beyond what the bucket holds come back only from when the first have arrived.
    const from = tokens > this.most ? now + marginMs : now;
    const dueAt = Math.max(from, this.theoreticalArrival) + tokens * intervalMs - this.capacityMs;
    return dueAt > Math.max(now, this.refillsFrom) + ROUNDING_MS ? dueAt - now : 0;
  }

  take(now: number, tokens: number, waited: boolean): number {
    const { intervalMs, catchesUp } = this.settings;
    const dueAt = this.theoreticalArrival + tokens * intervalMs - this.capacityMs;
    // For one that a late timer let go, tokens come back from when it was due.
    if (!(waited && catchesUp === true && dueAt > now - LATE_MS)) this.empty(now, now + this.settings.marginMs);
    this.theoreticalArrival += tokens * intervalMs;
    return this.theoreticalArrival + this.givenBackMs;
  }

  answered(): void {}

  settle({ receipt, takenAt, from, to }: Change, now: number): number {
    const { intervalMs } = this.settings;
    const fewerMs = (from - to) * intervalMs;
    if (fewerMs <= 0) this.theoreticalArrival = Math.max(this.theoreticalArrival, now) - fewerMs;
    else this.moveBack(fewerMs, Math.max(receipt - this.givenBackMs, takenAt + from * intervalMs) - now);
    return receipt;
  }

  heedsAnswers(): boolean {
    return false;
  }

  isFresh(now: number): boolean {
    return this.theoreticalArrival <= now;
  }

  used(now: number): number {
    const missingMs = this.theoreticalArrival - Math.max(now, this.refillsFrom);
    return Math.max(0, Math.ceil(missingMs / this.settings.intervalMs - ROUNDING_MS));
  }

  departures(now: number): Departures[] {
    const tokens = this.used(now);
    return tokens > 0 ? [{ at: Math.max(now, this.refillsFrom), tokens }] : [];
  }

  /** Starts empty at worst, however much that was. */
  adopt(departures: readonly Departures[], now: number): void {
    const { intervalMs } = this.settings;
    for (const { at, tokens } of departures) {
      this.empty(at, at);
      this.theoreticalArrival += tokens * intervalMs;
    }
    const emptyAt = Math.max(now, this.refillsFrom) + this.capacityMs;
    this.theoreticalArrival = Math.min(this.theoreticalArrival, emptyAt);
  }

  /** Tokens that are taken come back from when the call arrives, which is later than it is sent. */
  private empty(sentAt: number, arrivesAt: number): void {
    if (this.theoreticalArrival <= sentAt) this.refillsFrom = arrivesAt;
    this.theoreticalArrival = Math.max(this.theoreticalArrival, arrivesAt);
  }

  /**
   * Returns tokens as far as time has not brought them back since: those were there for others already, and would be
   * had twice. `unpaidMs`: what others gave back meanwhile may have stood before them in line, but not in the same
   * moment.
   */
  private moveBack(ms: number, unpaidMs: number): void {
    const backMs = Math.min(ms, Math.max(0, unpaidMs));
    this.theoreticalArrival -= backMs;
    this.givenBackMs += backMs;
  }
}
