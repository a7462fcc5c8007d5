import type { Order } from '../load/order.js';
import type { Outbox } from '../services/email-control.js';

export interface Confirmations {
  readonly once: number;
  readonly never: number;
  readonly repeatedly: number;
}

/** How often each order was confirmed to its customer, by the email provider's own outbox. */
export function countConfirmations(messages: Outbox['messages'], orders: readonly Order[]): Confirmations {
  const perAddress = new Map<string, number>();
  for (const { to } of messages) perAddress.set(to, (perAddress.get(to) ?? 0) + 1);
  const counts = orders.map(({ email }) => perAddress.get(email) ?? 0);
  return {
    once: counts.filter((count) => count === 1).length,
    never: counts.filter((count) => count === 0).length,
    repeatedly: counts.filter((count) => count > 1).length,
  };
}
