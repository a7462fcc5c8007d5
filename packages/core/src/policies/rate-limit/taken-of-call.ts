import { Entered } from '../../engine/gates/entered.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { Lender } from '../../engine/price.js';
import { Taken } from './taken.js';

/** The tokens that a call took of a limit and has not lent yet. */
export function takenToLend({ tickets }: Lender, limit: object): Taken | undefined {
  for (const ticket of tickets) {
    const taken = takenIn(ticket);
    if (taken?.limit === limit && !taken.lent) return taken;
  }
  return undefined;
}

/**
 * Whether the answer of a call speaks of the limit of which it took this: of several, the first, which is its method's
 * own.
 */
export function answersTo(taken: Taken, { tickets }: LiveCall): boolean {
  for (const ticket of tickets) {
    const first = takenIn(ticket);
    if (first !== undefined) return first === taken;
  }
  return true;
}

function takenIn(ticket: unknown): Taken | undefined {
  const entered = ticket instanceof Entered ? ticket.ticket : ticket;
  return entered instanceof Taken ? entered : undefined;
}
