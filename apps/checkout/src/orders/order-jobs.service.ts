import { type AddedJob, SyncQueue } from '@breakwater/queue';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { checkoutConfig } from '../config/checkout.config.js';
import { ShopDatabase } from '../database/shop-database.js';
import type { OrderDetails } from './order.js';

/** Email's own timeout and circuit end the wait long before. */
const LONGEST_WAIT = '5s';
/** The shop's own orders take turns with those that tenants import. */
const TENANT = 'shop';

/** The jobs that a paid order brings: its confirmation by email, and its way to the CRM. */
@Injectable()
export class OrderJobs {
  constructor(
    private readonly queue: SyncQueue,
    private readonly database: ShopDatabase,
    @Inject(checkoutConfig.KEY) private readonly config: ConfigType<typeof checkoutConfig>,
  ) {}

  /**
   * Call it in the transaction that makes the order a paid one: then a paid order has its jobs, and no other has.
   * Returns the job that confirms it.
   */
  add(order: OrderDetails): Promise<AddedJob> {
    const queue = this.queue.within(this.database.connection);
    const { id, amount } = order;
    if (this.config.hasCrm) void queue.add('crm', 'order.created', { id, amount }, { key: id, tenant: TENANT });
    return queue.add('email', 'order.confirmation', order, { key: id });
  }

  /** Has a confirmation sent before the customer is answered. While email is ill, no customer waits for it. */
  async sendAtOnce(confirmation: Promise<AddedJob>): Promise<void> {
    const { id } = await confirmation;
    await this.queue.attempted('email', id, { upTo: LONGEST_WAIT });
  }
}
