import { describe, expect, it } from '@jest/globals';
import { makeOrders } from '../load/order.js';
import { countConfirmations } from './confirmations.js';

describe('countConfirmations', () => {
  it('tells one message from none and from several', () => {
    const orders = makeOrders('o', 4);
    const messages = [0, 0, 1, 3].map((index) => ({ id: `msg_${index}`, to: orders[index]?.email ?? '' }));

    expect(countConfirmations(messages, orders)).toEqual({ once: 2, never: 1, repeatedly: 1 });
  });
});
