import type { Journey } from '../load/submission.js';
import type { Stage } from '../stage.js';
import type { Twin } from '../twin.js';
import { auditOrders, type OrderAudit } from './order-audit.js';

/** Asks a checkout for every order and the payment provider for its ledger, and says how the orders came through. */
export async function auditTwin(stage: Stage, twin: Twin, journeys: readonly Journey[]): Promise<OrderAudit> {
  const { charges } = await stage.payments.ledger(twin.merchant);
  const paid = new Set<string>();
  await Promise.all(
    journeys.map(async ({ orderId }) => {
      const order = await twin.checkout.order(orderId);
      if (order?.status === 'paid') paid.add(orderId);
    }),
  );
  return auditOrders(journeys, (orderId) => paid.has(orderId), charges);
}
