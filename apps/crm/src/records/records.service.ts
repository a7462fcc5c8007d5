import { CallLog, Clock } from '@breakwater/faults';
import { Injectable } from '@nestjs/common';
import type { OrderRequest } from '../orders/order.js';

export interface SyncedOrder extends OrderRequest {
  readonly idempotencyKey: string | null;
  /** RFC 3339. */
  readonly at: string;
}

/** Every order that took effect, whether or not its sender heard of it. */
@Injectable()
export class Records {
  private readonly orders = new Map<string, SyncedOrder[]>();

  constructor(
    private readonly calls: CallLog,
    private readonly clock: Clock,
  ) {}

  add(account: string, order: OrderRequest, idempotencyKey: string | null = null): SyncedOrder {
    const synced: SyncedOrder = { ...order, idempotencyKey, at: new Date(this.clock.wallMs()).toISOString() };
    const orders = this.orders.get(account) ?? [];
    orders.push(synced);
    this.orders.set(account, orders);
    this.calls.of(account).accepted();
    return synced;
  }

  ordersOf(account: string): readonly SyncedOrder[] {
    return this.orders.get(account) ?? [];
  }

  reset(account: string): void {
    this.orders.delete(account);
    this.calls.reset(account);
  }
}
