import { randomBytes } from 'node:crypto';

/**
 * An order as a customer submits it; the customer chooses `id`, which stays the same when the order is submitted again.
 */
export interface Order {
  readonly id: string;
  readonly email: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: 'EUR';
}

/** Numbered orders: both checkouts get the same ones, and every ledger can be read by order. */
export function makeOrders(prefix: string, count: number): Order[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `${prefix}-${String(index + 1).padStart(5, '0')}`;
    return { id, email: `${id}@customers.test`, amount: 1_000 + index, currency: 'EUR' };
  });
}

/** Orders of this run alone: a store that outlives it would answer the next with what became of the last one's. */
export const ordersOfRun = (prefix: string, count: number): Order[] => makeOrders(`${prefix}-${RUN}`, count);

const RUN = randomBytes(3).toString('hex');
