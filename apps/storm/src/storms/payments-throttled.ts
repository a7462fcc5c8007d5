import { auditTwin } from '../audit/audit-twin.js';
import type { OrderAudit } from '../audit/order-audit.js';
import { type QuotaUse, quotaUse } from '../audit/quota-use.js';
import { latencyFromPlan } from '../load/latency.js';
import { makeOrders } from '../load/order.js';
import { measure } from '../report/measure.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import { withBoth } from '../twins.js';

const QUOTA = 50;
const RATE = 60;
const LOAD_S = 6;

export const paymentsThrottled: Storm<Facts> = {
  name: 'payments-throttled',
  title: `payments allows ${QUOTA} calls a second, customers bring ${RATE} orders`,

  async run(stage) {
    await stage.prepare(this.name, { rate: RATE });
    stage.progress.phase(`${LOAD_S} s at ${RATE} orders/s`);
    await withBoth(stage.twins, ({ merchant }) => stage.payments.limit(merchant, { limit: QUOTA, perMs: 1_000 }));
    const journeys = await stage.load({ orders: makeOrders('payments-throttled', RATE * LOAD_S), rate: RATE });
    const facts = await withBoth(stage.twins, async (twin) => {
      const ledger = await stage.payments.ledger(twin.merchant);
      return {
        audit: await auditTwin(stage, twin, journeys[twin.name]),
        refused: ledger.calls.refused429,
        quota: quotaUse(ledger, { perSecond: QUOTA, seconds: LOAD_S }),
        p99Ms: latencyFromPlan(journeys[twin.name].flatMap(({ submissions }) => submissions)).p99Ms,
      };
    });
    return { facts, figures, promises };
  },
};

interface Facts {
  readonly audit: OrderAudit;
  readonly refused: number;
  readonly quota: QuotaUse;
  readonly p99Ms: number;
}

function figures({ audit, refused, quota, p99Ms }: Facts): Figures {
  return {
    orders: audit.orders,
    acceptedAtFirst: audit.acceptedAtFirst,
    lost: audit.lost,
    refusedWith429: refused,
    quotaUsedPercent: quota.usedPercent,
    latencyP99Ms: p99Ms,
  };
}

function promises({ audit, quota }: Facts): PromiseCheck[] {
  return [
    {
      text: 'no 429 from payments after the first second',
      held: quota.lateRefusals === 0,
      measured: `${quota.lateRefusals}`,
    },
    {
      text: `at least 95 % of the quota of ${QUOTA} calls/s is used while orders wait for it`,
      held: quota.usedPercent >= 95,
      measured: measure(quota.usedPercent, '%'),
    },
    { text: 'no order is lost', held: audit.lost === 0, measured: `${audit.lost} of ${audit.orders} lost` },
  ];
}
