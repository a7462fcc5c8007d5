import { auditTwin } from '../audit/audit-twin.js';
import { type Confirmations, countConfirmations } from '../audit/confirmations.js';
import type { OrderAudit } from '../audit/order-audit.js';
import { recoveryMs } from '../audit/recovery.js';
import { countSettlements, type Settlements } from '../audit/webhook-audit.js';
import { checkoutSettings } from '../checkout-settings.js';
import { type Latency, latencyInServer } from '../load/latency.js';
import type { Patience } from '../load/customer.js';
import { ordersOfRun, type Order } from '../load/order.js';
import { isAccepted, type Journey, type Submission, submissionsWithin } from '../load/submission.js';
import { measure } from '../report/measure.js';
import { WEBHOOK_PATH } from '../services/checkout-client.js';
import type { Stage } from '../stage.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import { type StoreServer, startStoreServer } from '../stores/start-store-server.js';
import type { Twin } from '../twin.js';
import { withBoth } from '../twins.js';

const RATE = 30;
const CALM_S = 2;
const DOWN_S = 5;
const BACK_S = 3;
const DROP_RATE = 0.1;

export const storeDown: Storm<Facts> = {
  name: 'store-down',
  title: `the store's server is stopped for ${DOWN_S} s, while payments drops ${DROP_RATE * 100} % of its connections`,

  async run(stage) {
    const server = await startStoreServer(stage.storeUrl);
    if (server instanceof Error) return { notRun: server.message };
    try {
      const protectedTwin = { account: 'protected_over_server', storeUrl: server.url };
      return await stage.withTwins({ protected: protectedTwin }, (served) => weather(served, server));
    } finally {
      await server.stop();
    }
  },
};

async function weather(stage: Stage, server: StoreServer) {
  await stage.prepare('store-down', { rate: RATE });
  await withBoth(stage.twins, ({ merchant, checkout, webhookSecret: secret }) =>
    stage.payments.sendWebhooksTo({ merchant, url: `${checkout.url}${WEBHOOK_PATH}`, secret }),
  );
  await stage.payments.faults.put({ drop: { rate: DROP_RATE, when: 'after-work' } });
  const orders = ordersOfRun('store-down', RATE * (CALM_S + DOWN_S + BACK_S));
  const [journeys, outage] = await Promise.all([
    stage.load({ orders, rate: RATE }, PATIENCE),
    playOutage(stage, server),
  ]);
  stage.progress.phase('the store is back: webhooks and confirmations catch up');
  await untilSettled(stage, orders);
  const facts = await withBoth(stage.twins, (twin) => factsOf(stage, twin, { journeys, orders, outage }));
  await stage.payments.sendNoWebhooks();
  return { facts, figures, promises };
}

interface Outage {
  readonly beganAt: number;
  readonly endedAt: number;
  /** The wall clock's time at `beganAt` less that of the monotonic clock. */
  readonly wallOffset: number;
}

interface Facts {
  readonly audit: OrderAudit;
  /** Submissions while the store was away that came from orders not paid before. */
  readonly whileDown: number;
  /** How many of these met an open circuit. */
  readonly circuitsWhileDown: number;
  /** How many of these were turned away for the store's sake. */
  readonly refused: number;
  readonly refusal: Latency;
  /** Charges made when every order that had its claim before was over. */
  readonly chargedUnclaimed: number;
  readonly recoveryMs: number;
  /** The same of those alone that were turned away for the store's sake. */
  readonly storeServesAfterMs: number;
  readonly confirmations: Confirmations;
  readonly settlements: Settlements;
}

async function playOutage(stage: Stage, server: StoreServer): Promise<Outage> {
  const { clock, progress } = stage;
  progress.phase(`${CALM_S} s at ${RATE} orders/s`);
  await stage.pause(CALM_S * 1_000);
  progress.phase(`the store is stopped, for ${DOWN_S} s`);
  let beganAt = clock.now();
  await server.restart(async () => {
    beganAt = clock.now();
    await stage.pause(DOWN_S * 1_000);
  });
  return { beganAt, endedAt: clock.now(), wallOffset: clock.wallNow() - clock.now() };
}

/** Ends when the protected checkout has heard of, and confirmed, every order. */
async function untilSettled(stage: Stage, orders: readonly Order[]): Promise<void> {
  const { merchant, mailbox } = stage.twins.protected;
  const deadline = stage.clock.now() + CATCH_UP_MS;
  while (stage.clock.now() < deadline) {
    const pending = await stage.payments.pendingWebhooks(merchant);
    const { messages } = await stage.email.outbox(mailbox);
    if (pending === 0 && countConfirmations(messages, orders).never === 0) break;
    await stage.pause(200);
  }
  await stage.pause(SECOND_MESSAGE_MS);
}

interface Weather {
  readonly journeys: Readonly<Record<Twin['name'], readonly Journey[]>>;
  readonly orders: readonly Order[];
  readonly outage: Outage;
}

async function factsOf(stage: Stage, twin: Twin, { journeys, orders, outage }: Weather): Promise<Facts> {
  const own = journeys[twin.name];
  const { beganAt, endedAt, wallOffset } = outage;
  const whileDown = submissionsWithin(own, beganAt, endedAt).filter(({ endedAt: at }) => at < endedAt);
  const refused = whileDown.filter(isRefusal);
  const afterwards = submissionsWithin(own, endedAt, Infinity);
  const { charges } = await stage.payments.ledger(twin.merchant);
  const claimsAreOverAt = beganAt + checkoutSettings.payments.timeout.totalMs;
  const chargedAt = charges.map(({ at }) => Date.parse(at) - wallOffset);
  const settled = await Promise.all(orders.map(async ({ id }) => (await twin.checkout.order(id))?.settlements ?? 0));
  return {
    audit: await auditTwin(stage, twin, own),
    whileDown: whileDown.filter((submission) => !isAccepted(submission)).length,
    circuitsWhileDown: whileDown.filter(metCircuit).length,
    refused: refused.length,
    refusal: latencyInServer(refused),
    chargedUnclaimed: chargedAt.filter((at) => at >= claimsAreOverAt && at < endedAt).length,
    recoveryMs: recoveryMs(afterwards, endedAt),
    storeServesAfterMs: recoveryMs(afterwards.filter(isForTheStore), endedAt),
    confirmations: countConfirmations((await stage.email.outbox(twin.mailbox)).messages, orders),
    settlements: countSettlements(settled),
  };
}

const isRefusal = ({ answer }: Submission): boolean =>
  answer.kind === 'answered' && answer.status === 503 && answer.code === 'STORE_UNAVAILABLE';

const metCircuit = ({ answer }: Submission): boolean => answer.kind === 'answered' && answer.code === 'CIRCUIT_OPEN';

/** A key that the outage has left claimed or in doubt is for its sake as well. */
const isForTheStore = ({ answer }: Submission): boolean =>
  answer.kind === 'answered' && answer.code !== undefined && STORE_CODES.has(answer.code);

function figures(facts: Facts): Figures {
  const { audit, settlements, confirmations } = facts;
  return {
    orders: audit.orders,
    acceptedInTheEnd: audit.accepted,
    lost: audit.lost,
    doubleCharges: audit.doubleCharges,
    turnedAwayWhileDown: facts.whileDown,
    forTheStoresSake: facts.refused,
    serverTimeOfRefusalP95Ms: facts.refusal.p95Ms,
    chargedWithoutTheStore: facts.chargedUnclaimed,
    storeServesAfterMs: facts.storeServesAfterMs,
    fullServiceAfterMs: facts.recoveryMs,
    settledOnce: settlements.once,
    settledNever: settlements.never,
    settledRepeatedly: settlements.repeatedly,
    confirmedOnce: confirmations.once,
    confirmedNever: confirmations.never,
    confirmedRepeatedly: confirmations.repeatedly,
  };
}

function promises(facts: Facts): PromiseCheck[] {
  const { audit, settlements, confirmations, refusal } = facts;
  return [
    {
      text: 'while the store is away an order is told so, 503, within the second that an operation of the store may take',
      held: facts.refused > 0 && facts.refused === facts.whileDown && refusal.p95Ms < STORE_TIMEOUT_MS,
      measured: `${facts.refused} of ${facts.whileDown} turned away, p95 ${measure(refusal.p95Ms, 'ms')}`,
    },
    {
      text: 'no order is charged without its key, once those that had theirs before are over',
      held: facts.chargedUnclaimed === 0,
      measured: `${facts.chargedUnclaimed} charges`,
    },
    {
      text:
        'no order is turned away for its sake once the store is back, at the latest after the time that an order may take; ' +
        'no circuit has opened for its sake while it was away',
      held: facts.storeServesAfterMs <= checkoutSettings.payments.timeout.totalMs && facts.circuitsWhileDown === 0,
      measured: `${measure(facts.storeServesAfterMs, 'ms')}, ${facts.circuitsWhileDown} refused by a circuit`,
    },
    {
      text: 'no order is lost, none is charged twice',
      held: audit.lost === 0 && audit.doubleCharges === 0,
      measured: `${audit.lost} of ${audit.orders} lost, ${audit.doubleCharges} double charges`,
    },
    {
      text:
        'no webhook is lost: those that came meanwhile were told to come again; only one that was being handled when ' +
        `the store went away may take effect again (${AT_WORK} at most)`,
      held: settlements.never === 0 && settlements.repeatedly <= AT_WORK,
      measured: `once ${settlements.once}, never ${settlements.never}, repeatedly ${settlements.repeatedly}`,
    },
    {
      text: 'every order is confirmed by email exactly once',
      held: confirmations.never === 0 && confirmations.repeatedly === 0,
      measured: `once ${confirmations.once}, never ${confirmations.never}, repeatedly ${confirmations.repeatedly}`,
    },
  ];
}

/** Webhooks that come within the time that handling one takes on a busy machine. */
const AT_WORK = Math.ceil(RATE * 0.1);
/** The default of the stores' `timeout`. */
const STORE_TIMEOUT_MS = 1_000;
const PATIENCE: Patience = { submissions: 30, pauseMs: 1_000, longestPauseMs: 2_000, spreadMs: 500 };
/**
 * Answers that the store's absence gives. The figure of full service has the others, too: of dropped connections, and
 * of the wave of orders that come back at once to a busy machine.
 */
const STORE_CODES: ReadonlySet<string> = new Set(['STORE_UNAVAILABLE', 'IDEMPOTENCY_CONFLICT', 'OUTCOME_UNKNOWN']);
/** As long as payments tries a webhook, with waits that double. Over as soon as all are settled. */
const CATCH_UP_MS = 45_000;
/** A message too many would have come by then. */
const SECOND_MESSAGE_MS = 500;
