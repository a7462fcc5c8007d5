import type { Order } from '../load/order.js';
import type { Charge } from '../services/payments-control.js';

export interface HostsOrders {
  /** By host. */
  readonly orders: readonly (readonly Order[])[];
  /** For how long there was more to do than the quota allows, from the first charge on. */
  readonly seconds: number;
}

/** The share, in percent, that the host with the fewest charges had of all that were made in that time. */
export function leastShare(charges: readonly Charge[], { orders, seconds }: HostsOrders): number {
  const firstAt = Math.min(...charges.map(({ at }) => Date.parse(at)));
  const inTime = charges.filter(({ at }) => Date.parse(at) < firstAt + seconds * 1_000);
  const counts = orders.map((own) => {
    const ids = new Set(own.map(({ id }) => id));
    return inTime.filter(({ reference }) => ids.has(reference)).length;
  });
  return (100 * Math.min(...counts)) / inTime.length;
}
