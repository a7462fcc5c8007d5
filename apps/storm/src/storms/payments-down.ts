import { auditTwin } from '../audit/audit-twin.js';
import { type BreakerAllowance, breakerAllowance } from '../audit/breaker-allowance.js';
import type { OrderAudit } from '../audit/order-audit.js';
import { recoveryMs } from '../audit/recovery.js';
import { checkoutSettings } from '../checkout-settings.js';
import { type Latency, latencyFromPlan, latencyInServer } from '../load/latency.js';
import { ordersOfRun } from '../load/order.js';
import { type Journey, type Submission, submissionsWithin } from '../load/submission.js';
import { measure } from '../report/measure.js';
import type { Stage } from '../stage.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import { type Twins, withBoth } from '../twins.js';

const RATE = 30;
const SLOW_S = 2.5;
const DOWN_S = 3.5;
const BACK_S = 3;
const SLOW_ANSWER_MS = 3_000;

export const paymentsDown: Storm<Facts> = {
  name: 'payments-down',
  title: 'payments is slow, then down, then back',

  async run(stage) {
    await stage.prepare(this.name, { rate: RATE });
    const orders = ordersOfRun('payments-down', RATE * (SLOW_S + DOWN_S + BACK_S));
    const [journeys, outage] = await Promise.all([stage.load({ orders, rate: RATE }), playOutage(stage)]);
    const facts = await withBoth(stage.twins, async (twin) => ({
      audit: await auditTwin(stage, twin, journeys[twin.name]),
      callsInOutage: outage.calls[twin.name],
      allowed: allowance(outage.returnedAt - outage.beganAt),
      ...answersIn(outage, journeys[twin.name]),
    }));
    return { facts, figures, promises };
  },
};

interface Outage {
  readonly beganAt: number;
  readonly downAt: number;
  readonly returnedAt: number;
  /** Calls that reached payments from the first sign of trouble to its return. */
  readonly calls: Twins<number>;
}

interface Facts {
  readonly audit: OrderAudit;
  readonly callsInOutage: number;
  /** How many calls a breaker may let through in an outage of this length. */
  readonly allowed: BreakerAllowance;
  /** Submissions while payments was down. */
  readonly whileDown: number;
  /** How many of these the open breaker turned away, with 503 and Retry-After. */
  readonly refused: number;
  readonly refusal: Latency;
  /** Taken over every submission from the first sign of trouble to the return. */
  readonly inOutage: Latency;
  readonly recoveryMs: number;
}

async function playOutage(stage: Stage): Promise<Outage> {
  const { clock, payments, progress } = stage;
  progress.phase(`payments takes ${SLOW_ANSWER_MS} ms an answer, for ${SLOW_S} s at ${RATE} orders/s`);
  const before = await callsTo(stage);
  const beganAt = clock.now();
  await payments.faults.put({ latency: { ms: SLOW_ANSWER_MS } });
  await stage.pause(SLOW_S * 1_000);

  progress.phase(`payments answers 503, for ${DOWN_S} s`);
  await payments.faults.put({ error: { rate: 1, status: 503 } });
  const downAt = clock.now();
  await stage.pause(DOWN_S * 1_000);

  const after = await callsTo(stage);
  await payments.faults.heal();
  progress.phase('payments is back');
  return {
    beganAt,
    downAt,
    returnedAt: clock.now(),
    calls: {
      unprotected: after.unprotected - before.unprotected,
      protected: after.protected - before.protected,
    },
  };
}

const callsTo = (stage: Stage): Promise<Twins<number>> =>
  withBoth(stage.twins, async ({ merchant }) => (await stage.payments.ledger(merchant)).calls.total);

function answersIn(
  { beganAt, downAt, returnedAt }: Outage,
  journeys: readonly Journey[],
): Omit<Facts, 'audit' | 'callsInOutage' | 'allowed'> {
  const whileDown = submissionsWithin(journeys, downAt, returnedAt);
  const refused = whileDown.filter(isRefusal);
  return {
    whileDown: whileDown.length,
    refused: refused.length,
    refusal: latencyInServer(refused),
    inOutage: latencyFromPlan(submissionsWithin(journeys, beganAt, returnedAt)),
    recoveryMs: recoveryMs(submissionsWithin(journeys, returnedAt, Infinity), returnedAt),
  };
}

const isRefusal = ({ answer }: Submission): boolean =>
  answer.kind === 'answered' &&
  answer.status === 503 &&
  answer.code === 'CIRCUIT_OPEN' &&
  answer.retryAfterMs !== undefined;

const allowance = (lastsMs: number): BreakerAllowance =>
  breakerAllowance(checkoutSettings.payments.breaker, {
    rate: RATE,
    attemptTimeoutMs: checkoutSettings.payments.timeout.attemptMs,
    lastsMs,
  });

function figures(facts: Facts): Figures {
  return {
    orders: facts.audit.orders,
    acceptedInTheEnd: facts.audit.accepted,
    lost: facts.audit.lost,
    doubleCharges: facts.audit.doubleCharges,
    callsToPaymentsInOutage: facts.callsInOutage,
    submissionsWhileDown: facts.whileDown,
    refusedWithRetryAfter: facts.refused,
    serverTimeOfRefusalP99Ms: facts.refusal.p99Ms,
    waitForAnyAnswerP50Ms: facts.inOutage.p50Ms,
    waitForAnyAnswerP95Ms: facts.inOutage.p95Ms,
    fullServiceAfterMs: facts.recoveryMs,
  };
}

function promises(facts: Facts): PromiseCheck[] {
  const { allowed } = facts;
  const { openForMs, halfOpenCalls } = checkoutSettings.payments.breaker;
  // Until the last trial call has been answered, the circuit turns all other calls away.
  const trialMs = checkoutSettings.payments.timeout.attemptMs;
  const permitted = allowed.untilOpen + allowed.probes;
  return [
    {
      text: 'while payments is down all but the probes are turned away by the breaker: 503 with Retry-After',
      held: facts.refused > 0 && facts.whileDown - facts.refused <= allowed.probes,
      measured: `${facts.refused} of ${facts.whileDown}`,
    },
    {
      text:
        'turning an order away takes the checkout less than 5 ms (p95, measured in its process: ' +
        'the machine that it shares with the load may stall once in a while)',
      held: facts.refusal.p95Ms < 5,
      measured: `p50 ${measure(facts.refusal.p50Ms, 'ms')}, p95 ${measure(facts.refusal.p95Ms, 'ms')}`,
    },
    {
      text:
        `at most ${permitted} calls reach payments in the outage: ${allowed.untilOpen} until the breaker is open ` +
        `(under way, or needed to tell), then ${halfOpenCalls} probes each ${measure(openForMs / 1_000, 's')}`,
      held: facts.callsInOutage <= permitted,
      measured: `${facts.callsInOutage} calls`,
    },
    {
      text:
        `full service within one open period (${measure(openForMs / 1_000, 's')}) of the return of payments, ` +
        `and the trial that ends it (${measure(trialMs, 'ms')} at most)`,
      held: facts.recoveryMs <= openForMs + trialMs,
      measured: measure(facts.recoveryMs, 'ms'),
    },
  ];
}
