import { describe, expect, it } from '@jest/globals';
import { makeOrders } from '../load/order.js';
import type { Charge } from '../services/payments-control.js';
import { leastShare } from './least-share.js';

describe('leastShare', () => {
  it('is that of the host with the fewest charges, while there was more to do than the quota allows', () => {
    const orders = [makeOrders('first', 8), makeOrders('second', 8)];
    const charge = ({ id }: { id: string }, second: number): Charge => ({
      id: `ch_${id}`,
      reference: id,
      at: new Date(second * 1_000).toISOString(),
    });
    const charges = [
      ...orders[0]!.slice(0, 6).map((order) => charge(order, 1)),
      ...orders[1]!.slice(0, 2).map((order) => charge(order, 2)),
      ...orders[1]!.slice(2).map((order) => charge(order, 9)),
    ];
    expect(leastShare(charges, { orders, seconds: 5 })).toBe(25);
  });

  it('is none where nothing was charged, which is no fair share', () => {
    expect(leastShare([], { orders: [[], []], seconds: 5 })).toBeNaN();
  });
});
