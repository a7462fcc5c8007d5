import { Injectable } from '@nestjs/common';
import { ShopDatabase } from '../database/shop-database.js';
import { Outbox } from '../email/outbox.js';
import type { Order, OrderDetails } from './order.js';

/** The orders, paid or not. */
@Injectable()
export class OrdersRepository {
  private readonly insert;
  private readonly select;
  private readonly pay;
  private readonly addSettlement;

  constructor(
    private readonly database: ShopDatabase,
    private readonly outbox: Outbox,
  ) {
    this.insert = database.prepare<[string, string, number, string]>(
      'INSERT INTO orders (id, email, amount, currency) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.select = database.prepare<[string]>(
      `SELECT orders.*, outbox.state FROM orders LEFT JOIN outbox ON outbox.order_id = orders.id WHERE orders.id = ?`,
    );
    this.pay = database.prepare<[string, string]>('UPDATE orders SET charge = ? WHERE id = ? AND charge IS NULL');
    this.addSettlement = database.prepare<[string]>('UPDATE orders SET settlements = settlements + 1 WHERE id = ?');
  }

  /** The order of this id: as it was first submitted, otherwise this one from now on. */
  open({ id, email, amount, currency }: OrderDetails): Order {
    this.insert.run(id, email, amount, currency);
    return this.get(id);
  }

  find(id: string): Order | undefined {
    const row = this.select.get(id) as OrderRow | undefined;
    return row && orderOf(row);
  }

  get(id: string): Order {
    const order = this.find(id);
    if (order === undefined) throw new Error(`order ${id} is gone`);
    return order;
  }

  /** Notes the charge, and that the customer is to be told. False when that had been done before. */
  markPaid(id: string, charge: string): boolean {
    return this.database.transaction(() => {
      if (this.pay.run(charge, id).changes === 0) return false;
      this.outbox.add(id);
      return true;
    });
  }

  /** False when there is no such order. */
  settle(id: string): boolean {
    return this.addSettlement.run(id).changes > 0;
  }
}

interface OrderRow extends OrderDetails {
  readonly charge: string | null;
  readonly settlements: number;
  /** The state of its confirmation; null until the order is paid. */
  readonly state: string | null;
}

function orderOf({ id, email, amount, currency, charge, settlements, state }: OrderRow): Order {
  return {
    details: { id, email, amount, currency },
    status: {
      id,
      status: charge === null ? 'pending' : 'paid',
      charge,
      confirmation: state === 'sent' ? 'sent' : 'pending',
      settlements,
    },
  };
}
