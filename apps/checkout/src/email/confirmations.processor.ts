import { SyncJob, SyncProcessor, type SyncJobData } from '@breakwater/queue';
import type { OrderDetails } from '../orders/order.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { confirmedOrder } from './confirmed-order.js';
import { EmailClient } from './email.client.js';

/** Tells customers that their orders are paid. */
@SyncProcessor('email')
export class Confirmations {
  constructor(
    private readonly email: EmailClient,
    private readonly orders: OrdersRepository,
  ) {}

  @SyncJob('order.confirmation', {
    schema: confirmedOrder,
    timeout: '5s',
    retry: { backoff: { initial: '250ms', max: '30s' } },
  })
  async confirm({ payload }: SyncJobData<OrderDetails>): Promise<void> {
    await this.email.confirm(payload);
    this.orders.markConfirmed(payload.id);
  }
}
