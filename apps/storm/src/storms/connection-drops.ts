import { auditTwin } from '../audit/audit-twin.js';
import type { OrderAudit } from '../audit/order-audit.js';
import { ordersOfRun } from '../load/order.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import { withBoth } from '../twins.js';

const RATE = 50;
const DROPS_S = 5;
const DROP_RATE = 0.2;

export const connectionDrops: Storm<OrderAudit> = {
  name: 'connection-drops',
  title: `payments charges, then drops the connection, at ${DROP_RATE * 100} % of its calls`,

  async run(stage) {
    await stage.prepare(this.name, { rate: RATE });
    stage.progress.phase(`${DROPS_S} s at ${RATE} orders/s`);
    await stage.payments.faults.put({ drop: { rate: DROP_RATE, when: 'after-work' } });
    const journeys = await stage.load({ orders: ordersOfRun('connection-drops', RATE * DROPS_S), rate: RATE });
    const facts = await withBoth(stage.twins, (twin) => auditTwin(stage, twin, journeys[twin.name]));
    return { facts, figures, promises };
  },
};

function figures({ orders, acceptedAtFirst, lost, doubleCharges }: OrderAudit): Figures {
  return { orders, acceptedAtFirst, lost, doubleCharges };
}

function promises({ orders, lost, doubleCharges }: OrderAudit): PromiseCheck[] {
  return [
    {
      text: 'no order is charged twice, by the ledger of payments',
      held: doubleCharges === 0,
      measured: `${doubleCharges} double charges`,
    },
    { text: 'no order is lost', held: lost === 0, measured: `${lost} of ${orders} lost` },
  ];
}
