import type { Clock } from './clock.js';

/** How many seconds of its minimum rate, and of what successes earn, a budget keeps for a burst. */
const SAVED_SECONDS = 10;

/**
 * What a provider's retries and hedges may cost: a share of its successes, and a minimum per second that does not have to
 * be earned. The idea is Finagle's `RetryBudget`.
 */
export class RetryBudget {
  private earned = 0;
  private free: number;
  private refilledAt: number;

  constructor(
    private readonly ratio: number,
    private readonly minPerSecond: number,
    private readonly clock: Clock,
  ) {
    this.free = minPerSecond;
    this.refilledAt = clock.now();
  }

  /** Retries that could be made now. */
  get balance(): number {
    this.refill();
    return Math.floor(this.free) + Math.floor(this.earned + 1e-9);
  }

  earn(): void {
    const most = Math.max(100, this.minPerSecond * SAVED_SECONDS) * Math.max(this.ratio, 0.01);
    this.earned = Math.min(most, this.earned + this.ratio);
  }

  /** Takes one retry out of the budget; `false` when there is none. */
  spend(): boolean {
    if (this.earned >= 1 - 1e-9) {
      this.earned -= 1;
      return true;
    }
    this.refill();
    if (this.free < 1) return false;
    this.free -= 1;
    return true;
  }

  private refill(): void {
    const now = this.clock.now();
    this.free = Math.min(Math.max(1, this.minPerSecond), this.free + ((now - this.refilledAt) / 1000) * this.minPerSecond);
    this.refilledAt = now;
    if (this.minPerSecond === 0) this.free = 0;
  }
}
