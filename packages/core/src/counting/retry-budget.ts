import type { Clock } from '../time/clock.js';
import type { Environment } from '../engine/policy.js';
import { SharedState } from '../engine/shared-state.js';

/** How many successes' worth of retries a budget saves up for a burst. */
const SAVED_SUCCESSES = 100;
/** A fifth earned five times is a whole, whatever binary fractions make of it. */
const ROUNDING = 1e-9;

/** The default budget of a provider's retries and hedges. */
export const RETRY_BUDGET: RetryBudgetRates = Object.freeze({ ratio: 0.2, minPerSecond: 10 });

export interface RetryBudgetRates {
  /** Retries that each success earns. */
  readonly ratio: number;
  /** Retries per second that need not be earned. */
  readonly minPerSecond: number;
}

/**
 * The budget of a provider's retries and hedges: a share of its successes, and a minimum per second that does not have
 * to be earned. The idea is Finagle's `RetryBudget`.
 */
export class RetryBudget {
  private rates: RetryBudgetRates = RETRY_BUDGET;
  private unlimited = false;
  private earned = 0;
  private free = RETRY_BUDGET.minPerSecond;
  private refilledAt: number;

  constructor(private readonly clock: Clock) {
    this.refilledAt = clock.now();
  }

  /**
   * Sets the rates, at first those of `RETRY_BUDGET`; `false` takes the limit away. The earned part stays; a new
   * minimum is available at once.
   */
  configure(rates: RetryBudgetRates | false): void {
    this.unlimited = rates === false;
    if (rates === false) return;
    if (rates.minPerSecond !== this.rates.minPerSecond) {
      this.refilledAt = this.clock.now();
      this.free = rates.minPerSecond;
    }
    this.rates = rates;
  }

  /** Retries that could be made now; `Infinity` without a limit. */
  get balance(): number {
    if (this.unlimited) return Infinity;
    this.refill();
    return Math.floor(this.free) + Math.floor(this.earned + ROUNDING);
  }

  earn(): void {
    const { ratio } = this.rates;
    this.earned = Math.min(Math.max(1, ratio * SAVED_SUCCESSES), this.earned + ratio);
  }

  /** Takes one retry out of the budget; `false` when there is none. */
  spend(): boolean {
    if (this.unlimited) return true;
    if (this.earned >= 1 - ROUNDING) {
      this.earned = Math.max(0, this.earned - 1);
      return true;
    }
    this.refill();
    if (this.free < 1) return false;
    this.free -= 1;
    return true;
  }

  private refill(): void {
    const now = this.clock.now();
    const { minPerSecond } = this.rates;
    // A rate below one per second has to add up to a whole retry.
    const most = minPerSecond === 0 ? 0 : Math.max(1, minPerSecond);
    this.free = Math.min(most, this.free + ((now - this.refilledAt) / 1000) * minPerSecond);
    this.refilledAt = now;
  }
}

const OF_PROVIDER = new SharedState((clock) => new RetryBudget(clock));

/** The budget that all retries and hedges of a provider share. */
export function retryBudgetOf({ shared }: Pick<Environment, 'shared'>): RetryBudget {
  return shared(OF_PROVIDER);
}
