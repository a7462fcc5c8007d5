import { Injectable } from '@nestjs/common';
import { ShopDatabase } from '../database/shop-database.js';
import type { Order, OrderDetails } from './order.js';

/** The orders, paid or not. */
@Injectable()
export class OrdersRepository {
  private readonly insert;
  private readonly select;
  private readonly pay;
  private readonly confirm;
  private readonly addSettlement;

  constructor(private readonly database: ShopDatabase) {
    this.insert = database.prepare<[string, string, number, string]>(
      'INSERT INTO orders (id, email, amount, currency) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.select = database.prepare<[string]>('SELECT * FROM orders WHERE id = ?');
    this.pay = database.prepare<[string, string]>('UPDATE orders SET charge = ? WHERE id = ? AND charge IS NULL');
    this.confirm = database.prepare<[string]>('UPDATE orders SET confirmed = 1 WHERE id = ?');
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

  /**
   * Notes the charge, and does in the same transaction what goes with it. Returns the result of that; `undefined` when
   * the charge was noted before.
   */
  markPaid<T>(id: string, charge: string, alongside: () => T): T | undefined {
    return this.database.transaction(() => (this.pay.run(charge, id).changes === 0 ? undefined : alongside()));
  }

  /** Notes that the customer has been told. */
  markConfirmed(id: string): void {
    this.confirm.run(id);
  }

  /** False when there is no such order. */
  settle(id: string): boolean {
    return this.addSettlement.run(id).changes > 0;
  }
}

interface OrderRow extends OrderDetails {
  readonly charge: string | null;
  /** 0 or 1. */
  readonly confirmed: number;
  readonly settlements: number;
}

function orderOf({ id, email, amount, currency, charge, confirmed, settlements }: OrderRow): Order {
  return {
    details: { id, email, amount, currency },
    status: {
      id,
      status: charge === null ? 'pending' : 'paid',
      charge,
      confirmation: confirmed === 1 ? 'sent' : 'pending',
      settlements,
    },
  };
}
