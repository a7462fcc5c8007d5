import { isDeepStrictEqual } from 'node:util';
import { isResilienceError } from '@breakwater/nestjs';
import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { ChargeFailedError } from '../payments/charge-failed.error.js';
import { PaymentsClient } from '../payments/payments.client.js';
import type { OrderDetails, OrderStatus } from './order.js';
import { OrderJobs } from './order-jobs.service.js';
import { OrdersRepository } from './orders.repository.js';

export interface PlacedOrder {
  readonly order: OrderStatus;
  /** Whether this submission is the one that paid for it. */
  readonly paidNow: boolean;
}

/** Takes orders: charges, and confirms by email. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly payments: PaymentsClient,
    private readonly jobs: OrderJobs,
  ) {}

  /**
   * Charges an order, unless it is paid. Until then it can be submitted again as often as it takes.
   *
   * Throws 409 when the id belongs to another order, the module's refusals, and `ChargeFailedError`.
   */
  async place(details: OrderDetails): Promise<PlacedOrder> {
    const { id } = details;
    const known = this.orders.open(details);
    if (!isDeepStrictEqual(known.details, details))
      throw new ConflictException(`the id '${id}' is that of another order`);
    if (known.status.status === 'paid') return { order: known.status, paidNow: false };

    const charge = await this.charge(details);
    const confirmation = this.orders.markPaid(id, charge, () => this.jobs.add(details));
    if (confirmation !== undefined) await this.jobs.sendAtOnce(confirmation);
    return { order: this.status(id), paidNow: confirmation !== undefined };
  }

  /** Throws 404. */
  status(id: string): OrderStatus {
    const order = this.orders.find(id);
    if (order === undefined) throw new NotFoundException(`there is no order '${id}'`);
    return order.status;
  }

  private async charge(details: OrderDetails): Promise<string> {
    try {
      return (await this.payments.charge(details)).id;
    } catch (error) {
      if (isResilienceError(error)) throw error;
      throw new ChargeFailedError({ cause: error });
    }
  }
}
