import { auditSync, type SyncAudit } from '../audit/sync-audit.js';
import { measure } from '../report/measure.js';
import type { Stage } from '../stage.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import { type Twins, withBoth } from '../twins.js';
import { SyncCheckout } from './sync-checkout.js';

/** The orders of each tenant: a large one must not hold up the others. */
const ORDERS = { acme: 1000, bolt: 500, core: 500 } as const;
const JOBS = 2000;
const QUOTA = 20;
/** When the checkouts are killed, in seconds from the first order. */
const KILLS_S = [20, 55];
/** How much of the quota is used at least. */
const LEAST_PERCENT = 90;
const LONGEST_S = 240;
const LOOK_EVERY_S = 10;
/** As long as a user may wait in line for the CRM: `rateLimit.wait` of the checkout's settings. */
const BOUND_MS = 1000;

export const sync: Storm<Facts> = {
  name: 'sync',
  title: `${JOBS} orders of three tenants go to a CRM that allows ${QUOTA} calls a second`,

  async run(stage) {
    // One each: what the unprotected one sends would slow the other's down, too.
    const checkouts = await withBoth(NAMES, async (name) => {
      const crm = await stage.startService({ name: `crm-${name}`, app: 'crm', env: { PORT: '0' } });
      return SyncCheckout.start(name, stage, crm.url);
    });
    try {
      stage.progress.phase(`${JOBS} orders are handed over; users look at customers all the while`);
      await withBoth(checkouts, async (checkout) => {
        for (const [tenant, count] of Object.entries(ORDERS)) await checkout.hand(tenant, idsOf(tenant, count));
      });
      await play(stage, checkouts);
      const facts = await withBoth(checkouts, async (checkout) => {
        const { downMs, visits } = checkout;
        const plan = { orders: new Map(PLANNED), perSecond: QUOTA, downMs };
        return { audit: auditSync(await checkout.records(), plan), visits: [...visits] };
      });
      return { facts, figures, promises };
    } finally {
      await withBoth(checkouts, (checkout) => checkout.close());
    }
  },
};

interface Facts {
  readonly audit: SyncAudit;
  readonly visits: SyncCheckout['visits'];
}

/** Ends when the protected checkout has nothing left to do, or after the longest time. */
async function play(stage: Stage, checkouts: Twins<SyncCheckout>): Promise<void> {
  const over = new AbortController();
  const visiting = withBoth(checkouts, (checkout) => checkout.visit(over.signal));
  const since = stage.clock.now();
  const kills = [...KILLS_S];
  const arrived = async (checkout: SyncCheckout) => (await checkout.records()).orders.length;
  try {
    for (let nextLookS = LOOK_EVERY_S; ; await stage.pause(250)) {
      const passedS = (stage.clock.now() - since) / 1000;
      const counts = await withBoth(checkouts, arrived);
      if (counts.protected >= JOBS || passedS > LONGEST_S) return;
      if (kills[0] !== undefined && passedS >= kills[0]) {
        kills.shift();
        stage.progress.phase(`${Math.round(passedS)} s: both checkouts are killed, and start again`);
        await withBoth(checkouts, (checkout) => checkout.killAndRestart());
      }
      if (passedS < nextLookS) continue;
      nextLookS += LOOK_EVERY_S;
      stage.progress.phase(
        `${Math.round(passedS)} s: the CRM has ${counts.protected} of ${JOBS} orders, unprotected ${counts.unprotected}`,
      );
    }
  } finally {
    over.abort();
    await visiting;
  }
}

function figures({ audit, visits }: Facts): Figures {
  return {
    jobs: audit.jobs,
    arrivedOnce: audit.once,
    arrivedTwice: audit.repeatedly,
    notArrived: audit.never,
    refusedWith429: audit.refused,
    quotaUsedPercent: audit.quotaUsedPercent,
    tenantsApartPercent: audit.unevenPercent,
    visits: visits.length,
    visitsNotServed: visits.filter(({ served }) => !served).length,
    visitP99Ms: p99(visits),
  };
}

function promises({ audit, visits }: Facts): PromiseCheck[] {
  const unserved = visits.filter(({ served }) => !served).length;
  return [
    {
      text: 'every order arrives at the CRM exactly once, although the checkout is killed twice',
      held: audit.once === audit.jobs,
      measured: `once ${audit.once}, twice ${audit.repeatedly}, never ${audit.never}`,
    },
    {
      text: 'no 429 from the CRM after the first second',
      held: audit.lateRefusals === 0,
      measured: `${audit.lateRefusals}`,
    },
    {
      text: `at least ${LEAST_PERCENT} % of the quota of ${QUOTA} calls/s is used while the checkout runs`,
      held: audit.quotaUsedPercent >= LEAST_PERCENT,
      measured: measure(audit.quotaUsedPercent, '%'),
    },
    {
      text: 'the tenants get the same, within 10 %, while each of them has orders left',
      held: audit.unevenPercent <= 10,
      measured: measure(audit.unevenPercent, '%'),
    },
    {
      text: `users who look at a customer are all served, with a p99 of at most ${BOUND_MS} ms`,
      held: unserved === 0 && p99(visits) <= BOUND_MS,
      measured: `${measure(p99(visits), 'ms')}, ${unserved} of ${visits.length} not served`,
    },
  ];
}

function p99(visits: Facts['visits']): number {
  const times = visits.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)] ?? Number.NaN;
}

function idsOf(tenant: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${tenant}-${i}`);
}

const NAMES = { unprotected: 'unprotected', protected: 'protected' } as const;
const PLANNED = Object.entries(ORDERS).map(([tenant, count]) => [tenant, idsOf(tenant, count)] as const);
