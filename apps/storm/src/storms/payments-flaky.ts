import { auditTwin } from '../audit/audit-twin.js';
import type { OrderAudit } from '../audit/order-audit.js';
import { ordersOfRun } from '../load/order.js';
import { measure } from '../report/measure.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import { withBoth } from '../twins.js';

const RATE = 80;
const FLAKY_S = 11;
const FAILURE_RATE = 0.2;

export const paymentsFlaky: Storm<Facts> = {
  name: 'payments-flaky',
  title: `payments fails ${FAILURE_RATE * 100} % of its calls at random`,

  async run(stage) {
    await stage.prepare(this.name, { rate: RATE });
    stage.progress.phase(`${FLAKY_S} s at ${RATE} orders/s`);
    await stage.payments.faults.put({ error: { rate: FAILURE_RATE, status: 500 } });
    const journeys = await stage.load({ orders: ordersOfRun('payments-flaky', RATE * FLAKY_S), rate: RATE });
    const facts = await withBoth(stage.twins, async (twin) => ({
      audit: await auditTwin(stage, twin, journeys[twin.name]),
      calls: (await stage.payments.ledger(twin.merchant)).calls.total,
    }));
    return { facts, figures, promises };
  },
};

interface Facts {
  readonly audit: OrderAudit;
  readonly calls: number;
}

const acceptedAtFirstPercent = ({ audit }: Facts): number => (100 * audit.acceptedAtFirst) / audit.orders;
const callsPerOrder = ({ audit, calls }: Facts): number => calls / audit.orders;

function figures(facts: Facts): Figures {
  return {
    orders: facts.audit.orders,
    acceptedAtFirstPercent: acceptedAtFirstPercent(facts),
    lost: facts.audit.lost,
    doubleCharges: facts.audit.doubleCharges,
    callsToPayments: facts.calls,
    callsPerOrder: callsPerOrder(facts),
  };
}

function promises(facts: Facts): PromiseCheck[] {
  return [
    {
      text: 'at least 99.5 % of the orders are accepted at their first submission',
      held: acceptedAtFirstPercent(facts) >= 99.5,
      measured: measure(acceptedAtFirstPercent(facts), '%'),
    },
    {
      text: 'at most 1.3 calls to payments per order',
      held: callsPerOrder(facts) <= 1.3,
      measured: measure(callsPerOrder(facts)),
    },
  ];
}
