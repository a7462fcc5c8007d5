import { acceptedAtFirst, acceptedAtLast, type Journey } from '../load/submission.js';
import { ordersOfRun } from '../load/order.js';
import { latencyFromPlan } from '../load/latency.js';
import type { Books } from '../services/inventory-control.js';
import type { Figures, PromiseCheck, Storm } from '../storm.js';
import { withBoth } from '../twins.js';

const LIMIT = 20;
const RATE = 24;
const SECONDS = 2;
const SKU = 'sku-1';

export const inventoryPushback: Storm<Facts> = {
  name: 'inventory-pushback',
  title: `the inventory, which speaks gRPC, takes ${LIMIT} calls a second of ${RATE} and says when to come back`,

  async run(stage) {
    await stage.prepare(this.name, { rate: RATE });
    await withBoth(stage.twins, async ({ mailbox }) => {
      await stage.inventory.forget(mailbox);
      await stage.inventory.limit(mailbox, LIMIT, 1_000);
    });
    stage.progress.phase(`${SECONDS} s at ${RATE} baskets/s`);
    const orders = ordersOfRun(this.name, RATE * SECONDS);
    const journeys = await stage.load({ orders, rate: RATE }, undefined, ({ checkout }, { id }) =>
      checkout.putInBasket(id, SKU),
    );
    const facts = await withBoth(stage.twins, async ({ name, mailbox }) => ({
      journeys: journeys[name],
      books: await stage.inventory.books(mailbox),
    }));
    return { facts, figures, promises };
  },
};

interface Facts {
  readonly journeys: readonly Journey[];
  readonly books: Books;
}

function figures({ journeys, books }: Facts): Figures {
  return {
    baskets: journeys.length,
    filledAtFirst: journeys.filter(acceptedAtFirst).length,
    lost: journeys.filter((journey) => !acceptedAtLast(journey)).length,
    reserved: reservedIn(books),
    refusedByInventory: books.refused,
    latencyP99Ms: latencyFromPlan(journeys.flatMap(({ submissions }) => submissions)).p99Ms,
  };
}

function promises({ journeys, books }: Facts): PromiseCheck[] {
  const filled = journeys.filter(acceptedAtFirst).length;
  return [
    {
      text: 'every basket is filled at the first try of its customer',
      held: filled === journeys.length,
      measured: `${filled} of ${journeys.length}`,
    },
    {
      text: 'no call comes back to the inventory before the time that it was told',
      held: books.refused > 0 && books.early === 0,
      measured: `${books.early} early, after ${books.refused} refusals`,
    },
    {
      text: 'one piece is reserved for each basket',
      held: reservedIn(books) === journeys.length,
      measured: `${reservedIn(books)} for ${journeys.length}`,
    },
  ];
}

function reservedIn({ reserved }: Books): number {
  return Object.values(reserved).reduce((sum, pieces) => sum + pieces, 0);
}
