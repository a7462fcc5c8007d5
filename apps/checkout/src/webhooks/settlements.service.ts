import { Injectable } from '@nestjs/common';
import { OrdersRepository } from '../orders/orders.repository.js';
import type { PaymentEvent } from './payment-event.js';

/** The answer to a webhook. */
export interface SettlementAnswer {
  readonly outcome: 'settled' | 'ignored';
}

/** Books charges that payments reports. Counts every call: that each event comes once is the guard's work. */
@Injectable()
export class Settlements {
  constructor(private readonly orders: OrdersRepository) {}

  book(event: PaymentEvent | undefined): SettlementAnswer {
    const reference: unknown = event?.type === 'charge.succeeded' ? event.data?.object?.reference : undefined;
    const settled = typeof reference === 'string' && this.orders.settle(reference);
    return { outcome: settled ? 'settled' : 'ignored' };
  }
}
