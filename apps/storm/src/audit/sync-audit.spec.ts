import { describe, expect, it } from '@jest/globals';
import type { CrmRecords } from '../services/crm-control.js';
import { auditSync } from './sync-audit.js';

const START = Date.UTC(2026, 0, 1);
const plan = {
  orders: new Map([
    ['a', ['1', '2', '3']],
    ['b', ['1']],
  ]),
  perSecond: 1,
  downMs: 0,
};

function records(orders: readonly (readonly [tenant: string, id: string, second: number])[]): CrmRecords {
  return {
    orders: orders.map(([tenant, id, second]) => ({ tenant, id, at: new Date(START + second * 1000).toISOString() })),
    calls: { accepted: orders.length, refused429: 3 },
    timeline: [
      { second: START / 1000, refused429: 2 },
      { second: START / 1000 + 1, refused429: 1 },
    ],
  };
}

describe('auditSync', () => {
  it('tells orders that arrived once, twice and never', () => {
    const audit = auditSync(
      records([
        ['a', '1', 0],
        ['a', '2', 1],
        ['a', '2', 2],
        ['b', '1', 4],
      ]),
      plan,
    );
    expect(audit).toMatchObject({ jobs: 4, once: 2, repeatedly: 1, never: 1 });
  });

  it('counts refusals after the first second apart', () => {
    expect(auditSync(records([['a', '1', 0]]), plan)).toMatchObject({ refused: 3, lateRefusals: 1 });
  });

  it('takes the time without a checkout from the quota', () => {
    const orders = records([
      ['a', '1', 0],
      ['a', '2', 1],
      ['a', '3', 5],
      ['b', '1', 8],
    ]);
    expect(auditSync(orders, plan).quotaUsedPercent).toBe(50);
    expect(auditSync(orders, { ...plan, downMs: 4000 }).quotaUsedPercent).toBe(100);
  });

  it('compares the tenants until the first has no more', () => {
    expect(
      auditSync(
        records([
          ['a', '1', 0],
          ['b', '1', 1],
          ['a', '2', 2],
          ['a', '3', 3],
        ]),
        plan,
      ).unevenPercent,
    ).toBe(0);
    expect(
      auditSync(
        records([
          ['a', '1', 0],
          ['a', '2', 1],
          ['b', '1', 2],
        ]),
        plan,
      ).unevenPercent,
    ).toBeCloseTo(66.7, 1);
  });
});
