import { describe, expect, it } from '@jest/globals';
import { journey } from '../testing/journeys.js';
import { auditOrders } from './order-audit.js';

const charge = (reference: string) => ({ id: `ch_${reference}`, reference, at: '2030-01-01T00:00:00Z' });
const everyOrder = () => true;

describe('auditOrders', () => {
  it('counts what was accepted at first and in the end', () => {
    const audit = auditOrders([journey('a', 201), journey('b', 503, 201)], everyOrder, [charge('a'), charge('b')]);

    expect(audit).toEqual({ orders: 2, acceptedAtFirst: 1, accepted: 2, lost: 0, doubleCharges: 0 });
  });

  it('counts an order as lost that was never accepted', () => {
    expect(auditOrders([journey('a', 503, 503)], everyOrder, [charge('a')]).lost).toBe(1);
  });

  it('counts an order as lost that was accepted, and is none', () => {
    expect(auditOrders([journey('a', 201)], () => false, [charge('a')]).lost).toBe(1);
  });

  it('counts every charge beyond the first of an order, and none of other orders', () => {
    const charges = ['a', 'a', 'a', 'b', 'other', 'other'].map(charge);

    expect(auditOrders([journey('a', 201), journey('b', 201)], everyOrder, charges).doubleCharges).toBe(2);
  });
});
