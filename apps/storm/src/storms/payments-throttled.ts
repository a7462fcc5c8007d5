import { auditTwin } from '../audit/audit-twin.js';
import type { OrderAudit } from '../audit/order-audit.js';
import { type QuotaUse, quotaUse, settingsUsePercent } from '../audit/quota-use.js';
import { latencyFromPlan } from '../load/latency.js';
import { ordersOfRun } from '../load/order.js';
import { measure } from '../report/measure.js';
import type { Stage } from '../stage.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import { type Twins, withBoth } from '../twins.js';

const QUOTA = 50;
const RATE = 60;
const TELLING_S = 6;
const SILENT_S = 4;
/** A checkout that is told the quota of payments. */
const INFORMED = { account: 'protected_with_quota', quota: { perSecond: QUOTA, burst: QUOTA } };

export const paymentsThrottled: Storm<Facts> = {
  name: 'payments-throttled',
  title: `payments allows ${QUOTA} calls a second, customers bring ${RATE} orders`,

  async run(stage) {
    await stage.prepare(this.name, { rate: RATE });
    stage.progress.phase(`${TELLING_S} s at ${RATE} orders/s, payments says what is left`);
    const telling = await throttle(stage, { part: 'telling', seconds: TELLING_S, silent: false });
    const silent = await stage.withTwins({ protected: INFORMED }, async (informed) => {
      await informed.prepare(`${this.name}-silent`, { rate: RATE });
      await informed.pause(QUIET_MS);
      stage.progress.phase(`${SILENT_S} s at ${RATE} orders/s, payments says nothing, the settings do`);
      return throttle(informed, { part: 'silent', seconds: SILENT_S, silent: true });
    });
    const facts = await withBoth({ unprotected: 'unprotected', protected: 'protected' } as const, async (name) => ({
      telling: telling[name],
      silent: silent[name],
    }));
    return { facts, figures, promises };
  },
};

interface Facts {
  readonly telling: Throttled;
  readonly silent: Throttled;
}

interface Throttled {
  readonly audit: OrderAudit;
  readonly refused: number;
  readonly quota: QuotaUse;
  readonly p99Ms: number;
}

interface Part {
  readonly part: string;
  readonly seconds: number;
  /** Whether no answer of payments speaks of the quota. */
  readonly silent: boolean;
}

async function throttle(stage: Stage, { part, seconds, silent }: Part): Promise<Twins<Throttled>> {
  await withBoth(stage.twins, ({ merchant }) => stage.payments.limit(merchant, { limit: QUOTA, perMs: 1_000, silent }));
  const orders = ordersOfRun(`payments-throttled-${part}`, RATE * seconds);
  const journeys = await stage.load({ orders, rate: RATE });
  return withBoth(stage.twins, async (twin) => {
    const ledger = await stage.payments.ledger(twin.merchant);
    return {
      audit: await auditTwin(stage, twin, journeys[twin.name]),
      refused: ledger.calls.refused429,
      quota: quotaUse(ledger, { perSecond: QUOTA, seconds }),
      p99Ms: latencyFromPlan(journeys[twin.name].flatMap(({ submissions }) => submissions)).p99Ms,
    };
  });
}

function figures({ telling, silent }: Facts): Figures {
  return {
    orders: telling.audit.orders,
    acceptedAtFirst: telling.audit.acceptedAtFirst,
    lost: telling.audit.lost,
    refusedWith429: telling.refused,
    quotaUsedPercent: telling.quota.usedPercent,
    latencyP99Ms: telling.p99Ms,
    silentOrders: silent.audit.orders,
    silentAcceptedAtFirst: silent.audit.acceptedAtFirst,
    silentLost: silent.audit.lost,
    silentRefusedWith429: silent.refused,
    silentQuotaUsedPercent: silent.quota.usedPercent,
  };
}

function promises({ telling, silent }: Facts): PromiseCheck[] {
  const allowed = settingsUsePercent(silent.quota);
  const lost = telling.audit.lost + silent.audit.lost;
  return [
    {
      text: 'no 429 from payments after the first second',
      held: telling.quota.lateRefusals === 0,
      measured: `${telling.quota.lateRefusals}`,
    },
    {
      text: `at least 95 % of the quota of ${QUOTA} calls/s is used while orders wait for it`,
      held: telling.quota.usedPercent >= 95,
      measured: measure(telling.quota.usedPercent, '%'),
    },
    {
      text: 'no 429 at all where payments sends no rate limit headers and the settings know its quota',
      held: silent.refused === 0,
      measured: `${silent.refused}`,
    },
    {
      text: 'there, all that the settings allow is used: the quota, less 50 ms in each second for calls that arrive late',
      held: allowed >= 100,
      measured: `${measure(allowed, '%')}, ${measure(silent.quota.usedPercent, '%')} of the quota`,
    },
    {
      text: 'no order is lost',
      held: lost === 0,
      measured: `${lost} of ${telling.audit.orders + silent.audit.orders} lost`,
    },
  ];
}

/** After it nothing that went out while warming up counts any more. */
const QUIET_MS = 1_500;
