import { auditTwin } from '../audit/audit-twin.js';
import { leastShare } from '../audit/least-share.js';
import type { OrderAudit } from '../audit/order-audit.js';
import { type QuotaUse, quotaUse } from '../audit/quota-use.js';
import { ordersOfRun, type Order } from '../load/order.js';
import { measure } from '../report/measure.js';
import type { Stage } from '../stage.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import { startStoreServer } from '../stores/start-store-server.js';
import type { TwinChanges } from '../twin.js';
import { type Twins, withBoth } from '../twins.js';

const QUOTA = 50;
/** Orders a second at each host: together more than the quota. */
const RATE = 30;
const SECONDS = 6;

export const twoHosts: Storm<Facts> = {
  name: 'two-hosts',
  title: `two checkouts share a quota of ${QUOTA} calls a second, of which payments says nothing`,

  async run(stage) {
    const server = await startStoreServer(stage.storeUrl);
    if (server instanceof Error) return { notRun: server.message };
    try {
      return await stage.withTwins(hosts(1, server.url), (first) =>
        first.withTwins(hosts(2, server.url), (second) => weather(stage, [first, second])),
      );
    } finally {
      await server.stop();
    }
  },
};

/** Both of them charge in the name of one merchant, and know its quota. */
function hosts(host: number, storeUrl: string): Twins<TwinChanges> {
  const quota = { perSecond: QUOTA, burst: QUOTA };
  return {
    unprotected: { account: `unprotected_host_${host}`, merchant: 'merchant_unprotected_hosts', quota },
    protected: { account: `protected_host_${host}`, merchant: 'merchant_protected_hosts', quota, storeUrl },
  };
}

async function weather(stage: Stage, hosts: readonly [Stage, Stage]) {
  for (const host of hosts) await host.prepare('two-hosts', { rate: RATE });
  await withBoth(hosts[0].twins, ({ merchant }) =>
    stage.payments.limit(merchant, { limit: QUOTA, perMs: 1_000, silent: true }),
  );
  await stage.pause(QUIET_MS);
  stage.progress.phase(`${SECONDS} s at ${RATE} orders/s to each of the two`);
  const orders = hosts.map((_, host) => ordersOfRun(`two-hosts-${host + 1}`, RATE * SECONDS));
  const journeys = await Promise.all(hosts.map((host, i) => host.load({ orders: orders[i]!, rate: RATE })));
  const facts = await withBoth({ unprotected: 'unprotected', protected: 'protected' } as const, async (name) => {
    const audits = await Promise.all(hosts.map((host, i) => auditTwin(host, host.twins[name], journeys[i]![name])));
    return factsOf(stage, { merchant: hosts[0].twins[name].merchant, audits, orders });
  });
  return { facts, figures, promises };
}

interface Facts {
  readonly audits: readonly OrderAudit[];
  readonly refused: number;
  readonly quota: QuotaUse;
  /** The share, in percent, that the host with the fewer charges had of those made while there was more to do. */
  readonly leastShare: number;
}

interface Account {
  readonly merchant: string;
  readonly audits: readonly OrderAudit[];
  /** By host. */
  readonly orders: readonly (readonly Order[])[];
}

async function factsOf(stage: Stage, { merchant, audits, orders }: Account): Promise<Facts> {
  const ledger = await stage.payments.ledger(merchant);
  return {
    audits,
    refused: ledger.calls.refused429,
    quota: quotaUse(ledger, { perSecond: QUOTA, seconds: SECONDS }),
    leastShare: leastShare(ledger.charges, { orders, seconds: SECONDS }),
  };
}

const sumOf = (audits: readonly OrderAudit[], figure: keyof OrderAudit): number =>
  audits.reduce((sum, audit) => sum + audit[figure], 0);

function figures({ audits, refused, quota, leastShare: share }: Facts): Figures {
  return {
    orders: sumOf(audits, 'orders'),
    acceptedAtFirst: sumOf(audits, 'acceptedAtFirst'),
    lost: sumOf(audits, 'lost'),
    doubleCharges: sumOf(audits, 'doubleCharges'),
    refusedWith429: refused,
    refusedWith429AfterTheFirstSecond: quota.lateRefusals,
    quotaUsedPercent: quota.usedPercent,
    shareOfTheSlowerHostPercent: share,
  };
}

function promises({ audits, quota, leastShare: share }: Facts): PromiseCheck[] {
  return [
    {
      text: 'no 429 from payments after the first second',
      held: quota.lateRefusals === 0,
      measured: `${quota.lateRefusals}`,
    },
    {
      text: `at least 90 % of the quota of ${QUOTA} calls/s is used by the two together`,
      held: quota.usedPercent >= 90,
      measured: measure(quota.usedPercent, '%'),
    },
    {
      text: `neither starves: each has at least ${FAIR_PERCENT} % of what they charge`,
      held: share >= FAIR_PERCENT,
      measured: measure(share, '%'),
    },
    {
      text: 'no order is lost, none is charged twice',
      held: sumOf(audits, 'lost') === 0 && sumOf(audits, 'doubleCharges') === 0,
      measured: `${sumOf(audits, 'lost')} lost, ${sumOf(audits, 'doubleCharges')} double charges`,
    },
  ];
}

const FAIR_PERCENT = 40;
/** After it nothing that went out while warming up counts any more. */
const QUIET_MS = 1_500;
