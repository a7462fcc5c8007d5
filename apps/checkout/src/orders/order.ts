/** An order as a customer submits it. The customer chooses the id, so that submitting it again is no second order. */
export interface OrderDetails {
  readonly id: string;
  readonly email: string;
  /** Minor units. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** Whether the customer has been told by email. */
export type Confirmation = 'sent' | 'pending';

/** An order as the shop shows it. */
export interface OrderStatus {
  readonly id: string;
  readonly status: 'paid' | 'pending';
  /** Payments' own id of the charge; null until the order is paid. */
  readonly charge: string | null;
  readonly confirmation: Confirmation;
  /** How often a webhook about the charge took effect. */
  readonly settlements: number;
}

/** An order as it is kept. */
export interface Order {
  readonly details: OrderDetails;
  readonly status: OrderStatus;
}
