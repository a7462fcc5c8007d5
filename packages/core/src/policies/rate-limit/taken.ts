import type { SettleableTicket } from '../../engine/price.js';

/** A limit that can correct what a call has taken. */
interface Limit {
  settle(taken: Taken, cost: number): void;
}

/**
 * The tokens that one call took of an allowance. Used again for another call once this one has left, unless its method
 * names a price: such a call may settle it later.
 */
export class Taken implements SettleableTicket {
  /** The allowance, which alone can do anything with it. */
  from: object | undefined = undefined;
  limit!: Limit;
  /** The cost of the call, as far as it is known. */
  cost = 0;
  /** 0 for a call that cost nothing when it was let through, and for one that was given back. */
  calls = 0;
  /** Whether something between the gate and the provider holds the call. */
  held = false;
  /** Whether a call within the one that took it goes with it. */
  lent = false;
  /** Whether the call has left, and what it took still counts. */
  left = false;
  /** When it was taken, in the clock's monotonic milliseconds. */
  at = 0;
  /** Until when the tokens may be given to another call, where they were leased from a store. */
  leasedUntil = -Infinity;
  /** The receipt of the allowance's first count. */
  receipt = 0;
  /** Those of the others. */
  more: number[] | undefined = undefined;

  settle(cost: number, hasEnded: boolean): void {
    if (hasEnded === this.left) this.limit.settle(this, cost);
  }
}
