import { type Attack, countSettlements, isAccepted, type Settlements } from '../audit/webhook-audit.js';
import { ordersOfRun, type Order } from '../load/order.js';
import { forgeWebhook, type ForgeryKind, forgeryKinds, orderOf } from '../services/forge-webhook.js';
import { Wiretap } from '../services/wiretap.js';
import type { Stage } from '../stage.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import type { Twin } from '../twin.js';
import { type Twins, withBoth } from '../twins.js';

const RATE = 25;
const BATCH = 50;

export const webhookForgery: Storm<Facts> = {
  name: 'webhook-forgery',
  title: 'webhooks that are repeated, forged, altered, stale and replayed',

  async run(stage) {
    await stage.prepare(this.name, { rate: RATE });
    const taps = await withBoth(stage.twins, ({ checkout }) => Wiretap.listen(checkout));
    try {
      const orders: Order[] = [];
      for (const copies of [2, 3]) orders.push(...(await orderWithWebhooks(stage, taps, copies)));
      stage.progress.phase(`an attacker sends ${orders.length} webhooks: ${forgeryKinds.join(', ')}`);
      const facts = await withBoth(stage.twins, (twin) => attack(stage, twin, { tap: taps[twin.name], orders }));
      return { facts, figures, promises };
    } finally {
      await withBoth(taps, (tap) => tap.close());
    }
  },
};

interface Facts {
  readonly settlements: Settlements;
  readonly attacks: readonly Attack[];
}

/** Orders whose genuine webhooks come in several copies at once; ends when payments has delivered them all. */
async function orderWithWebhooks(stage: Stage, taps: Twins<Wiretap>, copies: number): Promise<Order[]> {
  stage.progress.phase(`${BATCH} orders at ${RATE} orders/s, each webhook sent ${copies} times at once`);
  await withBoth(stage.twins, ({ name, merchant, webhookSecret: secret }) =>
    stage.payments.sendWebhooksTo({ merchant, url: taps[name].url, secret, copies }),
  );
  const orders = ordersOfRun(`webhooks-${copies}`, BATCH);
  await stage.load({ orders, rate: RATE });
  await withBoth(stage.twins, async ({ merchant }) => {
    const deadline = stage.clock.now() + DELIVERY_MS;
    while ((await stage.payments.pendingWebhooks(merchant)) > 0 && stage.clock.now() < deadline) await stage.pause(100);
  });
  await stage.payments.sendNoWebhooks();
  return orders;
}

async function attack(
  stage: Stage,
  twin: Twin,
  { tap, orders }: { tap: Wiretap; orders: readonly Order[] },
): Promise<Facts> {
  const before = await settlementsOf(twin, orders);
  const genuine = new Map(tap.heard.map((webhook) => [orderOf(webhook), webhook]));
  const sent = await Promise.all(
    [...genuine].map(async ([orderId, webhook], index) => {
      const kind = forgeryKinds[index % forgeryKinds.length] as ForgeryKind;
      const means = { secret: twin.webhookSecret, wallNow: stage.clock.wallNow() };
      const { status } = await twin.checkout.deliver(forgeWebhook(kind, webhook, means));
      return { orderId, kind, status };
    }),
  );
  const after = await settlementsOf(twin, orders);
  return {
    settlements: countSettlements(before.values()),
    attacks: sent.map(({ orderId, kind, status }) => {
      return { kind, status, settledBefore: before.get(orderId) ?? 0, settledAfter: after.get(orderId) ?? 0 };
    }),
  };
}

/** How often a webhook took effect, by order. */
async function settlementsOf({ checkout }: Twin, orders: readonly Order[]): Promise<Map<string, number>> {
  return new Map(
    await Promise.all(
      orders.map(async ({ id }) => [id, (await checkout.order(id))?.settlements ?? 0] as [string, number]),
    ),
  );
}

const ofKind = (attacks: readonly Attack[], kind: ForgeryKind): readonly Attack[] =>
  attacks.filter((attack) => attack.kind === kind);

function figures({ settlements, attacks }: Facts): Figures {
  const accepted = (kind: ForgeryKind) => ofKind(attacks, kind).filter(isAccepted).length;
  return {
    genuineTookEffectOnce: settlements.once,
    genuineTookEffectNever: settlements.never,
    genuineTookEffectRepeatedly: settlements.repeatedly,
    attacks: attacks.length,
    unsignedAccepted: accepted('unsigned'),
    forgedAccepted: accepted('forged'),
    alteredAccepted: accepted('altered'),
    staleAccepted: accepted('stale'),
    replayedAccepted: accepted('replayed'),
  };
}

function promises({ settlements, attacks }: Facts): PromiseCheck[] {
  const { once, never, repeatedly } = settlements;
  return [
    ...forgeryKinds.map((kind) => {
      const sent = ofKind(attacks, kind);
      const accepted = sent.filter(isAccepted).length;
      return {
        text: `no ${kind} webhook is accepted`,
        held: sent.length > 0 && accepted === 0,
        measured: `${accepted} of ${sent.length}`,
      };
    }),
    {
      text: 'genuine webhooks, sent two and three times at once, take effect exactly once',
      held: once > 0 && never === 0 && repeatedly === 0,
      measured: `once ${once}, never ${never}, repeatedly ${repeatedly}`,
    },
  ];
}

const DELIVERY_MS = 6_000;
