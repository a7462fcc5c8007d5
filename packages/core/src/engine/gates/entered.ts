import type { KeyableGate } from '../policy.js';
import { settlePrice, type SettleableTicket } from '../price.js';

/** The gate of one key. */
export interface Kept {
  readonly gate: KeyableGate;
  /** Calls that entered it and have not left. */
  inside: number;
  usedAt: number;
}

/** The ticket of a call that is inside the gate of its key: that gate, and the gate's own ticket. */
export class Entered implements SettleableTicket {
  constructor(
    readonly kept: Kept,
    readonly ticket: unknown,
  ) {}

  settle(cost: number, hasEnded: boolean): void {
    settlePrice([this.ticket], cost, hasEnded);
  }
}
