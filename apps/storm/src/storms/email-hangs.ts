import { auditTwin } from '../audit/audit-twin.js';
import { breakerAllowance } from '../audit/breaker-allowance.js';
import { type Confirmations, countConfirmations } from '../audit/confirmations.js';
import type { OrderAudit } from '../audit/order-audit.js';
import { checkoutSettings } from '../checkout-settings.js';
import { latencyFromPlan } from '../load/latency.js';
import { ordersOfRun, type Order } from '../load/order.js';
import { type Journey, submissionsWithin } from '../load/submission.js';
import { measure } from '../report/measure.js';
import type { Stage } from '../stage.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import { type Twins, withBoth } from '../twins.js';

const RATE = 50;
const WARM_UP_S = 3;
const CALM_S = 2;
const HANG_S = 5;
const NOISE_FLOOR_MS = 50;

export const emailHangs: Storm<Facts> = {
  name: 'email-hangs',
  title: 'email takes every call and never answers',

  async run(stage) {
    await stage.prepare(this.name, { rate: RATE, seconds: WARM_UP_S });
    const [before, during, after] = [CALM_S, HANG_S, CALM_S].map((seconds, part) =>
      ordersOfRun(`email-${part}`, seconds * RATE),
    ) as [Order[], Order[], Order[]];

    stage.progress.phase(`calm: ${CALM_S} s at ${RATE} orders/s`);
    const calmBefore = await stage.load({ orders: before, rate: RATE });
    stage.progress.phase(`email hangs for ${HANG_S} s`);
    const hang = await loadWhileEmailHangs(stage, during);
    stage.progress.phase('email is back: confirmations catch up');
    await untilConfirmed(stage, during);
    stage.progress.phase(`calm again: ${CALM_S} s`);
    const calmAfter = await stage.load({ orders: after, rate: RATE });

    await stage.pause(SECOND_MESSAGE_MS);
    const facts = await withBoth(stage.twins, async (twin) => {
      const calm = [...calmBefore[twin.name], ...calmAfter[twin.name]];
      const journeys = hang.journeys[twin.name];
      const { messages } = await stage.email.outbox(twin.mailbox);
      return {
        audit: await auditTwin(stage, twin, [...calm, ...journeys]),
        calmP99Ms: latencyFromPlan(submissionsWithin(calm, 0, Infinity)).p99Ms,
        hangP99Ms: latencyFromPlan(submissionsWithin(journeys, hang.breakerOpenAt, hang.endedAt)).p99Ms,
        confirmations: countConfirmations(messages, [...before, ...during, ...after]),
      };
    });
    return { facts, figures, promises };
  },
};

interface Facts {
  readonly audit: OrderAudit;
  readonly calmP99Ms: number;
  readonly hangP99Ms: number;
  readonly confirmations: Confirmations;
}

interface Hang {
  readonly journeys: Twins<Journey[]>;
  readonly breakerOpenAt: number;
  readonly endedAt: number;
}

async function loadWhileEmailHangs(stage: Stage, orders: readonly Order[]): Promise<Hang> {
  await stage.email.faults.put({ hang: true });
  const breakerOpenAt = stage.clock.now() + BREAKER_OPENS_WITHIN_MS;
  const [journeys, endedAt] = await Promise.all([
    stage.load({ orders, rate: RATE }),
    stage.pause(HANG_S * 1_000).then(async () => {
      await stage.email.faults.heal();
      return stage.clock.now();
    }),
  ]);
  return { journeys, breakerOpenAt, endedAt };
}

/** Waits for the protected checkout to confirm what it still owes. */
async function untilConfirmed(stage: Stage, orders: readonly Order[]): Promise<void> {
  const deadline = stage.clock.now() + CATCH_UP_MS;
  while (stage.clock.now() < deadline) {
    const { messages } = await stage.email.outbox(stage.twins.protected.mailbox);
    if (countConfirmations(messages, orders).never === 0) return;
    await stage.pause(200);
  }
}

function figures({ audit, calmP99Ms, hangP99Ms, confirmations }: Facts): Figures {
  return {
    orders: audit.orders,
    acceptedAtFirst: audit.acceptedAtFirst,
    lost: audit.lost,
    calmP99Ms,
    hangP99Ms,
    confirmedOnce: confirmations.once,
    confirmedNever: confirmations.never,
    confirmedRepeatedly: confirmations.repeatedly,
  };
}

function promises({ audit, calmP99Ms, hangP99Ms, confirmations }: Facts): PromiseCheck[] {
  const { once, never, repeatedly } = confirmations;
  return [
    {
      text: 'every order is accepted',
      held: audit.accepted === audit.orders && audit.lost === 0,
      measured: `${audit.accepted} of ${audit.orders}`,
    },
    {
      text:
        `p99 of POST /orders, from ${measure(BREAKER_OPENS_WITHIN_MS, 'ms')} into the hang, when the breaker is open, ` +
        `is at most twice the calm p99, or ${NOISE_FLOOR_MS} ms if that is more`,
      held: hangP99Ms <= Math.max(2 * calmP99Ms, NOISE_FLOOR_MS),
      measured: `${measure(hangP99Ms, 'ms')}, calm ${measure(calmP99Ms, 'ms')}`,
    },
    {
      text: 'every order is confirmed by email exactly once when email is back',
      held: never === 0 && repeatedly === 0,
      measured: `once ${once}, never ${never}, repeatedly ${repeatedly}`,
    },
  ];
}

const BREAKER_OPENS_WITHIN_MS = breakerAllowance(checkoutSettings.email.breaker, {
  rate: RATE,
  attemptTimeoutMs: checkoutSettings.email.timeout.attemptMs,
  lastsMs: HANG_S * 1_000,
}).opensWithinMs;

const CATCH_UP_MS = 8_000;
/** A message too many would have come by then. */
const SECOND_MESSAGE_MS = 500;
