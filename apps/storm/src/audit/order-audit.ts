import { acceptedAtFirst, acceptedAtLast, type Journey } from '../load/submission.js';
import type { Charge } from '../services/payments-control.js';

export interface OrderAudit {
  readonly orders: number;
  readonly acceptedAtFirst: number;
  readonly accepted: number;
  /** Never accepted in the end, or not a paid order although the customer was told so or was charged. */
  readonly lost: number;
  /** Charges beyond the first of an order. */
  readonly doubleCharges: number;
}

/** Holds what the customers were told against the checkout's orders and the payment provider's charges. */
export function auditOrders(
  journeys: readonly Journey[],
  isPaid: (orderId: string) => boolean,
  charges: readonly Charge[],
): OrderAudit {
  const ids = new Set(journeys.map(({ orderId }) => orderId));
  const ours = charges.filter(({ reference }) => ids.has(reference));
  return {
    orders: journeys.length,
    acceptedAtFirst: journeys.filter(acceptedAtFirst).length,
    accepted: journeys.filter(acceptedAtLast).length,
    lost: journeys.filter((journey) => !acceptedAtLast(journey) || !isPaid(journey.orderId)).length,
    doubleCharges: ours.length - new Set(ours.map(({ reference }) => reference)).size,
  };
}
