import { Injectable } from '@nestjs/common';
import { ShopDatabase } from '../database/shop-database.js';
import type { OrderDetails } from '../orders/order.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/**
 * The confirmations that are owed. Each is `sending` in one place, or `waiting` until it is due, or `sent` for good.
 */
@Injectable()
export class Outbox {
  private readonly insert;
  private readonly selectDue;
  private readonly take;
  private readonly markSent;
  private readonly markWaiting;
  private readonly releaseAll;

  constructor(private readonly database: ShopDatabase) {
    this.insert = database.prepare<[string]>(`INSERT INTO outbox (order_id, state) VALUES (?, 'sending')`);
    this.selectDue = database.prepare<[number, number]>(
      `SELECT id, email, amount, currency FROM outbox JOIN orders ON orders.id = order_id
       WHERE state = 'waiting' AND due_at <= ? ORDER BY position LIMIT ?`,
    );
    this.take = database.prepare<[string]>(`UPDATE outbox SET state = 'sending' WHERE order_id = ?`);
    this.markSent = database.prepare<[string]>(`UPDATE outbox SET state = 'sent' WHERE order_id = ?`);
    this.markWaiting = database.prepare<[number, number, number, string]>(
      `UPDATE outbox SET state = 'waiting', tries = tries + 1, due_at = ? + min(? << min(tries, 20), ?) WHERE order_id = ?`,
    );
    this.releaseAll = database.prepare(`UPDATE outbox SET state = 'waiting', due_at = 0 WHERE state = 'sending'`);
  }

  /** Adds the confirmation of an order; the caller that added it sends it. */
  add(orderId: string): void {
    this.insert.run(orderId);
  }

  /** Takes what is due, oldest first. No other worker gets it until it is postponed. */
  claim(limit: number): OrderDetails[] {
    return this.database.transaction(() => {
      const due = this.selectDue.all(Date.now(), limit) as OrderDetails[];
      for (const { id } of due) this.take.run(id);
      return due.map(({ id, email, amount, currency }) => ({ id, email, amount, currency }));
    });
  }

  sent(orderId: string): void {
    this.markSent.run(orderId);
  }

  /** Due again after a pause that grows, so that one that never gets through does not hold up the others. */
  postpone(orderId: string): void {
    this.markWaiting.run(Date.now(), FIRST_PAUSE_MS, LONGEST_PAUSE_MS, orderId);
  }

  /**
   * Confirmations that were being sent when the process ended are due again. They may have arrived: their idempotency
   * keys tell.
   */
  recover(): void {
    this.releaseAll.run();
  }
}
