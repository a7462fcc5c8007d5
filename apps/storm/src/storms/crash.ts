import { auditTwin } from '../audit/audit-twin.js';
import { type Confirmations, countConfirmations } from '../audit/confirmations.js';
import type { OrderAudit } from '../audit/order-audit.js';
import type { Patience } from '../load/customer.js';
import { ordersOfRun, type Order } from '../load/order.js';
import type { Stage } from '../stage.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import { withBoth } from '../twins.js';

const RATE = 40;
const LOAD_S = 6;
const CRASHES = 2;
/** Charges take as long, so that there are always some under way. */
const CHARGE_MS = 150;

export const crash: Storm<Facts> = {
  name: 'crash',
  title: `both checkouts are killed (kill -9) amid charges, ${CRASHES} times, and started again`,

  run: (stage) =>
    stage.withTwins({ protected: { account: 'protected_durable', storeUrl: durableStore(stage) } }, async (durable) => {
      await durable.prepare('crash', { rate: RATE });
      await durable.payments.faults.put({ latency: { ms: CHARGE_MS } });
      const orders = ordersOfRun('crash', RATE * LOAD_S);
      stage.progress.phase(`${LOAD_S} s at ${RATE} orders/s, with a kill -9 every ${PAUSE_S} s`);
      const [journeys] = await Promise.all([durable.load({ orders, rate: RATE }, PATIENCE), crashes(durable)]);
      stage.progress.phase('all are back: confirmations catch up');
      await untilConfirmed(durable, orders);
      const facts = await withBoth(durable.twins, async (twin) => ({
        audit: await auditTwin(durable, twin, journeys[twin.name]),
        cutOff: journeys[twin.name].flatMap(({ submissions }) => submissions).filter(wasCutOff).length,
        confirmations: countConfirmations((await durable.email.outbox(twin.mailbox)).messages, orders),
      }));
      return { facts, figures, promises };
    }),
};

interface Facts {
  readonly audit: OrderAudit;
  /** Submissions that got no answer: the process died, or was not there. */
  readonly cutOff: number;
  readonly confirmations: Confirmations;
}

/** A store that outlives the process: the one of the run, or where that is memory a file. */
function durableStore(stage: Stage): string {
  return stage.storeUrl === 'memory:' ? `sqlite:${stage.file('crash-store.sqlite')}` : stage.storeUrl;
}

async function crashes(stage: Stage): Promise<void> {
  for (let i = 0; i < CRASHES; i++) {
    await stage.pause(PAUSE_S * 1_000);
    await withBoth(stage.twins, (twin) => twin.crash());
  }
}

/** A claim of the dead process holds until its lease is over. */
async function untilConfirmed(stage: Stage, orders: readonly Order[]): Promise<void> {
  const deadline = stage.clock.now() + CATCH_UP_MS;
  while (stage.clock.now() < deadline) {
    const { messages } = await stage.email.outbox(stage.twins.protected.mailbox);
    if (countConfirmations(messages, orders).never === 0) break;
    await stage.pause(200);
  }
  await stage.pause(SECOND_MESSAGE_MS);
}

const wasCutOff = ({ answer }: { readonly answer: { readonly kind: string } }): boolean => answer.kind === 'unanswered';

function figures({ audit, cutOff, confirmations }: Facts): Figures {
  return {
    orders: audit.orders,
    crashes: CRASHES,
    submissionsWithoutAnswer: cutOff,
    acceptedInTheEnd: audit.accepted,
    lost: audit.lost,
    doubleCharges: audit.doubleCharges,
    confirmedOnce: confirmations.once,
    confirmedNever: confirmations.never,
    confirmedRepeatedly: confirmations.repeatedly,
  };
}

function promises({ audit, cutOff, confirmations }: Facts): PromiseCheck[] {
  const { once, never, repeatedly } = confirmations;
  return [
    {
      text: 'no order is charged twice, though its process died amid the charge',
      held: audit.doubleCharges === 0 && cutOff > 0,
      measured: `${audit.doubleCharges} double charges, ${cutOff} submissions without an answer`,
    },
    { text: 'no order is lost', held: audit.lost === 0, measured: `${audit.lost} of ${audit.orders} lost` },
    {
      text: 'every order is confirmed by email exactly once',
      held: never === 0 && repeatedly === 0,
      measured: `once ${once}, never ${never}, repeatedly ${repeatedly}`,
    },
  ];
}

const PAUSE_S = 1.5;
/** Customers come back until the shop is there again, however long a busy machine takes to start it. */
const PATIENCE: Patience = { submissions: 60, pauseMs: 1_000, longestPauseMs: 2_000, spreadMs: 500 };
const CATCH_UP_MS = 12_000;
/** A message too many would have come by then. */
const SECOND_MESSAGE_MS = 500;
