import { InjectProvider, ResilientProvider } from '@breakwater/nestjs';
import { Injectable } from '@nestjs/common';
import type { Confirmation, OrderDetails } from '../orders/order.js';
import { EmailClient } from './email.client.js';
import { Outbox } from './outbox.js';

/** How many are sent at once in the background. */
const CONCURRENCY = 10;

/** Sends what the outbox owes. */
@Injectable()
export class Confirmations {
  constructor(
    private readonly email: EmailClient,
    private readonly outbox: Outbox,
    @InjectProvider('email') private readonly provider: ResilientProvider,
  ) {}

  /**
   * Sends the confirmation of an order that was just added. While email is ill, no customer waits to see if it is back.
   */
  async sendAtOnce(order: OrderDetails): Promise<void> {
    if (this.circuit === 'closed') await this.send(order);
    else this.outbox.postpone(order.id);
  }

  /** Sends some of what is due, oldest first. Tells whether there may be more, and a point in going on. */
  async sendDue(): Promise<boolean> {
    const due = this.outbox.claim(this.room());
    const results = await Promise.all(due.map((order) => this.send(order)));
    return due.length > 0 && results.every((confirmation) => confirmation === 'sent');
  }

  /** Sends a confirmation that no other worker is sending, and records the result. */
  private async send(order: OrderDetails): Promise<Confirmation> {
    let confirmation: Confirmation = 'pending';
    try {
      confirmation = await this.email.confirm(order);
    } finally {
      if (confirmation === 'sent') this.outbox.sent(order.id);
      else this.outbox.postpone(order.id);
    }
    return confirmation;
  }

  /** An open circuit would refuse them all, and one that is on trial takes a single call. */
  private room(): number {
    if (this.circuit === 'closed') return CONCURRENCY;
    return this.circuit === 'half-open' ? 1 : 0;
  }

  private get circuit(): string {
    return this.provider.circuitBreaker?.state ?? 'closed';
  }
}
