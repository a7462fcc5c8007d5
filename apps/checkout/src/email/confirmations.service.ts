import { Injectable } from '@nestjs/common';
import type { Confirmation, OrderDetails } from '../orders/order.js';
import { EmailClient } from './email.client.js';
import { Outbox } from './outbox.js';

/** Sends what the outbox owes. */
@Injectable()
export class Confirmations {
  constructor(
    private readonly email: EmailClient,
    private readonly outbox: Outbox,
  ) {}

  /** Sends the confirmation of an order that the caller has added or claimed, and notes what came of it. */
  async send(order: OrderDetails): Promise<Confirmation> {
    let confirmation: Confirmation = 'pending';
    try {
      confirmation = await this.email.confirm(order);
    } finally {
      if (confirmation === 'sent') this.outbox.sent(order.id);
      else this.outbox.postpone(order.id);
    }
    return confirmation;
  }
}
